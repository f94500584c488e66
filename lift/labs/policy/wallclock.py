"""Between a lab's wall clock and instants, over the two changes of the clocks (B1)."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from lift.core.errors import Problem
from lift.core.i18n import At, Text
from lift.labs import texts


def instant_at(day: date, wall: time, zone: str, *, later: bool = False) -> datetime:
    """The instant (UTC) at which the clocks in ``zone`` show ``wall`` on ``day``.

    A time inside the skipped hour becomes the instant of the jump; of a repeated time the first, or with ``later``
    the second.
    """
    local = datetime.combine(day, wall, ZoneInfo(zone))
    if is_skipped(day, wall, zone):
        return jump_on(day, zone)
    return local.replace(fold=int(later)).astimezone(UTC)


def is_skipped(day: date, wall: time, zone: str) -> bool:
    """True when the clocks never show ``wall`` on ``day``."""
    local = datetime.combine(day, wall, ZoneInfo(zone))
    return local.astimezone(UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None) != local.replace(tzinfo=None)


def is_repeated(day: date, wall: time, zone: str) -> bool:
    """True when the clocks show ``wall`` twice on ``day``."""
    local = datetime.combine(day, wall, ZoneInfo(zone))
    return not is_skipped(day, wall, zone) and local.utcoffset() != local.replace(fold=1).utcoffset()


def jump_on(day: date, zone: str) -> datetime:
    """The first instant of ``day`` after which the offset of ``zone`` differs from that at its midnight."""
    tz = ZoneInfo(zone)
    low = datetime.combine(day, time(), tz).astimezone(UTC)
    high = low + timedelta(days=1, hours=2)
    before = low.astimezone(tz).utcoffset()
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) / 2
        if middle.astimezone(tz).utcoffset() == before:
            low = middle
        else:
            high = middle
    return high.replace(microsecond=0)


def local_day(instant: datetime, zone: str) -> date:
    """The day that the calendar in ``zone`` shows at ``instant``."""
    return instant.astimezone(ZoneInfo(zone)).date()


def day_bounds(day: date, zone: str) -> tuple[datetime, datetime]:
    """From midnight to midnight in ``zone``: 23, 24 or 25 hours."""
    return instant_at(day, time(), zone), instant_at(day + timedelta(days=1), time(), zone)


def wall_problems(day: date, wall: time, zone: str, *, offset_given: bool) -> list[Problem]:
    """B1: a start in the skipped hour is refused; in the repeated hour it needs to be said which one is meant."""
    shown = f"{wall:%H:%M}"
    if is_skipped(day, wall, zone):
        jump = jump_on(day, zone)
        said = Text(texts.SKIPPED_HOUR, {"wall": shown, "at": At(jump, zone)})
        return [Problem("B1", said, field="start", passes=jump)]
    if is_repeated(day, wall, zone) and not offset_given:
        first, second = (instant_at(day, wall, zone, later=later) for later in (False, True))
        said = Text(texts.REPEATED_HOUR, {"wall": shown, "first": At(first, zone), "second": At(second, zone)})
        return [Problem("B1", said, field="start", passes=[first, second])]
    return []
