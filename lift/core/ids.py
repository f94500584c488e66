"""Identifiers: time-ordered keys for rows, random codes for people."""

from __future__ import annotations

import secrets
import uuid

from uuid_utils.compat import uuid7 as _uuid7

_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"  # no 0/O, 1/I/L, U: read aloud without asking back


def uuid7() -> uuid.UUID:
    """A time-ordered key (RFC 9562 version 7)."""
    return uuid.UUID(str(_uuid7()))


def public_code() -> str:
    """128 random bits as 26 characters that survive print and dictation."""
    number = secrets.randbits(128)
    digits = []
    for _ in range(27):
        number, rest = divmod(number, len(_ALPHABET))
        digits.append(_ALPHABET[rest])
    return "".join(digits)


def short_code(length: int) -> str:
    """A random code of ``length`` characters for cards and sessions; not a secret on its own when under 16."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(length))


def name_id(kind: str, key: str) -> uuid.UUID:
    """A key for something that is known by its name (an asset type as the scope of a role)."""
    return uuid.uuid5(uuid.NAMESPACE_URL, f"lift:{kind}:{key}")
