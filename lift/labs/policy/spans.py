"""Arithmetic on half-open ranges of instants."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy.dialects.postgresql import Range

from lift.core.db import Instants


def span(start: datetime, end: datetime) -> Instants:
    """``[start, end)``."""
    return Range(start, end, bounds="[)")


def ends(during: Instants) -> tuple[datetime, datetime]:
    """Start and end of a bounded range."""
    if during.lower is None or during.upper is None:
        raise ValueError("the range has no bounds")
    return during.lower, during.upper


def length(during: Instants) -> timedelta:
    """How long a bounded range lasts."""
    start, end = ends(during)
    return end - start


def widened(during: Instants, before: timedelta, after: timedelta) -> Instants:
    """B13: the claim of a visible range, set-up before and tear-down after."""
    start, end = ends(during)
    return span(start - before, end + after)


def merged(ranges: Iterable[Instants]) -> list[Instants]:
    """In order, overlapping and touching ranges as one."""
    result: list[Instants] = []
    for each in sorted(ranges, key=ends):
        if result and each.lower is not None and each.lower <= ends(result[-1])[1]:
            start, end = ends(result[-1])
            result[-1] = span(start, max(end, ends(each)[1]))
        else:
            result.append(each)
    return result


def hull(ranges: Sequence[Instants]) -> Instants:
    """From the first start to the last end."""
    return span(min(ends(r)[0] for r in ranges), max(ends(r)[1] for r in ranges))


def common(first: Sequence[Instants], second: Sequence[Instants]) -> list[Instants]:
    """What lies in a range of both, each piece inside one range of either."""
    pieces = (span(max(ends(a)[0], ends(b)[0]), min(ends(a)[1], ends(b)[1])) for a in first for b in second
              if a.overlaps(b))  # fmt: skip
    return sorted(pieces, key=ends)
