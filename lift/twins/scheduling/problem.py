"""The job shop: jobs that visit machines in their own order, one job on a machine at a time, no interruption."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from lift.core.i18n import N_, Text

NAMED_TWICE = N_("The job %(job)s is named twice. Give every job its own name.")
NO_OPERATIONS = N_("The job %(job)s has no operation. Give it at least one machine and a time.")
NO_TIME = N_("Operation %(operation)s of job %(job)s takes %(minutes)s min. Every operation takes more than 0 minutes.")


class UnusableJobs(ValueError):
    """The jobs are no problem to be scheduled; `texts` says why, all of it."""

    def __init__(self, texts: Sequence[Text]) -> None:
        super().__init__(" ".join(str(text) for text in texts))
        self.texts = tuple(texts)


@dataclass(frozen=True, slots=True)
class Operation:
    """One visit to a machine, in minutes."""

    machine: str
    minutes: float


@dataclass(frozen=True, slots=True)
class Job:
    """Operations in their fixed order; `due` in minutes after the start, None where nobody waits."""

    name: str
    operations: tuple[Operation, ...]
    due: float | None = None

    @property
    def minutes(self) -> float:
        """The work in it."""
        return sum(operation.minutes for operation in self.operations)


@dataclass(frozen=True)
class JobShop:
    """All jobs, ready at minute 0. UnusableJobs for names given twice, empty jobs and times of 0 or less."""

    jobs: tuple[Job, ...]

    def __post_init__(self) -> None:
        twice = [name for name, count in Counter(job.name for job in self.jobs).items() if count > 1]
        found = [Text(NAMED_TWICE, {"job": name}) for name in twice]
        found += [Text(NO_OPERATIONS, {"job": job.name}) for job in self.jobs if not job.operations]
        for job in self.jobs:
            for number, operation in enumerate(job.operations, 1):
                if not operation.minutes > 0:
                    values = {"job": job.name, "operation": number, "minutes": f"{operation.minutes:g}"}
                    found.append(Text(NO_TIME, values))
        if found:
            raise UnusableJobs(found)

    @cached_property
    def machines(self) -> tuple[str, ...]:
        """In the order in which the jobs first name them."""
        return tuple(dict.fromkeys(operation.machine for job in self.jobs for operation in job.operations))

    @cached_property
    def operations(self) -> int:
        """How many there are."""
        return sum(len(job.operations) for job in self.jobs)

    @cached_property
    def lower_bound(self) -> float:
        """No plan is shorter: the longest job, or a machine's work with the shortest way to it and from it."""
        longest = max((job.minutes for job in self.jobs), default=0.0)
        return max([longest, *(self._machine_bound(machine) for machine in self.machines)], default=0.0)

    def _machine_bound(self, machine: str) -> float:
        work, heads, tails = 0.0, [], []
        for job in self.jobs:
            places = [place for place, operation in enumerate(job.operations) if operation.machine == machine]
            for place in places:
                work += job.operations[place].minutes
            if places:
                heads.append(sum(operation.minutes for operation in job.operations[: places[0]]))
                tails.append(sum(operation.minutes for operation in job.operations[places[-1] + 1 :]))
        return min(heads, default=0.0) + work + min(tails, default=0.0)


@dataclass(frozen=True, slots=True)
class Slot:
    """An operation in a plan: the job's `operation`-th (from 0) on its machine, in [start, end) minutes."""

    job: str
    operation: int
    machine: str
    start: float
    end: float


@dataclass(frozen=True)
class Schedule:
    """A plan: every operation's slot, by start."""

    slots: tuple[Slot, ...]

    @cached_property
    def makespan(self) -> float:
        """Minutes until the last operation ends."""
        return max((slot.end for slot in self.slots), default=0.0)

    @cached_property
    def ends(self) -> dict[str, float]:
        """When each job is finished."""
        found: dict[str, float] = {}
        for slot in self.slots:
            found[slot.job] = max(found.get(slot.job, 0.0), slot.end)
        return found

    def lateness(self, shop: JobShop) -> dict[str, float]:
        """Minutes past the due time by job; 0 when in time, jobs without a due time are left out."""
        return {job.name: max(0.0, self.ends[job.name] - job.due) for job in shop.jobs if job.due is not None}
