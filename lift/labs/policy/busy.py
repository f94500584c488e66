"""What an outside calendar says is busy: iCalendar (RFC 5545) in, ranges of instants out. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
import recurring_ical_events

from lift.core.db import Instants
from lift.labs.policy.spans import ends, merged, span
from lift.labs.policy.wallclock import instant_at

MOST_ENTRIES = 2000
TOO_OFTEN = frozenset({"SECONDLY", "MINUTELY", "HOURLY"})
UID_HOST = "lift"
"""What follows the @ in the UID of an event that LIFT made: such an entry came from here and blocks nothing."""


class NotACalendar(ValueError):
    """The body cannot be taken; the argument is a key of ``texts.calendar.FAILURES``."""


def busy_ranges(body: bytes, zone: str, within: Instants) -> list[Instants]:
    """Busy time that touches ``within``, merged, in order.

    Free, cancelled and LIFT's own entries do not count. Whole days and times without a zone are wall time of ``zone``
    (or of the calendar's X-WR-TIMEZONE); repeats keep their wall time over a change of the clocks. Raises NotACalendar.
    """
    calendar = _parsed(body)
    start, end = ends(within)
    try:
        pieces = [*_entries(calendar, zone, start, end), *_free_busy(calendar)]
    except NotACalendar:
        raise
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError, LookupError) as error:
        raise NotACalendar("entry") from error  # what libraries say of a hostile or broken entry
    return merged(piece for piece in pieces if piece.overlaps(within))


def has_entries(body: bytes) -> bool:
    """True when the calendar says anything at all, busy or not."""
    return any(True for name in ("VEVENT", "VFREEBUSY") for _ in _parsed(body).walk(name))


def _parsed(body: bytes) -> Any:
    try:
        calendar = icalendar.Calendar.from_ical(body)
    except (ValueError, IndexError, KeyError) as error:
        raise NotACalendar("none") from error
    if calendar.name != "VCALENDAR":
        raise NotACalendar("none")
    return calendar


def _entries(calendar: Any, zone: str, start: datetime, end: datetime) -> Iterator[Instants]:
    entries = calendar.walk("VEVENT")
    if len(entries) > MOST_ENTRIES:
        raise NotACalendar("many")
    if any(str(rule).upper() in TOO_OFTEN for entry in entries for rule in _frequencies(entry)):
        raise NotACalendar("often")
    margin = timedelta(days=1)  # wall times without a zone are judged in another zone than they are meant in
    for entry in recurring_ical_events.of(calendar).between(start - margin, end + margin):
        if _counts(entry):
            low, high = _instant(entry.start, zone), _instant(entry.end, zone)
            if low < high:
                yield span(low, high)


def _frequencies(entry: Any) -> list[Any]:
    rules = entry.get("RRULE", [])
    return [word for rule in (rules if isinstance(rules, list) else [rules]) for word in rule.get("FREQ", [])]


def _counts(entry: Any) -> bool:
    busy = str(entry.get("TRANSP", "OPAQUE")).upper() != "TRANSPARENT"
    stands = str(entry.get("STATUS", "")).upper() != "CANCELLED"
    return busy and stands and not str(entry.get("UID", "")).endswith(f"@{UID_HOST}")


def _free_busy(calendar: Any) -> Iterator[Instants]:
    """FREEBUSY periods (always in UTC), for systems that share no more than that."""
    for component in calendar.walk("VFREEBUSY"):
        found = component.get("FREEBUSY", [])
        for periods in found if isinstance(found, list) else [found]:
            if str(periods.params.get("FBTYPE", "BUSY")).upper() != "FREE":
                yield from (_period(period) for period in getattr(periods, "dts", [periods]))


def _period(value: Any) -> Instants:
    low, high = value.dt
    return span(low.astimezone(UTC), (low + high if isinstance(high, timedelta) else high).astimezone(UTC))


def _instant(value: date, zone: str) -> datetime:
    """A day is its midnight, a time without a zone is wall time, both in ``zone``."""
    if not isinstance(value, datetime):
        return instant_at(value, time(), zone)
    if value.tzinfo is None:
        return value.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    return value.astimezone(UTC)
