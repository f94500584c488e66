"""A plan of the job shop as the template shows it: a Gantt chart by machine, and what every rule would have given."""

from __future__ import annotations

import math
from typing import Any

from lift.twins.simulators.job_shop import RULE_NAMES, SEARCH
from lift.twins.simulators.job_shop_result import MACHINE_NAMES, JobShopResult, PlannedSlot
from lift.web.i18n import decimal, say
from lift.web.i18n import gettext as _

_TICKS = 8


def schedule(result: JobShopResult) -> dict[str, Any]:
    """Hours, rows and words of the chart; the rules with the plan that is shown among them."""
    end = max(result.makespan, 1.0)
    machines = list(dict.fromkeys(slot.machine for slot in result.slots))
    return {
        "told": _told(result),
        "hours": [(f"{_minutes(mark)} min", round(mark / end * 100, 3)) for mark in _marks(end)],
        "rows": [_row(result, machine, end) for machine in sorted(machines, key=list(MACHINE_NAMES).index)],
        "rules": _rules(result),
        "cut_short": result.cut_short,
    }


def _row(result: JobShopResult, machine: str, end: float) -> dict[str, Any]:
    mine = [slot for slot in result.slots if slot.machine == machine]
    busy = sum(slot.end - slot.start for slot in mine)
    state = _("%(share)s %% of the plan", share=round(busy / end * 100))
    return {"name": say(MACHINE_NAMES[machine]), "url": "", "state": state, "items": [_item(s, end) for s in mine]}


def _item(slot: PlannedSlot, end: float) -> dict[str, Any]:
    when = _("minute %(start)s to %(end)s", start=_minutes(slot.start), end=_minutes(slot.end))
    return {
        "left": round(slot.start / end * 100, 3),
        "width": round((slot.end - slot.start) / end * 100, 3),
        "kind": "risk" if slot.late else "booked",
        "title": slot.job,
        "text": _("late") if slot.late else "",
        "when": when,
    }


def _rules(result: JobShopResult) -> list[tuple[str, str, str, bool]]:
    """Name, minutes, late jobs, whether it is the plan that is shown."""
    rows = [(plan.rule, plan.makespan, plan.late_jobs) for plan in result.rules]
    if result.rule == SEARCH:
        late = len({slot.job for slot in result.slots if slot.late})
        rows.append((SEARCH, result.makespan, late))
    return [(say(RULE_NAMES[rule]), _minutes(long), str(late), rule == result.rule) for rule, long, late in rows]


def _told(result: JobShopResult) -> str:
    words = {"minutes": _minutes(result.makespan), "bound": _minutes(result.lower_bound)}
    if math.isclose(result.makespan, result.lower_bound):
        return str(_("The plan takes %(minutes)s minutes. No plan can be shorter.", **words))
    return str(_("The plan takes %(minutes)s minutes; none can be shorter than %(bound)s.", **words))


def _marks(end: float) -> list[float]:
    step = next(step for step in (10, 20, 30, 60, 120, 240, 480, 960) if end / step <= _TICKS)
    return [float(mark) for mark in range(0, math.floor(end) + 1, step)]


def _minutes(value: float) -> str:
    return str(decimal(value, "#,##0.#"))
