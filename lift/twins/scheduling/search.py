"""A better plan within a limit: simulated annealing over the order in which operations are started.

Same shop, seed and number of rounds: the same plan. The clock only guards: it ends a search on a slow computer, and the
answer then says so.
"""

from __future__ import annotations

import math
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from lift.twins.scheduling.dispatch import Rule, dispatched, in_sequence
from lift.twins.scheduling.problem import JobShop, Schedule

_REPORT_EVERY = 500
_START_HEAT = 0.05  # share of the first plan's length that a worse step may cost in the beginning
_END_HEAT = 0.0005

Cost = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Found:
    """The best plan, the rounds that were made, and whether the clock or the reader ended the search."""

    schedule: Schedule
    rounds: int
    cut_short: bool


def best_by_rule(shop: JobShop) -> tuple[Rule, Schedule]:
    """The shortest plan that a dispatch rule gives."""
    return min(((rule, dispatched(shop, rule)) for rule in Rule), key=lambda pair: pair[1].makespan)


def searched(
    shop: JobShop,
    *,
    rounds: int,
    seconds: float,
    seed: int,
    go_on: Callable[[int], bool] = lambda _done: True,
) -> Found:
    """The shortest plan found, never longer than the best rule's; total lateness decides between equals.

    Ends after `rounds`, after `seconds`, when `go_on(rounds done)` turns false, or at the lower bound with no job late.
    """
    _rule, first = best_by_rule(shop)
    walk = _Walk(shop, first, random.Random(seed))  # noqa: S311 - repeatable on purpose
    until = time.monotonic() + seconds
    for done in range(rounds):
        if walk.best_cost <= (shop.lower_bound, 0.0):
            return Found(walk.plan(), done, cut_short=False)
        if done % _REPORT_EVERY == 0 and (time.monotonic() > until or not go_on(done)):
            return Found(walk.plan(), done, cut_short=True)
        walk.step(_START_HEAT * (_END_HEAT / _START_HEAT) ** (done / rounds))
    return Found(walk.plan(), rounds, cut_short=False)


class _Walk:
    """Where the search is, and the best place it has been to."""

    def __init__(self, shop: JobShop, first: Schedule, luck: random.Random) -> None:
        self._shop, self._luck = shop, luck
        names = [job.name for job in shop.jobs]
        machines = list(shop.machines)
        self._routes = [[(machines.index(o.machine), o.minutes) for o in job.operations] for job in shop.jobs]
        self._dues = [math.inf if job.due is None else job.due for job in shop.jobs]
        self._here = [names.index(slot.job) for slot in first.slots]
        self._cost = self._cost_of(self._here)
        self._scale = self._cost[0] or 1.0
        self.best, self.best_cost = list(self._here), self._cost

    def plan(self) -> Schedule:
        return in_sequence(self._shop, self.best)

    def step(self, heat: float) -> None:
        """Move one operation elsewhere in the order; worse plans are taken the more rarely the colder it is."""
        size = len(self._here)
        source, target = self._luck.randrange(size), self._luck.randrange(size)
        if self._here[source] == self._here[target]:
            return
        tried = list(self._here)
        tried.insert(target, tried.pop(source))
        cost = self._cost_of(tried)
        worse = (cost[0] - self._cost[0]) / self._scale
        if cost <= self._cost or self._luck.random() < math.exp(-worse / heat):
            self._here, self._cost = tried, cost
            if cost < self.best_cost:
                self.best, self.best_cost = tried, cost

    def _cost_of(self, sequence: Sequence[int]) -> Cost:
        """Length and total lateness, without the weight of a Schedule."""
        places, ready = [0] * len(self._routes), [0.0] * len(self._routes)
        free = [0.0] * len(self._shop.machines)
        for number in sequence:
            machine, minutes = self._routes[number][places[number]]
            start = ready[number] if ready[number] > free[machine] else free[machine]
            places[number] += 1
            ready[number] = free[machine] = start + minutes
        late = sum(end - due for end, due in zip(ready, self._dues, strict=True) if end > due)
        return max(ready), late
