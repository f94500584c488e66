"""A small writer of TOML 1.0, for the values that module files hold: the standard library can only read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r"}


def to_toml(table: Mapping[str, object]) -> str:
    """Values may be str, bool, int, finite float, list of these, dict, list of dict. Raises TypeError on others."""
    return "\n".join(_table(table, "")).strip("\n") + "\n"


def _table(table: Mapping[str, object], prefix: str) -> Iterator[str]:
    for key, value in table.items():
        if not isinstance(value, Mapping) and not _is_tables(value):
            yield f"{_key(key)} = {_value(value)}"
    for key, value in table.items():
        name = f"{prefix}{_key(key)}"
        if isinstance(value, Mapping):
            yield from ("", f"[{name}]", *_table(value, f"{name}."))
        elif isinstance(value, list) and _is_tables(value):
            for item in value:
                yield from ("", f"[[{name}]]", *_table(item, f"{name}."))


def _is_tables(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(item, Mapping) for item in value)


def _key(key: str) -> str:
    bare = key.replace("-", "").replace("_", "")
    return key if bare.isascii() and bare.isalnum() else _string(key)


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, str):
        return _string(value)
    if isinstance(value, list):
        return "[" + ", ".join(_value(item) for item in value) + "]"
    raise TypeError(f"TOML has no value for {type(value).__name__}")


def _string(text: str) -> str:
    return '"' + "".join(_ESCAPES.get(sign) or _sign(sign) for sign in text) + '"'


def _sign(sign: str) -> str:
    return f"\\u{ord(sign):04x}" if ord(sign) < 32 or ord(sign) == 127 else sign
