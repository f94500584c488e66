"""Is a booking of one asset at one time acceptable? Every rule is asked, every problem is told (RULES section 1)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from lift.core.db import Instants
from lift.core.errors import Problem
from lift.core.i18n import At, Text
from lift.core.tallies import TallyKey
from lift.labs import texts
from lift.labs.models import Asset, Lab
from lift.labs.policy.rules import Rules
from lift.labs.policy.spans import ends, length, widened
from lift.labs.policy.wallclock import day_bounds, local_day
from lift.labs.policy.wants import Want


@dataclass(frozen=True)
class BlockSeen:
    """A block in the way: of the whole lab, or of one resource."""

    what: str
    during: Instants
    reason: str
    resource_id: UUID | None = None  # None: the whole lab


def booking_problems(
    asset: Asset, during: Instants, rules: Rules, now: datetime, open_ranges: Sequence[Instants]
) -> list[Problem]:
    """B1, B3, B4, B5 for one asset. ``open_ranges``: the openings of its lab that touch the time."""
    shape = shape_problems(asset, during, rules)
    if during.lower is None or during.upper is None or during.lower >= during.upper:
        return shape
    over = during.lower < now  # what was open then is no reason any more
    return [
        *shape,
        *window_problems(asset, during, rules, now),
        *length_problems(asset, during, rules),
        *([] if over else opening_problems(asset, during, rules, open_ranges)),
    ]


def longer_problems(asset: Asset, during: Instants, rules: Rules, open_ranges: Sequence[Instants]) -> list[Problem]:
    """B4, B5 for a booking that runs and whose end moves: its start was judged when it was booked."""
    return [
        *length_problems(asset, during, rules),
        *opening_problems(asset, during, rules, open_ranges),
    ]


def shape_problems(asset: Asset, during: Instants, rules: Rules) -> list[Problem]:
    """B1: start before end, both on the asset's step of the lab's wall clock."""
    if during.lower is None or during.upper is None or during.lower >= during.upper:
        return [Problem("B1", texts.ENDS_BEFORE_START, owner=asset.lab.name, field="minutes")]
    problems = []
    step = timedelta(minutes=rules.step_minutes)
    fits = next_on_step(during.lower, rules.step_minutes, asset.lab.zone)
    if fits != during.lower:
        said = {"asset": asset.name, "minutes": rules.step_minutes, "at": At(fits, asset.lab.zone)}
        problems.append(Problem("B1", Text(texts.OFF_STEP, said), asset.lab.name, "start", fits))
    if length(during) % step:
        said = {"asset": asset.name, "minutes": rules.step_minutes}
        passes = rules.step_minutes * -(-length(during) // step)
        problems.append(Problem("B1", Text(texts.LENGTH_OFF_STEP, said), asset.lab.name, "minutes", passes))
    return problems


def next_on_step(instant: datetime, step_minutes: int, zone: str) -> datetime:
    """The first instant from here on at which the wall clock in ``zone`` stands on the step."""
    wall = instant.astimezone(ZoneInfo(zone))
    since_midnight = timedelta(hours=wall.hour, minutes=wall.minute, seconds=wall.second, microseconds=wall.microsecond)
    return instant + (-since_midnight) % timedelta(minutes=step_minutes)


def window_problems(asset: Asset, during: Instants, rules: Rules, now: datetime) -> list[Problem]:
    """B3: far enough ahead for the lab, and the end not beyond the horizon."""
    start, end = ends(during)
    lab = asset.lab
    earliest, latest = window(lab, rules, now)
    problems = []
    if start < now:
        problems.append(Problem("B3", texts.PAST, lab.name, "start", earliest))
    elif start < earliest:
        said = {"asset": asset.name, "minutes": rules.lead_minutes, "at": At(earliest, lab.zone)}
        problems.append(Problem("B3", Text(texts.TOO_SOON, said), lab.name, "start", earliest))
    if end > latest:
        said = {"asset": asset.name, "days": rules.horizon_days, "at": At(latest, lab.zone)}
        problems.append(Problem("B3", Text(texts.TOO_FAR, said), lab.name, "start", latest))
    return problems


def window(lab: Lab, rules: Rules, now: datetime) -> tuple[datetime, datetime]:
    """Earliest start and latest end. The horizon is midnight after n local days; a new day opens at ``release_hour``."""
    today = local_day(now, lab.zone)
    if now.astimezone(ZoneInfo(lab.zone)).hour < rules.release_hour:
        today -= timedelta(days=1)
    return now + timedelta(minutes=rules.lead_minutes), day_bounds(
        today + timedelta(days=rules.horizon_days), lab.zone
    )[1]


def length_problems(asset: Asset, during: Instants, rules: Rules) -> list[Problem]:
    """B4: not shorter and not longer than the rules say."""
    minutes = length(during) / timedelta(minutes=1)
    if minutes < rules.min_minutes:
        said = Text(texts.TOO_SHORT, {"asset": asset.name, "minutes": rules.min_minutes})
        return [Problem("B4", said, asset.lab.name, "minutes", rules.min_minutes)]
    if minutes > rules.max_minutes:
        said = Text(texts.TOO_LONG, {"asset": asset.name, "minutes": rules.max_minutes})
        return [Problem("B4", said, asset.lab.name, "minutes", rules.max_minutes)]
    return []


def opening_problems(asset: Asset, during: Instants, rules: Rules, open_ranges: Sequence[Instants]) -> list[Problem]:
    """B5: the whole time lies in one opening; so a gap inside it is found, not only its ends."""
    buffers = (asset.setup_minutes, asset.teardown_minutes) if rules.buffers_in_opening else (0, 0)
    needed = widened(during, *(timedelta(minutes=minutes) for minutes in buffers))
    if any(opening.contains(needed) for opening in open_ranges):
        return []
    msgid = texts.CLOSED_FOR_BUFFERS if rules.buffers_in_opening else texts.CLOSED
    return [Problem("B5", Text(msgid, {"lab": asset.lab.name, "asset": asset.name}), asset.lab.name, "start")]


def block_problems(lab: Lab, wants: Sequence[Want], blocks: Sequence[BlockSeen]) -> list[Problem]:
    """B6: no block on what is wanted or on its lab, set-up and tear-down included."""
    return [
        Problem("B6", Text(texts.BLOCKED, _block_words(block, lab.zone)), lab.name, "start")
        for block in blocks
        if any(
            block.resource_id in (None, want.resource_id) and block.during.overlaps(claim)
            for want in wants
            for claim in want.claims()
        )
    ]


def _block_words(block: BlockSeen, zone: str) -> dict[str, object]:
    start, end = ends(block.during)
    return {"what": block.what, "start": At(start, zone), "end": At(end, zone), "reason": block.reason}


def quota_problems(lab: Lab, rules: Rules, counts: Mapping[TallyKey, int]) -> list[Problem]:
    """B10: bookings in the lab's week, of the person and of the organisation.

    ``counts``: the locked tallies that this booking would add one to, without it.
    """
    limits = {"person": (texts.QUOTA_PERSON, rules.person_per_week),
              "organisation": (texts.QUOTA_ORGANISATION, rules.organisation_per_week)}  # fmt: skip
    problems = []
    for key, count in counts.items():
        msgid, limit = limits[key.whom.partition(":")[0]]
        if limit is not None and count + 1 > limit:
            said = Text(msgid, {"count": count, "lab": lab.name, "limit": limit})
            problems.append(Problem("B10", said, lab.name, "start", limit))
    return problems
