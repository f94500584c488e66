"""Intervals, down-sampling and units."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lift.measures.downsample import downsample
from lift.measures.intervals import Change, difference, mean_interval, paired_difference, student_t
from lift.measures.units import UnitMismatch, convert, duration_text, unit

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("probability", "freedom", "expected"),
    [
        (0.975, 1, 12.706205),
        (0.975, 9, 2.262157),
        (0.975, 29, 2.045230),
        (0.975, 199, 1.971957),
        (0.95, 4, 2.131847),
        (0.995, 2, 9.924843),
        (0.025, 9, -2.262157),
        (0.5, 7, 0.0),
    ],
)
def test_student_t_equals_the_published_table(probability: float, freedom: float, expected: float) -> None:
    assert student_t(probability, freedom) == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize(("probability", "freedom"), [(0, 5), (1, 5), (0.9, 0.5), (math.nan, 5)])
def test_student_t_out_of_range_is_refused(probability: float, freedom: float) -> None:
    with pytest.raises(ValueError, match="student_t needs"):
        student_t(probability, freedom)


def test_interval_of_ten_replications() -> None:
    found = mean_interval([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
    assert found.mean == 5.5
    assert found.half_width == pytest.approx(2.262157 * 3.02765 / math.sqrt(10), abs=1e-5)
    assert (found.low, found.high) == (pytest.approx(5.5 - 2.165848, abs=1e-4), pytest.approx(7.665848, abs=1e-4))


def test_one_replication_has_no_interval_and_nothing_has_no_mean() -> None:
    assert mean_interval([4.0]).half_width is None
    with pytest.raises(ValueError, match="at least one value"):
        mean_interval([])


def test_interval_holds_the_true_mean_in_95_of_100_studies() -> None:
    draws = np.random.default_rng(7).normal(10, 3, size=(2000, 8))
    held = sum(mean_interval(row).holds(10.0) for row in draws.tolist())
    assert 0.935 <= held / 2000 <= 0.965


def test_same_luck_makes_a_small_difference_clear() -> None:
    luck = np.random.default_rng(3).normal(100, 20, size=30)
    better = luck + np.random.default_rng(4).normal(2, 0.5, size=30)
    assert paired_difference(better.tolist(), luck.tolist()).change is Change.MORE
    assert paired_difference(luck.tolist(), better.tolist()).change is Change.LESS
    assert difference(better.tolist(), luck.tolist()).change is Change.UNCLEAR


def test_difference_is_unclear_while_its_interval_holds_zero() -> None:
    assert paired_difference([1.0, 2.0, 3.0], [1.0, 2.0, 3.0]).change is Change.UNCLEAR
    assert paired_difference([5.0], [1.0]).change is Change.UNCLEAR
    assert difference([5.0], [1.0]).change is Change.UNCLEAR
    assert difference([5.0, 5.1, 4.9], [1.0, 1.1, 0.9]).change is Change.MORE


def test_paired_difference_of_unequal_runs_is_refused() -> None:
    with pytest.raises(ValueError, match="equally many"):
        paired_difference([1.0, 2.0], [1.0])


series = st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=400)


@settings(deadline=None)
@given(series, st.integers(4, 60))
def test_downsample_keeps_minimum_maximum_first_and_last(values: list[float], points: int) -> None:
    times = [1_700_000_000 + 0.1 * i for i in range(len(values))]
    t, v = downsample(times, values, points)
    assert len(t) <= points
    assert (v.min(), v.max(), v[0], v[-1]) == (min(values), max(values), values[0], values[-1])
    assert bool(np.all(np.diff(t) > 0))
    assert set(zip(t.tolist(), v.tolist(), strict=True)) <= set(zip(times, values, strict=True))


@settings(deadline=None)
@given(series)
def test_downsample_of_few_points_changes_nothing(values: list[float]) -> None:
    t, v = downsample(list(range(len(values))), values, 400)
    assert (t.tolist(), v.tolist()) == ([float(i) for i in range(len(values))], values)


def test_one_day_at_10_hz_fits_a_chart_and_keeps_one_sample_spikes() -> None:
    """X37: below 200 KB, minima and maxima kept."""
    times = 1_700_000_000 + np.arange(864_000) / 10
    values = np.round(60 + 8 * np.sin(np.arange(864_000) / 37), 2)
    values[123_456], values[700_001] = 99.5, 1.25
    t, v = downsample(times, values, 2_000)
    assert (v.max(), v.min()) == (99.5, 1.25)
    assert len(json.dumps({"t": t.tolist(), "v": v.tolist()})) < 200_000


def test_gap_breaks_the_line_once() -> None:
    times = [*range(100), *range(160, 260)]
    t, v = downsample(times, [5.0] * 200, 20, max_gap_s=2)
    assert (np.isnan(v).sum(), t[np.isnan(v)].tolist()) == (1, [129.5])
    assert bool(np.all(np.diff(t) > 0))


def test_no_gap_no_break_and_values_that_are_not_there_are_dropped() -> None:
    _, v = downsample([0, 1, 2, 3], [1.0, math.nan, 2.0, 3.0], 4, max_gap_s=5)
    assert v.tolist() == [1.0, 2.0, 3.0]
    assert downsample([], [], 4)[0].size == 0


@pytest.mark.parametrize(
    ("times", "values", "points"), [([0, 1], [1.0], 4), ([1, 0], [1.0, 2.0], 4), ([0, 1], [1.0, 2.0], 3)]
)
def test_downsample_of_bad_input_is_refused(times: list[float], values: list[float], points: int) -> None:
    with pytest.raises(ValueError, match=r"equal length|must not fall|at least 4"):
        downsample(times, values, points)


@pytest.mark.parametrize(
    ("value", "source", "target", "expected"),
    [
        (90, "s", "min", 1.5),
        (52.2, "°C", "K", 325.35),
        (300, "K", "°C", 26.85),
        (85, "%", "one", 0.85),
        (3600, "parts/h", "parts/s", 1.0),
        (1, "kWh", "J", 3.6e6),
        (6000, "RPM", "rpm", 6000),
    ],
)
def test_convert_between_like_quantities(value: float, source: str, target: str, expected: float) -> None:
    assert convert(value, source, target) == pytest.approx(expected)


@pytest.mark.parametrize(("source", "target"), [("s", "mm"), ("°C", "%"), ("furlong", "m")])
def test_convert_between_unlike_quantities_is_refused(source: str, target: str) -> None:
    with pytest.raises(UnitMismatch):
        convert(1.0, source, target)


def test_unit_by_key_symbol_and_common_code() -> None:
    assert unit("minute") is unit("min") is unit("MIN")


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "0 s"), (59.6, "1 min"), (132, "2 min 12 s"), (5400, "1 h 30 min"), (-61, "-1 min 1 s")]
)
def test_duration_as_people_say_it(seconds: float, text: str) -> None:
    assert duration_text(seconds) == text
