"""Can a plan be carried out? Every fault is found, each with what is wrong and where."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from lift.core.i18n import N_, Text
from lift.twins.scheduling.problem import JobShop, Slot

_HAIR = 1e-6  # min; typed plans are rounded

UNKNOWN = N_("The plan names operation %(operation)s of job %(job)s, which does not exist. Take it out.")
MISSING = N_("Operation %(operation)s of job %(job)s is missing from the plan. Give it a start.")
TWICE = N_("Operation %(operation)s of job %(job)s is in the plan twice. Keep one.")
OTHER_MACHINE = N_("Operation %(operation)s of job %(job)s is on %(machine)s, but it needs %(needed)s.")
OTHER_LENGTH = N_("Operation %(operation)s of job %(job)s lasts %(minutes)s min in the plan, but it takes %(needed)s.")
TOO_EARLY = N_("Operation %(operation)s of job %(job)s starts before minute 0.")
BEFORE_ITS_TURN = N_(
    "Operation %(operation)s of job %(job)s starts at minute %(start)s, before the one ahead of it ends."
)
OVERLAP = N_("%(machine)s is taken twice: job %(other)s starts at minute %(start)s while job %(job)s is still on it.")


@dataclass(frozen=True, slots=True)
class Fault:
    """One reason why the plan cannot be carried out; `operation` counts from 0."""

    job: str
    operation: int
    text: Text


def faults_of(shop: JobShop, plan: Iterable[Slot]) -> tuple[Fault, ...]:
    """Every fault; none means that the plan can be carried out."""
    slots = list(plan)
    known = {(job.name, place): operation for job in shop.jobs for place, operation in enumerate(job.operations)}
    given: dict[tuple[str, int], Slot] = {}
    found: list[Fault] = []
    for slot in slots:
        key = (slot.job, slot.operation)
        if key not in known:
            found.append(_fault(slot.job, slot.operation, UNKNOWN))
        elif key in given:
            found.append(_fault(slot.job, slot.operation, TWICE))
        else:
            given[key] = slot
            found += _misfits(slot, known[key].machine, known[key].minutes)
    found += [_fault(job, place, MISSING) for job, place in known if (job, place) not in given]
    return (*found, *_order_faults(given), *_overlaps(list(given.values())))


def _misfits(slot: Slot, machine: str, minutes: float) -> list[Fault]:
    found = []
    if slot.machine != machine:
        found.append(_fault(slot.job, slot.operation, OTHER_MACHINE, machine=slot.machine, needed=machine))
    if abs(slot.end - slot.start - minutes) > _HAIR:
        length, needed = f"{slot.end - slot.start:g}", f"{minutes:g}"
        found.append(_fault(slot.job, slot.operation, OTHER_LENGTH, minutes=length, needed=needed))
    if slot.start < -_HAIR:
        found.append(_fault(slot.job, slot.operation, TOO_EARLY))
    return found


def _order_faults(given: dict[tuple[str, int], Slot]) -> list[Fault]:
    return [
        _fault(job, place, BEFORE_ITS_TURN, start=f"{slot.start:g}")
        for (job, place), slot in given.items()
        if (before := given.get((job, place - 1))) and slot.start < before.end - _HAIR
    ]


def _overlaps(slots: Sequence[Slot]) -> list[Fault]:
    found = []
    for machine in dict.fromkeys(slot.machine for slot in slots):
        here = sorted((slot for slot in slots if slot.machine == machine), key=lambda slot: (slot.start, slot.end))
        for first, second in pairwise(here):
            if second.start < first.end - _HAIR:
                words = {"machine": machine, "other": second.job, "start": f"{second.start:g}"}
                found.append(_fault(first.job, first.operation, OVERLAP, **words))
    return found


def _fault(job: str, operation: int, source: str, **values: object) -> Fault:
    return Fault(job, operation, Text(source, {"job": job, "operation": operation + 1, **values}))
