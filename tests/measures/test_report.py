"""All KPIs of a window from states, counters and a calendar; several windows are pooled (X14)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lift.measures import texts
from lift.measures.kpis import FailureConvention, KpiWarning
from lift.measures.oee import Refusal
from lift.measures.report import Kpi, MachineWindow, Report, report_of
from lift.measures.spans import Span

pytestmark = pytest.mark.unit

T0 = 1_700_000_000.0
EXECUTING, DOWN, DELAYED = "Executing", "NotExecuting", "OutOfService"


def machine(
    uses: list[tuple[str, str, int, int]], *, ideal_s: float = 20.0, more: dict[str, list[float]] | None = None
) -> MachineWindow:
    """Stretches of (state, mode, seconds, good parts made evenly) at 1 Hz; every tenth part made is bad."""
    states, modes, total, good, made = [], [], [], [], 0.0
    for state, mode, seconds, parts in uses:
        for _ in range(seconds):
            states.append(state)
            modes.append(mode)
            total.append(float(round(made)))
            good.append(float(round(made) - round(made) // 10))
            made += parts / seconds
    counters = {"total": total, "good": good, **(more or {})}
    return MachineWindow(
        times=[T0 + second for second in range(len(states))],
        item_state=states,
        operation_mode=modes,
        counters=counters,
        window=Span(T0, T0 + len(states)),
        ideal_s_per_part=ideal_s,
        period_s=1.0,
    )


SHIFT = machine(
    [
        (EXECUTING, "Setup", 60, 0),
        (EXECUTING, "Processing", 400, 20),
        (DOWN, "Processing", 90, 0),
        (EXECUTING, "Processing", 200, 10),
        (DELAYED, "Processing", 100, 0),
        (DOWN, "Processing", 30, 0),
        (EXECUTING, "Processing", 120, 0),
    ]
)


def test_x14_every_kpi_of_a_worked_window() -> None:
    found = report_of([SHIFT])
    assert (found.planned_s, found.coverage, found.failures, found.down_s) == (1000, 1.0, 2, 120)
    expected = {
        Kpi.OEE: 27 * 20 / 1000,
        Kpi.AVAILABILITY: 0.72,
        Kpi.EFFECTIVENESS: 30 * 20 / 720,
        Kpi.QUALITY_RATIO: 0.9,
        Kpi.NEE: 0.78 * (600 / 720) * 0.9,
        Kpi.ALLOCATION_RATIO: 0.88,
        Kpi.ALLOCATION_EFFICIENCY: 0.88,
        Kpi.UTILISATION_EFFICIENCY: 720 / 880,
        Kpi.TECHNICAL_EFFICIENCY: 720 / 820,
        Kpi.SETUP_RATIO: 60 / 780,
        Kpi.SCRAP_RATIO: 0.1,
        Kpi.REWORK_RATIO: None,
        Kpi.FPY: None,
        Kpi.THROUGHPUT_RATE: 30 / 1000,
        Kpi.MTBF: 720 / 3,
        Kpi.MTTR: 120 / 3,
    }
    assert dict(found.values) == {kpi: None if v is None else pytest.approx(v) for kpi, v in expected.items()}


def test_x14_failure_convention_is_named_and_changes_the_divisor() -> None:
    found = report_of([SHIFT], convention=FailureConvention.COMMON)
    assert (found.convention, found.values[Kpi.MTBF], found.values[Kpi.MTTR]) == (FailureConvention.COMMON, 360, 60)


def test_x14_without_failures_the_common_mtbf_is_undefined_and_never_zero() -> None:
    calm = machine([(EXECUTING, "Processing", 300, 10)])
    assert report_of([calm], convention=FailureConvention.COMMON).values[Kpi.MTBF] is None
    assert report_of([calm]).values[Kpi.MTBF] == 300


def test_x14_counters_of_scrap_rework_and_first_inspection_are_used() -> None:
    seconds = 300
    more = {name: [0.0] + [parts] * (seconds - 1) for name, parts in (("scrap", 2.0), ("rework", 1.0))}
    window = machine([(EXECUTING, "Processing", seconds, 20)], more={**more, "first_good": [0.0] + [15.0] * 299})
    found = report_of([window])
    assert (found.values[Kpi.SCRAP_RATIO], found.values[Kpi.REWORK_RATIO]) == (0.1, 0.05)
    assert found.values[Kpi.FPY] == 0.75


def test_x14_bad_samples_lower_the_coverage_and_refuse_below_the_share() -> None:
    bad = replace(SHIFT, qualities={"item_state": dict.fromkeys(range(300), "bad")})
    found = report_of([bad])
    assert (found.coverage, found.refusal) == (0.7, Refusal.COVERAGE_TOO_LOW)
    assert set(found.values.values()) == {None}
    assert report_of([bad], min_coverage=0.7).values[Kpi.AVAILABILITY] == pytest.approx(480 / 700)


def test_x14_pool_of_a_long_good_and_a_short_bad_window_is_not_their_average() -> None:
    long, short = machine([(EXECUTING, "Processing", 900, 45)]), machine([(DOWN, "Processing", 100, 0)])
    pooled, apart = report_of([long, short]), [report_of([one]).values[Kpi.AVAILABILITY] for one in (long, short)]
    assert apart == [1.0, 0.0]
    assert pooled.values[Kpi.AVAILABILITY] == 0.9


def test_x14_effectiveness_over_one_warns_and_stays_as_it_is() -> None:
    fast = replace(SHIFT, ideal_s_per_part=40.0)
    found = report_of([fast])
    assert found.values[Kpi.EFFECTIVENESS] == pytest.approx(1200 / 720)
    assert found.warnings == (KpiWarning.EFFECTIVENESS_OVER_ONE,)


def test_x14_planned_breaks_leave_time_and_parts_out() -> None:
    planned = [Span(T0, T0 + 460), Span(T0 + 550, T0 + 1000)]
    found = report_of([replace(SHIFT, planned=planned)])
    assert (found.planned_s, found.failures, found.values[Kpi.AVAILABILITY]) == (910, 1, pytest.approx(720 / 910))


@pytest.mark.parametrize("counters", [{"total": [0.0]}, {"total": [0.0], "good": [0.0], "parts": [0.0]}])
def test_x14_missing_or_unknown_counter_is_refused(counters: dict[str, list[float]]) -> None:
    with pytest.raises(ValueError, match="counters"):
        replace(SHIFT, counters=counters)


def test_x14_every_kpi_has_a_name_and_a_formula() -> None:
    assert set(texts.KPIS) == set(texts.FORMULAS) == set(Kpi)
    assert set(texts.CONVENTIONS) == set(FailureConvention)


stretch = st.tuples(
    st.sampled_from([EXECUTING, DOWN, DELAYED]),
    st.sampled_from(["Processing", "Setup"]),
    st.integers(2, 40),
    st.integers(0, 5),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(stretch, min_size=1, max_size=5), min_size=1, max_size=3))
def test_x14_pooled_ratios_lie_between_those_of_the_windows(shifts: list[list[tuple[str, str, int, int]]]) -> None:
    windows = [machine(shift) for shift in shifts]
    pooled: Report = report_of(windows)
    apart = [report_of([window]) for window in windows]
    for kpi in (Kpi.AVAILABILITY, Kpi.OEE, Kpi.QUALITY_RATIO, Kpi.SETUP_RATIO, Kpi.UTILISATION_EFFICIENCY):
        known = [value for one in apart if (value := one.values[kpi]) is not None]
        value = pooled.values[kpi]
        assert (value is None) == (not known)
        if value is not None:
            assert min(known) - 1e-9 <= value <= max(known) + 1e-9
    assert pooled.failures == sum(one.failures for one in apart)


@settings(max_examples=60, deadline=None)
@given(st.lists(stretch, min_size=1, max_size=6))
def test_x14_oee_is_the_product_of_its_parts_where_they_are_defined(shift: list[tuple[str, str, int, int]]) -> None:
    values = report_of([machine(shift)]).values
    parts = [values[kpi] for kpi in (Kpi.AVAILABILITY, Kpi.EFFECTIVENESS, Kpi.QUALITY_RATIO)]
    if None not in parts:
        a, e, q = (part or 0.0 for part in parts)
        assert values[Kpi.OEE] == pytest.approx(a * e * q)
