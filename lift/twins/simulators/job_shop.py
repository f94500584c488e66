"""The job shop twin: a list of jobs, a rule or a search that plans it, and the plan carried out with other times."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Literal

import numpy as np
from pydantic import Field
from pydantic.config import JsonDict

from lift.core.i18n import N_
from lift.twins.scheduling.check import faults_of
from lift.twins.scheduling.dispatch import Rule, dispatched
from lift.twins.scheduling.problem import Job, JobShop, Operation, Schedule
from lift.twins.scheduling.search import Found, best_by_rule, searched
from lift.twins.simulators import luck
from lift.twins.simulators.base import Cancelled, Parameters, Progress, SimulationCancelled, Simulator
from lift.twins.simulators.job_shop_result import MACHINES, JobShopResult, result_of
from lift.twins.simulators.luck import Floats

SEARCH = "search"
RULE_NAMES: dict[str, str] = {
    Rule.FIFO.value: N_("First come, first served"),
    Rule.SPT.value: N_("Shortest operation first"),
    Rule.LPT.value: N_("Longest operation first"),
    Rule.EDD.value: N_("Earliest due date first"),
    Rule.MWKR.value: N_("Most work left first"),
    SEARCH: N_("Search for a better plan"),
}
# So many rounds of a plan with one operation are looked at for each second asked for: a number, not the clock, decides
# how far a search goes, or the same seed would not give the same digits. The clock ends it on a computer this much slower.
_OPERATIONS_PER_SECOND = 500_000
_SLOWER = 4


def _extra(group: str, unit: str = "", names: Mapping[str, str] | None = None) -> JsonDict:
    return {"group": group, "unit": unit, "names": dict(names or {})}


class JobShopParameters(Parameters):
    """What can be changed in the shop."""

    rule: Literal["fifo", "spt", "lpt", "edd", "mwkr", "search"] = Field(
        "fifo",
        title=N_("Who goes first"),
        json_schema_extra=_extra("plan", names=RULE_NAMES),
    )
    search_s: int = Field(
        5,
        ge=1,
        le=60,
        title=N_("Search for, at most"),
        description=N_("Used only when a better plan is searched for."),
        json_schema_extra=_extra("plan", "s"),
    )
    jobs: int = Field(10, ge=2, le=30, title=N_("Number of jobs"), json_schema_extra=_extra("jobs", "jobs"))
    list_number: int = Field(
        1,
        ge=1,
        le=99,
        title=N_("Job list"),
        description=N_("Every number is another list of jobs; the same number is the same list."),
        json_schema_extra=_extra("jobs"),
    )
    due_factor: float = Field(
        3.0,
        ge=1,
        le=9,
        title=N_("Due after, times the work in the job"),
        json_schema_extra=_extra("jobs", "×"),
    )
    spread_percent: float = Field(
        15,
        ge=0,
        le=50,
        title=N_("Spread of the times"),
        description=N_("How much an operation differs from what was planned."),
        json_schema_extra=_extra("times", "%"),
    )
    repeats: int = Field(30, ge=10, le=200, title=N_("Times carried out"), json_schema_extra=_extra("run", "times"))


def job_list(parameters: JobShopParameters) -> JobShop:
    """The jobs of this list: each visits every machine once, in its own order, 5 to 40 minutes; due by its work."""
    draw = luck.stream(parameters.list_number, 0, luck.JOB_LIST)
    jobs = []
    for number in range(parameters.jobs):
        order = draw.permutation(len(MACHINES))
        minutes = draw.integers(5, 41, size=len(MACHINES))
        operations = tuple(Operation(MACHINES[place], float(minutes[place])) for place in order)
        due = round(parameters.due_factor * float(minutes.sum()), 1)
        jobs.append(Job(f"J{number + 1}", operations, due))
    return JobShop(tuple(jobs))


def carried_out(shop: JobShop, plan: Schedule, factors: Floats) -> Floats:
    """End of each slot of the plan, (slots, repeats), when slot i lasts its minutes x factors[i]; the order is kept."""
    repeats = factors.shape[1]
    ready = {job.name: np.zeros(repeats) for job in shop.jobs}
    free = {machine: np.zeros(repeats) for machine in shop.machines}
    ends = np.empty_like(factors)
    for place, slot in enumerate(plan.slots):
        end = np.maximum(ready[slot.job], free[slot.machine]) + (slot.end - slot.start) * factors[place]
        ready[slot.job] = free[slot.machine] = ends[place] = end
    return ends


class JobShopSimulator(Simulator[JobShopParameters, JobShopResult]):
    """Plan by rule or search, checked; then carried out `repeats` times with times that differ."""

    key: ClassVar[str] = "job-shop"
    version: ClassVar[str] = "1.0"
    title: ClassVar[str] = N_("Which job goes first?")
    summary: ClassVar[str] = N_(
        "You choose the rule, the computer plans a list of jobs on four machines and tries the plan out."
    )
    assumptions: ClassVar[tuple[str, ...]] = (
        N_("Every job visits each machine once, in its own order, and is there from the start."),
        N_("A machine works on one job at a time and is never interrupted; moving a job takes no time."),
        N_("The plan is made with the planned times; when it is carried out, each machine keeps the planned order."),
        N_("A search tries a fixed number of plans for each second, so that the same seed finds the same plan."),
        N_("The interval is Student's t over the times it was carried out."),
    )
    unit_of_progress: ClassVar[str] = N_("steps")
    parameters = JobShopParameters
    result = JobShopResult

    def run(self, parameters: JobShopParameters, seed: int, progress: Progress, cancelled: Cancelled) -> JobShopResult:
        """First the plan (as many steps as seconds were asked for), then the repeats."""
        shop = job_list(parameters)
        total = parameters.search_s + parameters.repeats
        progress(0, total)
        found = self._planned(shop, parameters, seed, progress, cancelled)
        if cancelled():
            raise SimulationCancelled(0, total)
        assert not faults_of(shop, found.schedule.slots), "every planner gives a plan that can be carried out"
        spread = parameters.spread_percent / 100
        drawn = [
            luck.factors(luck.stream(seed, number, luck.JOB_WORK), shop.operations, spread)
            for number in range(parameters.repeats)
        ]
        ends = carried_out(shop, found.schedule, _by_slot(shop, found.schedule, np.stack(drawn, axis=1)))
        progress(total, total)
        best = best_by_rule(shop)[1].makespan
        return result_of(
            shop, found, ends, best, simulator=self.key, version=self.version, seed=seed, rule=parameters.rule
        )

    @staticmethod
    def _planned(
        shop: JobShop, parameters: JobShopParameters, seed: int, progress: Progress, cancelled: Cancelled
    ) -> Found:
        if parameters.rule != SEARCH:
            return Found(dispatched(shop, Rule(parameters.rule)), 0, cut_short=False)
        rounds = parameters.search_s * _OPERATIONS_PER_SECOND // shop.operations
        told = 0

        def go_on(done: int) -> bool:
            nonlocal told
            if (step := done * parameters.search_s // rounds) > told:
                told = step
                progress(step, parameters.search_s + parameters.repeats)
            return not cancelled()

        return searched(shop, rounds=rounds, seconds=parameters.search_s * _SLOWER, seed=seed, go_on=go_on)


def _by_slot(shop: JobShop, plan: Schedule, factors: Floats) -> Floats:
    """Factors drawn by operation, in the order of the jobs, turned into the order of the plan: luck hangs on the job."""
    first, places = 0, {}
    for job in shop.jobs:
        places[job.name] = first
        first += len(job.operations)
    return factors[[places[slot.job] + slot.operation for slot in plan.slots]]
