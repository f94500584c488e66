"""Is a person qualified for a kind of machine at an instant? By what was shown, how long it lasts, and when it was used (M8)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from lift.core.errors import Problem
from lift.core.i18n import At, Text
from lift.labs import texts
from lift.labs.enums import Need
from lift.labs.models import Asset, Qualification, Requirement


@dataclass(frozen=True)
class Standing:
    """How one requirement stands for a person: fulfilled until ``until`` (None: for good), or missing."""

    item: Need
    done: bool
    until: datetime | None = None  # runs out, or ran out when ``done`` is False
    minutes: int = 0
    minutes_needed: int = 0

    def holds_at(self, at: datetime) -> bool:
        """Fulfilled at ``at`` too."""
        return self.done and (self.until is None or self.until > at)


def standings(
    asked: Sequence[Requirement], shown: Iterable[Qualification], last_used: datetime | None, now: datetime
) -> list[Standing]:
    """Each requirement as it stands at ``now``. ``last_used``: when the person last worked with such an asset."""
    records = list(shown)
    return [_standing(each, [r for r in records if r.item == each.item], last_used, now) for each in asked]


def _standing(
    asked: Requirement, shown: Sequence[Qualification], last_used: datetime | None, now: datetime
) -> Standing:
    """Of several records of one item the one that lasts longest counts; hours are added up over those that still do."""
    ends = [(record, _end(asked, record, last_used)) for record in shown if _given(record, now)]
    live = [(record, end) for record, end in ends if end is None or end > now]
    minutes = sum(record.minutes for record, _ in live)
    needed = asked.minutes if asked.item == Need.SUPERVISED_HOURS else 0
    until = _last(end for _, end in live)
    if live and minutes >= needed:
        return Standing(asked.item, True, _first_shortage(live, needed) if needed else until, minutes, needed)
    return Standing(asked.item, False, _last(end for _, end in ends) if ends and not live else None, minutes, needed)


def _given(record: Qualification, now: datetime) -> bool:
    return record.revoked_at is None and record.valid_from <= now


def _end(asked: Requirement, record: Qualification, last_used: datetime | None) -> datetime | None:
    """By date, by duration, by the time since the last use: whichever comes first."""
    used = max(record.valid_from, last_used) if last_used else record.valid_from
    ends = [
        record.valid_until,
        record.valid_from + timedelta(days=asked.valid_days) if asked.valid_days else None,
        used + timedelta(days=asked.unused_days) if asked.unused_days else None,
    ]
    return min((end for end in ends if end is not None), default=None)


def _last(ends: Iterable[datetime | None]) -> datetime | None:
    """The latest; None, for good, is later than any."""
    every = list(ends)
    return None if not every or None in every else max(end for end in every if end is not None)


def _first_shortage(live: Sequence[tuple[Qualification, datetime | None]], needed: int) -> datetime | None:
    """When the hours that still count fall below those needed, as the oldest run out one after the other."""
    left = sum(record.minutes for record, _ in live)
    running = sorted(((end, record.minutes) for record, end in live if end is not None), key=lambda pair: pair[0])
    for end, minutes in running:
        left -= minutes
        if left < needed:
            return end
    return None


def qualification_problems(asset: Asset, who: str, stands: Sequence[Standing], until: datetime) -> list[Problem]:
    """B7: every requirement holds through the end of the booking, not only today."""
    zone = asset.lab.zone
    return [
        Problem("B7", _lacking(each, asset, who, zone), owner=asset.lab.name, field="start")
        for each in stands
        if not each.holds_at(until)
    ]


def _lacking(each: Standing, asset: Asset, who: str, zone: str) -> Text:
    words = {"what": Text(texts.NEEDS[each.item]), "asset": asset.name, "who": who}
    if each.until is None:
        return Text(texts.LACKS_YOU if not who else texts.LACKS, words)
    at = {"at": At(each.until, zone)}
    return Text(texts.RUNS_OUT_YOU if not who else texts.RUNS_OUT, words | at)
