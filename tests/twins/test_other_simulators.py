"""Job shop and oven through the common frame: same seed same digits, exact cases, progress, cancel (X18)."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from lift.measures.intervals import Change
from lift.twins.scheduling.dispatch import Rule, dispatched
from lift.twins.simulators import registry
from lift.twins.simulators.base import Result, SimulationCancelled, compare
from lift.twins.simulators.fields import FieldProblem, parse
from lift.twins.simulators.job_shop import JobShopParameters, carried_out, job_list
from lift.twins.simulators.job_shop_result import JobShopResult
from lift.twins.simulators.oven import ROOM_C, STEP_S, OvenParameters, Surroundings, simulate
from lift.twins.simulators.oven_result import OvenResult

pytestmark = pytest.mark.unit


def run(key: str, seed: int = 3, **changes: Any) -> Any:
    model = registry.get(key)
    return model.run(model.parameters(**changes), seed, lambda _done, _total: None, lambda: False)


@pytest.mark.parametrize("key", ["job-shop", "oven", "line"])
def test_x18_same_seed_gives_the_same_digits(key: str) -> None:
    first: Result = run(key)
    assert first.model_dump_json() == run(key).model_dump_json()
    assert first.figures != run(key, seed=4).figures
    assert (first.simulator, first.version, first.seed) == (key, registry.get(key).version, 3)
    assert all(figure.half_width is not None for figure in first.figures)


@pytest.mark.parametrize("key", ["job-shop", "oven"])
def test_x18_result_survives_json_and_compares_with_itself(key: str) -> None:
    found: Result = run(key)
    again = registry.get(key).result.model_validate_json(found.model_dump_json())
    assert again == found
    assert {one.change for one in compare(again, found)} == {Change.UNCLEAR}


@pytest.mark.parametrize("key", ["job-shop", "oven"])
def test_x18_progress_rises_and_cancel_ends_the_run(key: str) -> None:
    model, told = registry.get(key), []
    model.run(model.parameters(), 1, lambda done, total: told.append((done, total)), lambda: False)
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    assert told[-1][0] == told[-1][1]
    with pytest.raises(SimulationCancelled):
        model.run(model.parameters(), 1, lambda _done, _total: None, lambda: True)


def test_x18_search_tells_its_progress_and_is_cancelled_in_between() -> None:
    model, told = registry.get("job-shop"), []
    wanted = model.parameters(rule="search", search_s=2, jobs=4)
    with pytest.raises(SimulationCancelled):
        model.run(wanted, 1, lambda done, _total: told.append(done), lambda: bool(told) and told[-1] >= 1)
    assert told == [0, 1]


def test_x18_plan_without_spread_is_carried_out_as_planned() -> None:
    found: JobShopResult = run("job-shop", spread_percent=0, rule="spt")
    assert (found.figure("makespan").mean, found.figure("makespan").half_width) == (found.makespan, 0.0)
    by_rule = {plan.rule: plan.makespan for plan in found.rules}
    assert (by_rule["spt"], min(by_rule.values())) == (found.makespan, found.best_rule_makespan)
    work = {m: sum(s.end - s.start for s in found.slots if s.machine == m) for m in ("machining", "oven")}
    for machine, minutes in work.items():
        assert found.figure(f"{machine}_busy").mean == pytest.approx(minutes / found.makespan, abs=1e-6)


def test_x18_search_is_never_longer_than_the_best_rule() -> None:
    found: JobShopResult = run("job-shop", rule="search", search_s=1, jobs=8)
    assert found.lower_bound <= found.makespan <= found.best_rule_makespan
    assert found.rounds > 0


def test_x18_same_list_number_is_the_same_jobs_whatever_the_rule() -> None:
    assert job_list(JobShopParameters(rule="spt")) == job_list(JobShopParameters(rule="edd"))
    assert job_list(JobShopParameters(list_number=2)) != job_list(JobShopParameters())


def test_x18_order_of_the_plan_is_kept_when_one_operation_takes_longer() -> None:
    shop = job_list(JobShopParameters(jobs=3))
    plan = dispatched(shop, Rule.FIFO)
    factors = np.ones((shop.operations, 2))
    factors[0, 1] = 3.0
    ends = carried_out(shop, plan, factors)
    assert ends[:, 0].tolist() == [slot.end for slot in plan.slots]
    assert ends[0, 1] == 3 * plan.slots[0].end
    assert (ends[:, 1] >= ends[:, 0]).all()


def calm(parameters: OvenParameters, room: float = ROOM_C) -> Surroundings:
    """No door, no noise, one batch."""
    shape = (parameters.steps, 1)
    return Surroundings(np.array([room]), np.zeros(shape, dtype=np.bool_), np.zeros(shape))


def test_x18_oven_at_full_power_follows_the_first_order_exactly() -> None:
    wanted = OvenParameters(target_c=240, gain=50, integral_min=0, dead_s=0, reach_k=100, hours=1)
    found = simulate(wanted, calm(wanted)).temperature[:, 0]
    times = np.arange(1, wanted.steps + 1) * STEP_S
    assert found == pytest.approx(ROOM_C + 100 * (1 - np.exp(-times / 1200)), abs=1e-9)


def test_x18_dead_time_moves_the_curve_and_nothing_else() -> None:
    shape = {"target_c": 240, "gain": 50, "integral_min": 0, "reach_k": 100, "hours": 1}
    at_once, later = (OvenParameters(dead_s=dead, **shape) for dead in (0, 60))
    early, late = (simulate(one, calm(one)).temperature[:, 0] for one in (at_once, later))
    shift = round(60 / STEP_S)
    assert late[:shift].tolist() == [ROOM_C] * shift
    assert late[shift:] == pytest.approx(early[:-shift], abs=1e-9)


def test_x18_proportional_control_alone_stays_below_by_the_known_amount() -> None:
    wanted = OvenParameters(gain=4, integral_min=0, dead_s=0, hours=8, reach_k=260, target_c=180)
    loop = wanted.reach_k * wanted.gain / 100
    expected = (ROOM_C + loop * wanted.target_c) / (1 + loop)
    assert simulate(wanted, calm(wanted)).temperature[-1, 0] == pytest.approx(expected, abs=1e-6)


def test_x18_integral_takes_the_lasting_difference_away_and_power_is_what_the_loss_needs() -> None:
    wanted = OvenParameters(hours=8, door_every_min=0)
    found = simulate(wanted, calm(wanted))
    assert found.temperature[-1, 0] == pytest.approx(wanted.target_c, abs=1e-3)
    assert found.power[-1, 0] == pytest.approx((wanted.target_c - ROOM_C) / wanted.reach_k, abs=1e-4)
    assert (found.power.min(), found.power.max()) == (pytest.approx(0, abs=1), 1.0)


def test_x18_oven_that_cannot_get_hot_has_no_time_until_hot_and_never_zero() -> None:
    found: OvenResult = run("oven", reach_k=100, target_c=240)
    assert (found.figure("reach_min").mean, found.figure("away_k").mean, found.figure("overshoot_k").mean) == (
        None,
        None,
        0.0,
    )
    assert math.isclose(found.figure("energy_kwh").mean or 0, 12 * 2, rel_tol=1e-6)


def test_x18_open_door_costs_energy_with_the_same_luck() -> None:
    shut, busy = run("oven", door_every_min=0), run("oven", door_every_min=5)
    change = {one.key: one for one in compare(busy, shut)}["energy_kwh"]
    assert (change.change, change.same_luck) == (Change.MORE, True)


def test_x18_choice_that_is_a_word_is_read_and_a_wrong_one_named() -> None:
    assert parse(JobShopParameters, {"rule": "edd"}) == JobShopParameters(rule="edd")
    found = parse(JobShopParameters, {"rule": "luck"})
    assert isinstance(found, tuple)
    assert isinstance(found[0], FieldProblem)
    assert str(found[0].text) == "Choose one of those that are offered."
