"""The platform's Ed25519 keys for grants and commands: made on first use below the secrets folder, two valid."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from lift.core.ids import short_code
from lift.edge.contract import CommandClaims, GrantClaims
from lift.edge.tokens import new_key, public_keys, sign_command, sign_grant

FILE = "live_keys.json"
VALID = 2

_folder: Path | None = None
_read: tuple[float, list[dict[str, Any]]] = (0.0, [])


def use_folder(folder: Path) -> None:
    """Set by the app at start."""
    global _folder, _read
    _folder, _read = folder, (0.0, [])


def keys() -> list[dict[str, Any]]:
    """Private keys, the signing one first; read again when another process rotated them."""
    global _read
    path = _path()
    if not path.exists():
        _make(path)
    changed = path.stat().st_mtime
    if changed != _read[0]:
        _read = (changed, json.loads(path.read_text(encoding="utf-8")))
    return _read[1]


def rotate() -> str:
    """A new signing key; the one before stays valid, older ones end. Returns the new key's id."""
    old = keys()
    fresh = new_key(short_code(8))
    _write(_path(), [fresh, *old][:VALID])
    return str(fresh["kid"])


def jwks() -> dict[str, Any]:
    """What gateways verify with."""
    return public_keys(*keys())


def signed_grant(claims: GrantClaims) -> str:
    """The grant as a compact JWS."""
    return sign_grant(claims, keys()[0])


def signed_command(claims: CommandClaims) -> str:
    """The command as a compact JWS."""
    return sign_command(claims, keys()[0])


def _path() -> Path:
    if _folder is None:
        raise RuntimeError("the keys of the live path have no folder yet")
    return _folder / FILE


def _make(path: Path) -> None:
    """First use: whoever links its file first wins, the others read that one."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(f"{FILE}.{short_code(8)}.first")
    _write(draft, [new_key(short_code(8))])
    try:
        os.link(draft, path)
    except FileExistsError:
        pass  # another process was first: its keys count
    finally:
        draft.unlink()


def _write(path: Path, content: list[dict[str, Any]]) -> None:
    draft = path.with_name(f"{path.name}.{short_code(8)}.new")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
        json.dump(content, out)
    draft.replace(path)
