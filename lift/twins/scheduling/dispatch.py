"""Plans by a rule: whenever a machine is free, the rule chooses among the jobs that wait for it."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from enum import StrEnum

from lift.twins.scheduling.problem import Job, JobShop, Schedule, Slot


class Rule(StrEnum):
    """Dispatch rules as the field names them."""

    FIFO = "fifo"
    SPT = "spt"
    LPT = "lpt"
    EDD = "edd"
    MWKR = "mwkr"


# Smallest first: job, number of its next operation, minute at which it has come to the machine.
_KEYS: dict[Rule, Callable[[Job, int, float], float]] = {
    Rule.FIFO: lambda _job, _place, arrived: arrived,
    Rule.SPT: lambda job, place, _arrived: job.operations[place].minutes,
    Rule.LPT: lambda job, place, _arrived: -job.operations[place].minutes,
    Rule.EDD: lambda job, _place, _arrived: math.inf if job.due is None else job.due,
    Rule.MWKR: lambda job, place, _arrived: -sum(operation.minutes for operation in job.operations[place:]),
}


def dispatched(shop: JobShop, rule: Rule) -> Schedule:
    """The plan without needless waiting that the rule gives; ties go to the job that is listed first."""
    places = [0] * len(shop.jobs)
    ready = [0.0] * len(shop.jobs)
    free = dict.fromkeys(shop.machines, 0.0)
    slots: list[Slot] = []
    for _ in range(shop.operations):
        waiting = [number for number, job in enumerate(shop.jobs) if places[number] < len(job.operations)]
        begins = {n: max(ready[n], free[shop.jobs[n].operations[places[n]].machine]) for n in waiting}
        now = min(begins.values())
        due = [n for n in waiting if begins[n] == now]
        chosen = min(due, key=lambda n: (_KEYS[rule](shop.jobs[n], places[n], ready[n]), n))
        slots.append(_put(shop, chosen, places, ready, free))
    return Schedule(tuple(sorted(slots, key=lambda slot: slot.start)))


def in_sequence(shop: JobShop, sequence: Sequence[int]) -> Schedule:
    """The plan in which each entry (a job's number) starts that job's next operation as early as it can.

    ValueError unless every job is named once for each of its operations.
    """
    if sorted(sequence) != [number for number, job in enumerate(shop.jobs) for _ in job.operations]:
        raise ValueError("a sequence names every job once for each of its operations")
    places = [0] * len(shop.jobs)
    ready = [0.0] * len(shop.jobs)
    free = dict.fromkeys(shop.machines, 0.0)
    slots = [_put(shop, number, places, ready, free) for number in sequence]
    return Schedule(tuple(sorted(slots, key=lambda slot: slot.start)))


def _put(shop: JobShop, number: int, places: list[int], ready: list[float], free: dict[str, float]) -> Slot:
    job, place = shop.jobs[number], places[number]
    operation = job.operations[place]
    start = max(ready[number], free[operation.machine])
    end = start + operation.minutes
    places[number], ready[number], free[operation.machine] = place + 1, end, end
    return Slot(job.name, place, operation.machine, start, end)
