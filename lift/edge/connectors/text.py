"""Values that arrive as text or JSON: read by the kind that the description gives to a variable."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from lift.edge.connectors.base import Reading, reading_of
from lift.edge.contract import Kind, Quality

_TRUE, _FALSE = ("true", "on", "1", "yes", "active"), ("false", "off", "0", "no", "inactive")


def reading_of_text(text: str, kind: Kind, at: float) -> Reading:
    """Reading of ``text``; what does not fit ``kind`` is bad, never 0."""
    word = text.strip()
    if kind in (Kind.text, Kind.discrete):
        return reading_of(word, source_time=at)
    if kind is Kind.boolean:
        known = word.lower() in _TRUE + _FALSE
        return reading_of(word.lower() in _TRUE if known else None, source_time=at)
    try:
        return reading_of(float(word), source_time=at)
    except ValueError:
        return Reading(None, Quality.bad, at)


def reading_of_json(raw: object, kind: Kind, at: float) -> Reading:
    """As :func:`reading_of_text`, for a JSON value: a number is no truth value and no text."""
    if isinstance(raw, str) and kind not in (Kind.text, Kind.discrete):
        return reading_of_text(raw, kind, at)
    fits = {Kind.boolean: bool, Kind.text: str, Kind.discrete: str}.get(kind, int | float)
    wrong = not isinstance(raw, fits) or (isinstance(raw, bool) and kind is not Kind.boolean)
    return reading_of(None if wrong else raw, source_time=at)


def at_path(document: object, path: str) -> object:
    """What lies at ``path`` (``a.b.0``) of a parsed JSON document; None when nothing does."""
    found = document
    for step in path.split(".") if path else ():
        if isinstance(found, Mapping):
            found = found.get(step)
        elif isinstance(found, Sequence) and not isinstance(found, str) and step.isdigit() and int(step) < len(found):
            found = found[int(step)]
        else:
            return None
    return found


def instant(raw: object) -> float:
    """Epoch seconds of a JSON number or an ISO 8601 text; now for anything else."""
    if isinstance(raw, int | float) and not isinstance(raw, bool):
        return float(raw)
    if isinstance(raw, str):
        try:
            stamp = datetime.fromisoformat(raw)
        except ValueError:
            return time.time()
        return (stamp if stamp.tzinfo else stamp.replace(tzinfo=UTC)).timestamp()
    return time.time()
