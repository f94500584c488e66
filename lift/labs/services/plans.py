"""What a verb wants to take, loaded once; judged under the locks; refused with the nearest free starts."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import wraps
from typing import Any, TypeVar
from uuid import UUID

from lift.core import clock, tallies
from lift.core.db import Instants
from lift.core.errors import NotFound, Problem, Refused, Way, refuse_if
from lift.core.i18n import At, Text
from lift.core.tallies import TallyKey
from lift.labs import texts
from lift.labs.enums import ResourceKind
from lift.labs.models import Booking
from lift.labs.policy.booking import (
    block_problems,
    booking_problems,
    longer_problems,
    opening_problems,
    quota_problems,
)
from lift.labs.policy.overrides import Waiver, split
from lift.labs.policy.plan import Plan
from lift.labs.policy.rules import effective_rules
from lift.labs.policy.spans import ends, hull, length
from lift.labs.policy.wallclock import day_bounds, local_day
from lift.labs.policy.wants import Choice, Want, chosen_units
from lift.labs.queries.bookings import resources_held
from lift.labs.queries.claims import claims_of_others
from lift.labs.queries.people import names_of
from lift.labs.queries.time import (
    asset_want,
    assets_with_labs,
    blocks_near,
    nearest_starts,
    open_ranges_near,
    plain_want,
    resources_of_assets,
)
from lift.labs.services.persons import holder_problems, qualified_problems
from lift.labs.services.resources import ensure_resource

Verb = TypeVar("Verb", bound=Callable[..., Any])

TIME_RULES = ("B3", "B5", "B6", "B10", "B11", "B12", "B14")
"""Rules that another start may satisfy."""


@dataclass(frozen=True)
class Judgement:
    """The units chosen, and the refusals that staff waived."""

    choices: list[Choice]
    waived: Sequence[Problem] = ()


class Unfit(Refused):
    """Refused, with the plan that the nearest free starts are looked up for once the locks are gone."""

    def __init__(self, problems: Sequence[Problem], plan: Plan) -> None:
        super().__init__(problems)
        self.plan = plan


def plan_for(
    asset_ids: Sequence[UUID],
    parts: Sequence[Instants],
    *,
    person_ids: Collection[UUID] = (),
    rooms: Iterable[str] = (),
) -> Plan:
    """Load assets, their lab and every resource needed. Raises NotFound for an unknown asset, Refused for two labs."""
    assets = assets_with_labs(asset_ids)
    if not assets or len(assets) < len(set(asset_ids)):
        raise NotFound
    lab = assets[0].lab
    refuse_if([Problem("B9", texts.ONE_LAB_ONLY, lab.name, "asset")] if any(a.lab_id != lab.id for a in assets) else [])
    resources = resources_of_assets(asset_ids)
    wants = [asset_want(asset, resources[asset.id], parts) for asset in assets]
    wants += [plain_want(ensure_resource(ResourceKind.ROOM, room, lab_id=lab.id), parts) for room in rooms]
    wants += person_wants(person_ids, parts)
    return Plan(lab, assets, wants, tuple(parts))


def person_wants(person_ids: Collection[UUID], parts: Sequence[Instants]) -> list[Want]:
    """The time of people. Their names are asked for, not stored with the resource."""
    names = names_of(person_ids)
    wants = [(names[p], ensure_resource(ResourceKind.PERSON, "person", person_id=p)) for p in sorted(names)]
    return [replace(plain_want(resource, parts), name=name) for name, resource in wants]


def plan_again(booking: Booking, *parts: Instants) -> Plan:
    """The resources that a booking has (or had when it was given back), at another time."""
    held = resources_held(booking)
    assets = {asset.id: asset for asset in assets_with_labs([r.asset_id for r in held if r.asset_id])}
    names = names_of([r.person_id for r in held if r.person_id])
    wants = []
    for resource in held:
        asset = assets.get(resource.asset_id) if resource.asset_id else None
        want = asset_want(asset, resource, parts) if asset else plain_want(resource, parts)
        wants.append(replace(want, name=names[resource.person_id]) if resource.person_id else want)
    counted_for = (booking.organisation_id, booking.holder_id)
    return Plan(booking.lab, list(assets.values()), wants, parts, booking.id, counted_for)


def judged(plan: Plan, now: datetime, counts: Mapping[TallyKey, int], waiver: Waiver | None = None) -> Judgement:
    """The chosen units, after every rule was asked under the locks. Raises Unfit with all problems that stand."""
    around = hull([claim for want in plan.wants for claim in want.claims()])
    opening = open_ranges_near(plan.lab.id, around)
    problems = [
        problem
        for asset in plan.assets
        for problem in booking_problems(asset, plan.during, effective_rules(asset), now, opening)
    ]
    problems += quota_problems(plan.lab, plan.rules, counts)
    problems += holder_problems(plan, now)
    return _chosen(plan, around, now, problems, waiver)


def judged_to_grant(plan: Plan, now: datetime) -> Judgement:
    """As ``judged``, when a yes comes: lead time and quota were judged when it was asked for and are not asked again."""
    around = hull([claim for want in plan.wants for claim in want.claims()])
    opening = open_ranges_near(plan.lab.id, around)
    problems = [
        p for asset in plan.assets for p in longer_problems(asset, plan.during, effective_rules(asset), opening)
    ]
    problems += qualified_problems(plan, now)
    return _chosen(plan, around, now, problems)


def judged_longer(plan: Plan, now: datetime) -> Judgement:
    """As ``judged``, for a booking that runs and stays where it is: only its end is new, so nothing is asked of its start."""
    around = hull([claim for want in plan.wants for claim in want.claims()])
    opening = open_ranges_near(plan.lab.id, around)
    problems = [
        problem
        for asset in plan.assets
        for problem in longer_problems(asset, plan.during, effective_rules(asset), opening)
    ]
    problems += holder_problems(plan, now)
    return _chosen(plan, around, now, problems)


def judged_for_session(plan: Plan, now: datetime) -> Judgement:
    """As ``judged``, without lead time, length and quota: a session's time is planned by the people who run it."""
    around = hull([claim for want in plan.wants for claim in want.claims()])
    opening = open_ranges_near(plan.lab.id, around)
    problems = [
        problem
        for asset in plan.assets
        for part in plan.parts
        for problem in opening_problems(asset, part, effective_rules(asset), opening)
    ]
    return _chosen(plan, around, now, problems)


