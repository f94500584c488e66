"""Job shop plans: rules, checker, search, and the classic instance with a known best plan (X18)."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lift.twins.scheduling.check import (
    BEFORE_ITS_TURN,
    MISSING,
    OTHER_LENGTH,
    OTHER_MACHINE,
    OVERLAP,
    TWICE,
    UNKNOWN,
    Fault,
    faults_of,
)
from lift.twins.scheduling.dispatch import Rule, dispatched, in_sequence
from lift.twins.scheduling.problem import Job, JobShop, Operation, Slot, UnusableJobs
from lift.twins.scheduling.search import searched

pytestmark = pytest.mark.unit

# Fisher and Thompson (1963), 6 jobs on 6 machines: (machine, time) in order. The best plan is known to be 55 long.
FT06 = (
    ((2, 1), (0, 3), (1, 6), (3, 7), (5, 3), (4, 6)),
    ((1, 8), (2, 5), (4, 10), (5, 10), (0, 10), (3, 4)),
    ((2, 5), (3, 4), (5, 8), (0, 9), (1, 1), (4, 7)),
    ((1, 5), (0, 5), (2, 5), (3, 3), (4, 8), (5, 9)),
    ((2, 9), (1, 3), (4, 5), (5, 4), (0, 3), (3, 1)),
    ((1, 3), (3, 3), (5, 9), (0, 10), (4, 4), (2, 1)),
)


def shop_of(rows: object, dues: dict[int, float] | None = None) -> JobShop:
    jobs = [
        Job(f"J{n + 1}", tuple(Operation(f"M{m}", float(t)) for m, t in row), (dues or {}).get(n))
        for n, row in enumerate(rows)  # type: ignore[arg-type]
    ]
    return JobShop(tuple(jobs))


TWO = shop_of((((0, 3), (1, 2)), ((0, 2), (1, 4))), {0: 4.0})


def test_x18_plans_of_two_jobs_by_rule_are_those_made_by_hand() -> None:
    assert [(s.job, s.machine, s.start, s.end) for s in dispatched(TWO, Rule.FIFO).slots] == [
        ("J1", "M0", 0, 3),
        ("J2", "M0", 3, 5),
        ("J1", "M1", 3, 5),
        ("J2", "M1", 5, 9),
    ]
    lengths = {rule: dispatched(TWO, rule).makespan for rule in Rule}
    assert lengths == {Rule.FIFO: 9, Rule.SPT: 8, Rule.LPT: 9, Rule.EDD: 9, Rule.MWKR: 8}
    assert dispatched(TWO, Rule.SPT).lateness(TWO) == {"J1": 4.0}
    assert dispatched(TWO, Rule.EDD).lateness(TWO) == {"J1": 1.0}


def test_x18_lower_bound_counts_the_way_to_a_machine_and_from_it() -> None:
    assert TWO.lower_bound == 2 + (2 + 4)
    assert shop_of(FT06).lower_bound == 52


def test_x18_search_finds_the_known_best_plan_of_the_classic_shop() -> None:
    shop = shop_of(FT06)
    found = searched(shop, rounds=20_000, seconds=60, seed=1)
    assert found.schedule.makespan == 55
    assert faults_of(shop, found.schedule.slots) == ()
    assert min(dispatched(shop, rule).makespan for rule in Rule) > 55


def test_x18_same_seed_finds_the_same_plan() -> None:
    shop = shop_of(FT06)
    first, again = (searched(shop, rounds=700, seconds=60, seed=5) for _ in range(2))
    assert (first, first.rounds, first.cut_short) == (again, 700, False)


def test_x18_search_ends_when_it_is_told_to_or_its_time_is_over() -> None:
    shop = shop_of(FT06)
    asked: list[int] = []
    told = searched(shop, rounds=20_000, seconds=60, seed=1, go_on=lambda done: asked.append(done) or done < 1000)
    assert (asked, told.rounds, told.cut_short) == ([0, 500, 1000], 1000, True)
    assert searched(shop, rounds=20_000, seconds=-1.0, seed=1).cut_short
    assert faults_of(shop, told.schedule.slots) == ()


def test_x18_search_of_a_tiny_shop_equals_trying_everything() -> None:
    shop = shop_of((((0, 3), (1, 2)), ((1, 4), (0, 2)), ((0, 1), (1, 5))))
    every = {in_sequence(shop, order).makespan for order in itertools.permutations((0, 0, 1, 1, 2, 2))}
    assert searched(shop, rounds=2_000, seconds=60, seed=3).schedule.makespan == min(every)


@pytest.mark.parametrize(
    ("change", "source"),
    [
        (lambda s: [replace(s[0], machine="M1"), *s[1:]], OTHER_MACHINE),
        (lambda s: [*s[:-1], replace(s[-1], end=s[-1].end + 1)], OTHER_LENGTH),
        (lambda s: s[:-1], MISSING),
        (lambda s: [*s, s[-1]], TWICE),
        (lambda s: [*s, Slot("J9", 0, "M0", 90, 91)], UNKNOWN),
        (lambda s: [*s[:2], replace(s[2], start=1, end=3), s[3]], BEFORE_ITS_TURN),
        (lambda s: [s[0], replace(s[1], start=2, end=4), *s[2:]], OVERLAP),
    ],
)
def test_x18_checker_names_the_fault_of_a_plan(change: object, source: str) -> None:
    slots = list(dispatched(TWO, Rule.FIFO).slots)
    assert faults_of(TWO, slots) == ()
    found = faults_of(TWO, change(slots))  # type: ignore[operator]
    assert [fault.text.msgid for fault in found] == [source]
    assert isinstance(found[0], Fault)
    assert "%(" not in str(found[0].text)


def test_x18_jobs_that_are_no_problem_are_refused_with_every_reason() -> None:
    bad = (Job("A", (Operation("M", 0.0),)), Job("A", ()))
    with pytest.raises(UnusableJobs) as refused:
        JobShop(bad)
    assert len(refused.value.texts) == 3
    with pytest.raises(ValueError, match="once for each"):
        in_sequence(TWO, [0, 0, 1])


jobs = st.lists(
    st.lists(st.tuples(st.integers(0, 3), st.integers(1, 30)), min_size=1, max_size=4), min_size=1, max_size=5
)


@settings(max_examples=80, deadline=None)
@given(jobs, st.integers(0, 99))
def test_x18_every_plan_can_be_carried_out_and_none_beats_the_lower_bound(
    rows: list[list[tuple[int, int]]], seed: int
) -> None:
    shop = shop_of(rows)
    found = searched(shop, rounds=60, seconds=60, seed=seed).schedule
    plans = [found, *(dispatched(shop, rule) for rule in Rule)]
    for plan in plans:
        assert faults_of(shop, plan.slots) == ()
        assert plan.makespan >= shop.lower_bound - 1e-9
    assert found.makespan == min(plan.makespan for plan in plans)
