"""What a lab may write into its rules: the kind and bounds of each value, and what does not go together (M25)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lift.core.errors import Problem
from lift.core.i18n import Text
from lift.labs import texts
from lift.labs.policy.rules import Rules

DAY = 24 * 60


@dataclass(frozen=True)
class Whole:
    """A whole number from ``low`` to ``high``; with ``limit`` it may be None, no limit."""

    low: int
    high: int
    limit: bool = False


@dataclass(frozen=True)
class YesNo:
    """Yes or no."""


Kind = Whole | YesNo

KINDS: dict[str, Kind] = {
    "step_minutes": Whole(5, DAY),
    "lead_minutes": Whole(0, 60 * DAY),
    "horizon_days": Whole(1, 365),
    "release_hour": Whole(0, 23),
    "min_minutes": Whole(5, 14 * DAY),
    "max_minutes": Whole(5, 14 * DAY),
    "chains_allowed": YesNo(),
    "gap_minutes": Whole(0, 30 * DAY),
    "buffers_in_opening": YesNo(),
    "person_per_week": Whole(0, 500, limit=True),
    "organisation_per_week": Whole(0, 5000, limit=True),
    "person_minutes_per_day": Whole(0, DAY, limit=True),
    "person_minutes_per_month": Whole(0, 31 * DAY, limit=True),
    "person_minutes_in_30_days": Whole(0, 30 * DAY, limit=True),
    "organisation_minutes_per_month": Whole(0, 3100 * DAY, limit=True),
    "free_cancel_minutes": Whole(0, 60 * DAY),
    "hold_minutes": Whole(1, DAY),
    "members_book": YesNo(),
}
"""In the order in which a page asks."""


def value_problems(changes: Mapping[str, Any]) -> list[Problem]:
    """Each value alone: known, of its kind, within its bounds."""
    return [
        Problem("M25", Text(texts.RULE_UNKNOWN, {"rule": name}), field=name)
        if name not in KINDS
        else Problem("M25", _bounds(name, KINDS[name]), field=name)
        for name, value in changes.items()
        if name not in KINDS or not _fits(KINDS[name], value)
    ]


def _fits(kind: Kind, value: Any) -> bool:
    if isinstance(kind, YesNo):
        return isinstance(value, bool)
    if value is None:
        return kind.limit
    return isinstance(value, int) and not isinstance(value, bool) and kind.low <= value <= kind.high


def _bounds(name: str, kind: Kind) -> Text:
    called = Text(texts.RULES[name][0])
    if isinstance(kind, Whole):
        return Text(texts.RULE_BOUNDS, {"rule": called, "low": kind.low, "high": kind.high})
    return Text(texts.RULE_CHOOSE, {"rule": called})


def together_problems(rules: Rules) -> list[Problem]:
    """What the rules in force say together: lengths that can be booked."""
    problems = []
    if rules.min_minutes > rules.max_minutes:
        problems.append(Problem("B4", texts.RULE_MIN_OVER_MAX, field="max_minutes"))
    elif not any(n % rules.step_minutes == 0 for n in range(rules.min_minutes, rules.max_minutes + 1)):
        problems.append(Problem("B1", texts.RULE_NO_LENGTH, field="step_minutes"))
    return problems