def _chosen(
    plan: Plan, around: Instants, now: datetime, problems: list[Problem], waiver: Waiver | None = None
) -> Judgement:
    problems += block_problems(plan.lab, plan.wants, blocks_near(plan.lab, around))
    taken = claims_of_others(plan.unit_ids, around, now, but=plan.but)
    choices, in_the_way = chosen_units(plan.wants, taken, plan.lab.zone)
    every = list({(p.rule, str(p.text)): p for p in [*problems, *in_the_way]}.values())
    standing, waived = split(every, waiver)
    if standing:
        raise Unfit(standing, plan)
    return Judgement(choices, waived)


def tells_nearest(verb: Verb) -> Verb:
    """A refused verb says when it would work. Looked up after the verb let go of its locks, so nobody waits for it."""

    @wraps(verb)
    def telling(*args: Any, **kwargs: Any) -> Any:
        try:
            return verb(*args, **kwargs)
        except Unfit as unfit:
            raise Refused(with_nearest(unfit.problems, unfit.plan)) from unfit

    return telling  # type: ignore[return-value]


def with_nearest(problems: Sequence[Problem], plan: Plan) -> list[Problem]:
    """The problems; the first that another time would solve carries the nearest free starts and ways to book them."""
    first = next((n for n, p in enumerate(problems) if p.rule in TIME_RULES), None)
    if first is None or len(plan.parts) > 1:
        return list(problems)
    after = _first_week_with_room(plan) if any(p.rule == "B10" for p in problems) else None
    starts = nearest_starts(plan.wants, plan.lab, plan.rules, plan.during, clock.now(), but=plan.but, after=after)
    told = replace(problems[first], passes=starts or None, ways=tuple(_way(plan, start) for start in starts))
    return [*problems[:first], told, *problems[first + 1 :]]


def _first_week_with_room(plan: Plan) -> datetime:
    """The beginning of the first week after the one asked for whose quota is not used up."""
    asked = local_day(ends(plan.during)[0], plan.lab.zone)
    monday = asked - timedelta(days=asked.weekday())
    for week in range(1, plan.rules.horizon_days // 7 + 1):
        start, _ = day_bounds(monday + timedelta(weeks=week), plan.lab.zone)
        counts = {key: tallies.count_of(key) for key in plan.keys_at(start)}
        if not quota_problems(plan.lab, plan.rules, counts):
            return start
    return start


def _way(plan: Plan, start: datetime) -> Way:
    minutes = int(length(plan.during) / timedelta(minutes=1))
    day = local_day(start, plan.lab.zone).isoformat()
    values = (("lab", plan.lab.slug), ("day", day), ("asset", plan.assets[0].key), ("start", start.isoformat()),
              ("minutes", minutes))  # fmt: skip
    return Way(Text(texts.BOOK_AT, {"at": At(start, plan.lab.zone)}), "labs.desk", values)
