"""The what-if on the line twin: figures with intervals, luck, progress, cancel, form (X18)."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lift.measures.intervals import Change
from lift.twins.simulators import registry
from lift.twins.simulators.base import SimulationCancelled, compare
from lift.twins.simulators.fields import FieldProblem, fields_of, parse
from lift.twins.simulators.line import MILL, LineParameters, LineSimulator, drawn, simulate_days
from lift.twins.simulators.line_result import STATIONS, LineResult, measured_days
from lift.twins.simulators.maxplus import starts
from tests.twins.reference_line import departures_by_places

pytestmark = pytest.mark.unit

SIMULATOR = LineSimulator()


def run(seed: int = 6, **changes: Any) -> LineResult:
    return SIMULATOR.run(LineParameters(**{"days": 10, **changes}), seed, lambda _done, _total: None, lambda: False)


@pytest.fixture(scope="module")
def usual() -> LineResult:
    return run(days=30)


def test_same_seed_gives_the_same_digits(usual: LineResult) -> None:
    assert run(days=30).model_dump_json() == usual.model_dump_json()
    assert run(days=30, seed=7).figure("good_per_hour").mean != usual.figure("good_per_hour").mean


def test_result_names_model_version_seed_and_days(usual: LineResult) -> None:
    assert (usual.simulator, usual.version, usual.seed, usual.replications) == ("line", SIMULATOR.version, 6, 30)
    assert LineResult.model_validate_json(usual.model_dump_json()) == usual


def test_more_days_keep_the_days_before(usual: LineResult) -> None:
    """Luck hangs on seed and day alone, so the first ten days of thirty are the ten days."""
    assert run(days=10).figure("good_per_hour").values == usual.figure("good_per_hour").values[:10]


def test_digits_do_not_depend_on_how_days_are_blocked() -> None:
    parameters = LineParameters(days=10)
    together = measured_days(simulate_days(parameters, 3, range(4)))
    alone = [measured_days(simulate_days(parameters, 3, range(day, day + 1))) for day in range(4)]
    for key, values in together.items():
        assert values.tolist() == pytest.approx([float(day[key][0]) for day in alone], rel=1e-12)


def test_day_equals_simpy_with_the_same_luck() -> None:
    parameters = LineParameters(days=10, mill_every_min=20, mill_stop_min=10)
    block = simulate_days(parameters, 9, range(2))
    for day in range(2):
        expected = departures_by_places(block.service[:, :, day], parameters.buffers)
        assert np.abs(block.left[:, :, day] - expected).max() <= 1e-9


def test_figures_carry_intervals_and_one_value_per_day(usual: LineResult) -> None:
    good = usual.figure("good_per_hour")
    assert len(good.values) == 30
    assert good.mean == pytest.approx(sum(v for v in good.values if v is not None) / 30)
    assert good.interval is not None
    low, high = good.interval
    assert low < (good.mean or 0) < high
    with pytest.raises(KeyError):
        usual.figure("profit")


def test_shares_of_a_station_add_up_to_the_day(usual: LineResult) -> None:
    for station in usual.stations:
        parts = [station.busy, station.stopped, station.blocked, station.waiting]
        assert sum(part.mean or 0 for part in parts) == pytest.approx(1.0, abs=4e-6)
        assert all((part.mean or 0) >= 0 for part in parts)
    assert {s.key: s.stopped.mean for s in usual.stations if s.key != "mill"} == dict.fromkeys(
        ("saw", "wash", "measure", "pack"), 0.0
    )


def test_little_law_ties_parts_in_line_flow_time_and_pace() -> None:
    found = run(days=40, day_hours=24, bad_percent=0)
    inside, flow, pace = (found.figure(key).mean or 0 for key in ("parts_in_line", "flow_min", "good_per_hour"))
    assert inside == pytest.approx(pace * flow / 60, rel=0.01)


def test_slowest_station_without_luck_sets_the_pace_exactly() -> None:
    found = run(spread_percent=0, bad_percent=0, mill_every_min=600, mill_stop_min=1, pack_s=60, mill_s=10)
    # 8 h, one part a minute once the first one has come through; stops of the mill hide behind full buffers.
    first = 22 + 10 + 18 + 24
    assert set(found.figure("good_per_hour").values) == {((28_800 - first - 1e-9) // 60) / 8}
    assert (found.bottleneck.station, found.bottleneck.clear) == ("pack", True)


def test_bottleneck_moves_when_another_station_gets_slow(usual: LineResult) -> None:
    assert (usual.bottleneck.station, usual.bottleneck.clear) == ("mill", True)
    assert run(measure_s=50).bottleneck.station == "measure"


def test_equal_stations_have_no_clear_bottleneck() -> None:
    times = {f"{station}_s": 20 for station in STATIONS}
    found = run(seed=2, **times, mill_every_min=600, mill_stop_min=1, buffer_mill=20, buffer_wash=20)
    assert found.bottleneck.clear is False


def test_stops_fall_after_the_same_minutes_of_milling() -> None:
    """Operation-dependent stops: their moments on the mill's working clock do not change with the rest of the line."""
    base, slow_saw = LineParameters(days=10), LineParameters(days=10, saw_s=60, buffer_mill=0, pack_s=60)
    a, b = (drawn(parameters, 4, range(3), 400) for parameters in (base, slow_saw))
    assert bool(np.array_equal(a.stopped, b.stopped))
    assert bool(np.array_equal(a.work[:, MILL], b.work[:, MILL]))
    assert float(a.stopped.sum()) > 0


