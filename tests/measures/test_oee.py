"""The check of an exercise: one window of a machine's data, every number between samples and OEE (X14, X19)."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from lift.measures import texts
from lift.measures.answers.reading import ReadAs
from lift.measures.kpis import KpiWarning
from lift.measures.oee import CHECK_VERSION, Refusal, WindowOee, WindowWarning, oee_of_window

pytestmark = pytest.mark.unit

T0 = 1_700_000_000.0
SECONDS = 600


def recording() -> dict[str, Any]:
    """Ten minutes at 1 Hz: a stop of 132 s, 17 parts, 1 of them bad."""
    running = [not 60 <= second < 192 for second in range(SECONDS)]
    made, total, good = 0.0, [], []
    for second in range(SECONDS):
        made += running[second] / 27.0
        total.append(40.0 + int(made))
        good.append(38.0 + int(made) - (1 if int(made) >= 12 else 0))
    return {
        "times": [T0 + second for second in range(SECONDS)],
        "item_state": ["Executing" if on else "NotExecuting" for on in running],
        "operation_mode": ["Processing"] * SECONDS,
        "total": total,
        "good": good,
        "window": (T0, T0 + SECONDS),
        "ideal_s_per_part": 24.0,
    }


def test_every_number_of_a_recorded_window() -> None:
    found = oee_of_window(**recording())
    assert (found.planned_s, found.running_s, found.stopped_s, found.parts, found.good) == (600, 468, 132, 17, 16)
    assert found.availability == 468 / 600
    assert found.effectiveness == pytest.approx(17 * 24 / 468)
    assert found.quality_ratio == 16 / 17
    assert found.oee == pytest.approx(0.64)
    assert (found.coverage, found.warnings, found.refusal, found.version) == (1.0, (), None, CHECK_VERSION)
    assert [(stop.start, stop.end) for stop in found.stops] == [(T0 + 60, T0 + 192)]


def test_oee_is_the_product_also_with_a_gap() -> None:
    data = recording()
    kept = [i for i in range(SECONDS) if not 300 <= i < 330]
    thinned = {
        name: [data[name][i] for i in kept] for name in ("times", "item_state", "operation_mode", "total", "good")
    }
    found = oee_of_window(**{**data, **thinned})
    assert found.coverage == pytest.approx((600 - 29) / 600)
    assert (found.parts, found.good, found.oee) == (17, 16, pytest.approx(0.64))
    assert found.availability is not None
    assert found.effectiveness is not None
    assert found.quality_ratio is not None
    assert found.availability == pytest.approx((468 - 29) / (600 - 29))
    assert found.availability * found.effectiveness * found.quality_ratio == pytest.approx(0.64)
    assert found.warnings == (WindowWarning.GAPS, WindowWarning.PARTS_ACROSS_GAPS)


def test_bad_samples_lower_the_coverage_and_refuse_below_the_share() -> None:
    quality = ["good"] * 500 + ["bad"] * 100
    found = oee_of_window(**recording(), qualities={"item_state": quality}, min_coverage=0.9)
    assert found.coverage == pytest.approx(500 / 600)
    assert (found.refusal, found.oee, found.availability) == (Refusal.COVERAGE_TOO_LOW, None, None)
    allowed = oee_of_window(**recording(), qualities={"item_state": quality}, min_coverage=0.8)
    assert (allowed.refusal, allowed.oee) == (None, pytest.approx(0.64))


def test_bad_counter_lowers_the_coverage_too() -> None:
    found = oee_of_window(**recording(), qualities={"good": ["bad"] * 300 + ["good"] * 300})
    assert (found.coverage, found.refusal) == (0.5, Refusal.COVERAGE_TOO_LOW)


def test_planned_break_leaves_plan_and_stop() -> None:
    plan = [(T0, T0 + 60), (T0 + 192, T0 + 600)]
    found = oee_of_window(**recording(), planned=plan)
    assert (found.planned_s, found.availability, found.stopped_s) == (468.0, 1.0, 0.0)
    assert found.oee == pytest.approx(16 * 24 / 468)


def test_window_without_plan_or_without_samples_is_refused() -> None:
    assert oee_of_window(**recording(), planned=[]).refusal is Refusal.NO_PLANNED_TIME
    empty = {name: [] for name in ("times", "item_state", "operation_mode", "total", "good")}
    found = oee_of_window(**{**recording(), **empty})
    assert (found.refusal, found.oee, found.parts, found.coverage) == (Refusal.NO_SAMPLES, None, None, 0.0)


def test_ideal_time_too_long_warns() -> None:
    found = oee_of_window(**{**recording(), "ideal_s_per_part": 30.0})
    assert found.warnings == (KpiWarning.EFFECTIVENESS_OVER_ONE,)
    assert found.effectiveness == pytest.approx(17 * 30 / 468)


def test_counter_reset_warns_and_is_counted_through() -> None:
    data = recording()
    data["total"] = [value if i < 300 else value - data["total"][300] for i, value in enumerate(data["total"])]
    found = oee_of_window(**data)
    assert found.warnings == (WindowWarning.COUNTER_RESET,)
    assert found.parts == 17


def test_recheck_gives_the_same_result_and_survives_json() -> None:
    first, again = oee_of_window(**recording()), oee_of_window(**recording())
    assert first == again
    assert json.loads(json.dumps(first.as_dict()))["oee"] == first.oee


def test_value_by_name_and_unknown_name() -> None:
    found: WindowOee = replace(oee_of_window(**recording()), oee=0.5)
    assert (found.value("oee"), found.value("quality_ratio")) == (0.5, 16 / 17)
    with pytest.raises(KeyError):
        found.value("speed")


def test_sparse_qualities_of_a_telemetry_block_mean_the_same() -> None:
    dense = oee_of_window(**recording(), qualities={"total": ["bad" if i < 30 else "good" for i in range(SECONDS)]})
    sparse = oee_of_window(**recording(), qualities={"total": dict.fromkeys(range(30), "bad")})
    assert sparse == dense
    assert sparse.coverage == 0.95
    with pytest.raises(ValueError, match="outside a column"):
        oee_of_window(**recording(), qualities={"total": {SECONDS: "bad"}})


def test_every_warning_refusal_and_reading_has_a_sentence() -> None:
    assert set(texts.WARNINGS) == {*KpiWarning, *WindowWarning}
    assert set(texts.REFUSALS) == set(Refusal)
    assert set(texts.HOW_READ) == set(ReadAs)


def test_quality_of_an_unknown_column_is_refused() -> None:
    with pytest.raises(ValueError, match="unknown columns"):
        oee_of_window(**recording(), qualities={"spindle": ["good"] * SECONDS})
