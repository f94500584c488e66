"""What is asked of the person whose time it is: qualified, not too often, not too long, not too near (B4, B7, B10, B11).

Called under the locks of the plan: the person's unit serialises their own bookings, the guards the minutes.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from lift.core.errors import Problem
from lift.labs.models import Asset
from lift.labs.policy.holder import (
    chain_problems,
    counted_range,
    gap_problems,
    has_minute_rules,
    minute_problems,
)
from lift.labs.policy.plan import Plan
from lift.labs.policy.qualification import qualification_problems
from lift.labs.policy.rules import Rules, effective_rules
from lift.labs.policy.spans import ends, widened
from lift.labs.queries import holder as booked
from lift.labs.queries.qualifications import standing_of


def holder_problems(plan: Plan, now: datetime) -> list[Problem]:
    """Every rule about the holder's other bookings and qualifications; nothing is asked where no rule needs it."""
    rules = plan.rules
    problems = [p for asset in plan.assets for p in _beside_problems(plan, asset, effective_rules(asset), now)]
    problems += _minute_problems(plan, rules, now)
    return problems + qualified_problems(plan, now)


def qualified_problems(plan: Plan, now: datetime) -> list[Problem]:
    """B7: the holder has shown what each asset's lab asks, through the end of the booking."""
    if plan.holder_id is None:
        return []
    until = ends(plan.during)[1]
    return [
        problem
        for asset in plan.assets
        for problem in qualification_problems(asset, "", standing_of(plan.holder_id, asset, now), until)
    ]


def _beside_problems(plan: Plan, asset: Asset, rules: Rules, now: datetime) -> list[Problem]:
    """B4 in a row, B11."""
    if plan.holder_id is None or (rules.chains_allowed and not rules.gap_minutes):
        return []
    around = timedelta(minutes=rules.max_minutes + rules.gap_minutes + asset.setup_minutes + asset.teardown_minutes)
    units = [u for want in plan.wants if want.name == asset.name for u in want.unit_ids]
    others = booked.on_resource(plan.holder_id, units, widened(plan.during, around, around), now, plan.but)
    return [*chain_problems(asset, plan.during, others, rules), *gap_problems(asset, plan.during, others, rules)]


def _minute_problems(plan: Plan, rules: Rules, now: datetime) -> list[Problem]:
    """B10 in minutes, added up while the guards are locked."""
    if plan.counted_for is None or not has_minute_rules(rules):
        return []
    body, holder = plan.counted_for
    within = counted_range(plan.during, plan.lab.zone)
    own = booked.of_person(holder, plan.lab.id, within, now, plan.but) if holder else []
    limits = rules if holder else rules.without_person()
    theirs = booked.of_organisation(body, plan.lab.id, within, now, plan.but)
    return minute_problems(plan.lab, limits, plan.during, own, theirs)