def test_stops_are_as_frequent_and_long_as_asked() -> None:
    draw = drawn(LineParameters(days=10, mill_every_min=30, mill_stop_min=5), 1, range(60), 900)
    hours_of_work = float(draw.work[:, MILL].sum()) / 3600
    assert float(draw.stopped.sum()) / 60 / (hours_of_work * 2) == pytest.approx(5, rel=0.1)


def test_moment_fits_the_buffers(usual: LineResult) -> None:
    assert len(usual.moments) == 24
    for moment in usual.moments:
        assert all(0 <= level <= size for level, size in zip(moment.levels, usual.buffers, strict=True))
        assert moment.day == 30
    assert usual.moment.at_h == pytest.approx(4.0, abs=0.5)
    assert [m.good_so_far for m in usual.moments] == sorted(m.good_so_far for m in usual.moments)


def test_moment_says_what_each_station_does() -> None:
    parameters = LineParameters(days=10, mill_every_min=10, mill_stop_min=60, buffer_mill=2)
    block = simulate_days(parameters, 1, range(9, 10))
    begun = starts(block.left)[:, MILL, 0]
    found = run(seed=1, mill_every_min=10, mill_stop_min=60, buffer_mill=2)
    stopped = [moment for moment in found.moments if moment.uses[MILL] == "stopped"]
    assert stopped
    for moment in stopped:
        part = int((block.left[:, MILL, 0] <= moment.at_h * 3600).sum())
        assert begun[part] + block.work[part, MILL, 0] <= moment.at_h * 3600


def test_progress_rises_to_the_number_of_days() -> None:
    seen: list[tuple[int, int]] = []
    SIMULATOR.run(LineParameters(days=30), 1, lambda done, total: seen.append((done, total)), lambda: False)
    assert (seen[0], seen[-1]) == ((0, 30), (30, 30))
    assert [done for done, _ in seen] == list(range(0, 31, 2))


def test_cancel_ends_the_run_at_the_next_block() -> None:
    seen: list[int] = []
    with pytest.raises(SimulationCancelled) as caught:
        SIMULATOR.run(LineParameters(days=30), 1, lambda done, _: seen.append(done), lambda: len(seen) > 3)
    assert (caught.value.done, caught.value.total, seen[-1]) == (6, 30, 6)


def test_negative_seed_is_refused() -> None:
    with pytest.raises(ValueError, match="seed must be 0 or more"):
        run(seed=-1)


def test_same_luck_makes_the_gain_of_a_faster_mill_clear(usual: LineResult) -> None:
    rows = {row.key: row for row in compare(usual, run(days=30, mill_s=38, buffer_mill=3))}
    assert rows["good_per_hour"].change is Change.MORE
    assert rows["good_per_hour"].same_luck is True
    assert rows["good_per_hour"].difference == pytest.approx(
        (rows["good_per_hour"].new.mean or 0) - (rows["good_per_hour"].old.mean or 0)
    )
    assert rows["saw_blocked"].change is Change.LESS
    assert rows["pack_stopped"].change is Change.UNCLEAR


