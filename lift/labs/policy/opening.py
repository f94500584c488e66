"""Wall-clock hours of a lab as instants: materialised day by day, touching ranges as one (M3)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time, timedelta

from lift.core.db import Instants
from lift.labs.models import OpeningException, OpeningRule
from lift.labs.policy.spans import ends, merged, span
from lift.labs.policy.wallclock import instant_at


def open_ranges(
    rules: Sequence[OpeningRule], exceptions: Iterable[OpeningException], zone: str, first: date, last: date
) -> list[Instants]:
    """When a lab is open, from the local day ``first`` to ``last``, both included.

    Hours that close at or before they open run into the next day. In the night of the change an opening inside the
    skipped hour begins at the jump; in the repeated hour it begins with the first and closes with the second.
    """
    differs = {exception.day: exception for exception in exceptions}
    hours = (
        _range_of(day, opens, closes, zone)
        for day in _days(first, last)
        for opens, closes in _hours_of(day, rules, differs.get(day))
    )
    return merged(each for each in hours if ends(each)[0] < ends(each)[1])


def following(past: Iterable[Instants], cut: datetime, new: Iterable[Instants]) -> list[Instants]:
    """``past`` up to ``cut``, ``new`` from there on: so that what was open stays on record when the rules change."""
    before = (span(ends(r)[0], min(ends(r)[1], cut)) for r in past if ends(r)[0] < cut)
    after = (span(max(ends(r)[0], cut), ends(r)[1]) for r in new if ends(r)[1] > cut)
    return merged([*before, *after])


def _days(first: date, last: date) -> Iterator[date]:
    return (first + timedelta(days=n) for n in range((last - first).days + 1))


def _hours_of(
    day: date, rules: Sequence[OpeningRule], exception: OpeningException | None
) -> Iterator[tuple[time, time]]:
    if exception is None:
        yield from ((rule.opens, rule.closes) for rule in rules if rule.weekday == day.weekday())
    elif exception.opens is not None and exception.closes is not None:
        yield exception.opens, exception.closes


def _range_of(day: date, opens: time, closes: time, zone: str) -> Instants:
    last_day = day if closes > opens else day + timedelta(days=1)
    return span(instant_at(day, opens, zone), instant_at(last_day, closes, zone, later=True))
