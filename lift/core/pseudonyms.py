"""Numbers that stand for a person and lead back to nobody without the installation's key (made once, kept under LIFT_HOME)."""

from __future__ import annotations

import hashlib

_key: bytes | None = None


def use_key(key: str) -> None:
    """Set by the app at start."""
    global _key
    _key = hashlib.sha256(key.encode()).digest()


def key() -> bytes:
    """32 bytes for ``hashlib.blake2b``."""
    if _key is None:
        raise RuntimeError("there is no key for pseudonyms yet")
    return _key