def test_other_luck_is_compared_as_independent(usual: LineResult) -> None:
    rows = {row.key: row for row in compare(usual, run(days=30, seed=99))}
    assert rows["good_per_hour"].same_luck is False
    assert rows["good_per_hour"].change is Change.UNCLEAR


def test_result_of_another_simulator_is_not_compared(usual: LineResult) -> None:
    with pytest.raises(ValueError, match="nothing to compare"):
        compare(usual, usual.model_copy(update={"simulator": "oven"}))


@settings(max_examples=12, deadline=None)
@given(
    st.integers(0, 1_000),
    st.sampled_from(["buffer_mill", "buffer_wash", "buffer_measure", "buffer_pack"]),
    st.integers(0, 8),
    st.integers(1, 12),
)
def test_bigger_buffer_never_lowers_any_day_with_the_same_luck(seed: int, name: str, size: int, more: int) -> None:
    quick = {"mill_every_min": 20, "mill_stop_min": 5, "saw_s": 30, "mill_s": 30, "wash_s": 30}
    small, big = (
        measured_days(simulate_days(LineParameters(days=10, **quick, **{name: places}), seed, range(2)))
        for places in (size, size + more)
    )
    assert bool(np.all(big["good_per_hour"] >= small["good_per_hour"]))


def test_registry_lists_all_and_refuses_the_unknown() -> None:
    assert [simulator.key for simulator in registry.listed()] == ["job-shop", "line", "oven"]
    assert registry.get("line").parameters is LineParameters
    with pytest.raises(registry.UnknownSimulator):
        registry.get("teleport")


def test_form_comes_from_the_schema() -> None:
    specs = {spec.name: spec for spec in fields_of(LineParameters)}
    assert list(specs) == list(LineParameters.model_fields)
    mill, day, days = specs["mill_s"], specs["day_hours"], specs["days"]
    assert (mill.kind, mill.unit, mill.minimum, mill.maximum, mill.default) == ("number", "s", 10, 60, 31)
    assert (day.kind, day.choices, day.default, day.unit) == ("choice", (8, 16, 24), 8, "h")
    assert (days.kind, days.minimum, days.maximum) == ("integer", 10, 200)
    assert all(spec.title and spec.group for spec in specs.values())
    assert json.loads(json.dumps(LineParameters.model_json_schema()))["properties"]["buffer_mill"]["unit"] == "parts"


def test_typed_form_is_read_with_comma_or_point() -> None:
    found = parse(LineParameters, {"mill_s": "31,5", "buffer_mill": "3", "day_hours": "16", "days": 20}, "it")
    assert isinstance(found, LineParameters)
    assert (found.mill_s, found.buffer_mill, found.day_hours, found.days, found.saw_s) == (31.5, 3, 16, 20, 22)


@pytest.mark.parametrize(
    ("typed", "field", "sentence"),
    [
        ({"mill_s": "9"}, "mill_s", "Type a number from 10 to 60."),
        ({"mill_s": "fast"}, "mill_s", "Type a number from 10 to 60."),
        ({"mill_s": ""}, "mill_s", "Type a number from 10 to 60."),
        ({"mill_s": float("nan")}, "mill_s", "Type a number from 10 to 60."),
        ({"buffer_mill": "2,5"}, "buffer_mill", "Type a whole number from 0 to 20."),
        ({"buffer_mill": "-1"}, "buffer_mill", "Type a whole number from 0 to 20."),
        ({"days": 10**30}, "days", "Type a whole number from 10 to 200."),
        ({"day_hours": "12"}, "day_hours", "Choose one of 8, 16, 24."),
        ({"robots": 3}, "robots", "This simulator has no such field."),
        ({"saw_s": None}, "saw_s", "Type a number from 10 to 60."),
    ],
)
def test_wrong_field_is_named_with_what_would_pass(typed: dict[str, object], field: str, sentence: str) -> None:
    found = parse(LineParameters, typed)
    assert isinstance(found, tuple)
    assert [(problem.field, str(problem.text)) for problem in found] == [(field, sentence)]


def test_all_wrong_fields_are_named_at_once() -> None:
    found = parse(LineParameters, {"mill_s": "9", "days": "999", "robots": "1"})
    assert isinstance(found, tuple)
    assert {problem.field for problem in found if isinstance(problem, FieldProblem)} == {"mill_s", "days", "robots"}
