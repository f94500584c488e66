"""What is measured when a plan is carried out, and the plan itself for a Gantt chart."""

from __future__ import annotations

import numpy as np

from lift.core.i18n import N_
from lift.twins.scheduling.dispatch import Rule, dispatched
from lift.twins.scheduling.problem import JobShop
from lift.twins.scheduling.search import Found
from lift.twins.simulators.base import Figure, Frozen, Result, figure_of
from lift.twins.simulators.luck import Floats

MACHINES = ("machining", "robot", "conveyor", "oven")
MACHINE_NAMES = {
    "machining": N_("Machining cell"),
    "robot": N_("Robot cell"),
    "conveyor": N_("Conveyor line"),
    "oven": N_("Oven"),
}
_BUSY = N_("busy")


class PlannedSlot(Frozen):
    """One operation in the plan, in minutes; `late` when its job ends past its due time in the plan."""

    job: str
    operation: int
    machine: str
    start: float
    end: float
    late: bool


class RulePlan(Frozen):
    """What a dispatch rule gives for the same jobs: minutes, and jobs past their due time."""

    rule: str
    makespan: float
    late_jobs: int


class JobShopResult(Result):
    """The plan, how it compares with every rule and with what no plan can beat; figures over the repeats.

    `makespan` and `lower_bound` are minutes with the planned times; `rounds` plans were tried by a search, which
    `cut_short` says was ended by the clock.
    """

    rule: str
    slots: tuple[PlannedSlot, ...]
    makespan: float
    lower_bound: float
    best_rule_makespan: float
    rules: tuple[RulePlan, ...]
    rounds: int
    cut_short: bool


def result_of(
    shop: JobShop, found: Found, ends: Floats, best_rule: float, *, simulator: str, version: str, seed: int, rule: str
) -> JobShopResult:
    """`ends` is (slots, repeats): when each slot of the plan ended each time it was carried out."""
    plan = found.schedule
    lateness = plan.lateness(shop)
    slots = tuple(
        PlannedSlot(
            job=slot.job,
            operation=slot.operation,
            machine=slot.machine,
            start=slot.start,
            end=slot.end,
            late=lateness.get(slot.job, 0.0) > 0,
        )
        for slot in plan.slots
    )
    return JobShopResult(
        simulator=simulator,
        version=version,
        seed=seed,
        replications=ends.shape[1],
        figures=_figures(shop, found, ends),
        rule=rule,
        slots=slots,
        makespan=plan.makespan,
        lower_bound=shop.lower_bound,
        best_rule_makespan=best_rule,
        rules=tuple(_rule_plan(shop, one) for one in Rule),
        rounds=found.rounds,
        cut_short=found.cut_short,
    )


def _rule_plan(shop: JobShop, rule: Rule) -> RulePlan:
    plan = dispatched(shop, rule)
    late = sum(minutes > 0 for minutes in plan.lateness(shop).values())
    return RulePlan(rule=rule.value, makespan=plan.makespan, late_jobs=late)


def _figures(shop: JobShop, found: Found, ends: Floats) -> tuple[Figure, ...]:
    slots = found.schedule.slots
    finished = np.stack([ends[[slot.job == job.name for slot in slots]].max(axis=0) for job in shop.jobs])
    dues = np.array([np.inf if job.due is None else job.due for job in shop.jobs])[:, None]
    late = np.maximum(finished - dues, 0.0)
    length = finished.max(axis=0)
    head = (
        ("makespan", N_("Time until all jobs are done"), "min", length),
        ("late_jobs", N_("Jobs past their due time"), "jobs", (late > 0).sum(axis=0)),
        ("late_min", N_("Lateness of a job, on average"), "min", late.mean(axis=0)),
        ("flow_min", N_("Time of a job in the shop, on average"), "min", finished.mean(axis=0)),
    )
    busy = [
        (f"{machine}_busy", _BUSY, "share", _busy(found, machine, ends) / length)
        for machine in MACHINES
        if machine in shop.machines
    ]
    return tuple(figure_of(key, label, unit, values.tolist()) for key, label, unit, values in (*head, *busy))


def _busy(found: Found, machine: str, ends: Floats) -> Floats:
    """Minutes that the machine worked, (repeats,): its slots lie one after the other, and begin when all is there."""
    slots = found.schedule.slots
    ready: dict[str, Floats] = {}
    free = np.zeros(ends.shape[1])
    worked = np.zeros(ends.shape[1])
    for place, slot in enumerate(slots):
        before = ready.get(slot.job, np.zeros(ends.shape[1]))
        if slot.machine == machine:
            worked += ends[place] - np.maximum(before, free)
            free = ends[place]
        ready[slot.job] = ends[place]
    return worked
