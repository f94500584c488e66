"""ISO 22400-2: formulas on worked numbers, and the laws that pooling must keep."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lift.measures import kpis
from lift.measures.kpis import FailureConvention, KpiWarning, Production, Quantities, TimeElements

pytestmark = pytest.mark.unit

SHIFT = TimeElements(pot=30_600, planned_down=1_800, apt=21_600, aust=1_440, adet=2_160, adot=3_600)
PARTS = Quantities(pq=800, gq=760, sq=40, rq=16)
DAY = Production.of(SHIFT, PARTS, ideal_s_per_part=24)


def test_time_elements_derive_busy_and_execution_times() -> None:
    assert (SHIFT.pbt, SHIFT.aupt, SHIFT.aubt, SHIFT.aoet) == (28_800, 23_040, 25_200, 28_800)


def test_measured_order_execution_time_wins_over_the_sum() -> None:
    assert TimeElements(pot=10, apt=4, aoet_measured=9).aoet == 9


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (kpis.availability(SHIFT), 0.75),
        (kpis.effectiveness(DAY), 800 * 24 / 21_600),
        (kpis.quality_ratio(PARTS), 0.95),
        (kpis.oee(DAY), 760 * 24 / 28_800),
        (kpis.nee(DAY), 0.8 * (800 * 24 / 21_600) * 0.95),
        (kpis.allocation_ratio([SHIFT]), 25_200 / 28_800),
        (kpis.allocation_efficiency(SHIFT), 0.875),
        (kpis.utilisation_efficiency(SHIFT), 21_600 / 25_200),
        (kpis.technical_efficiency(SHIFT), 21_600 / 23_760),
        (kpis.setup_ratio(SHIFT), 0.0625),
        (kpis.production_process_ratio([SHIFT, SHIFT], 86_400), 0.5),
        (kpis.throughput_rate(DAY), 800 / 28_800),
        (kpis.scrap_ratio(PARTS), 0.05),
        (kpis.rework_ratio(PARTS), 0.02),
        (kpis.first_pass_yield(744, 800), 0.93),
        (kpis.corrective_maintenance_ratio(30, 90), 0.25),
        (kpis.cp(9.0, 11.0, 0.25), 4 / 3),
        (kpis.cpk(9.0, 11.0, 10.5, 0.25), 2 / 3),
    ],
)
def test_kpi_of_a_worked_shift(found: float | None, expected: float) -> None:
    assert found == pytest.approx(expected, rel=1e-12)


def test_oee_equals_the_product_of_its_three_parts() -> None:
    a, e, q = kpis.availability(SHIFT), kpis.effectiveness(DAY), kpis.quality_ratio(PARTS)
    assert a is not None
    assert e is not None
    assert q is not None
    assert kpis.oee(DAY) == pytest.approx(a * e * q, rel=1e-12)


def test_failure_convention_gives_two_answers_from_one_log() -> None:
    """STACK section 11, K06: 386.7 h or 290 h from one log."""
    hours = [400.0, 380.0, 380.0]
    common = kpis.mean_time_per_failure(hours, 3, FailureConvention.COMMON)
    iso = kpis.mean_time_per_failure(hours, 3, FailureConvention.ISO_22400)
    assert (common, iso) == (pytest.approx(386.667, abs=1e-3), 290.0)


def test_undefined_kpi_is_none_and_never_zero() -> None:
    nothing = Production.of(TimeElements(), Quantities(), 24)
    assert [
        kpis.availability(nothing.times),
        kpis.effectiveness(nothing),
        kpis.quality_ratio(nothing.quantities),
        kpis.oee(nothing),
        kpis.nee(nothing),
        kpis.setup_ratio(nothing.times),
        kpis.mean_time_per_failure([], 0, FailureConvention.COMMON),
    ] == [None] * 7


def test_planned_time_without_production_has_oee_zero_but_no_effectiveness() -> None:
    idle = Production.of(TimeElements(pot=600, adot=600), Quantities(), 24)
    assert (kpis.availability(idle.times), kpis.effectiveness(idle), kpis.oee(idle)) == (0.0, None, 0.0)


def test_effectiveness_over_one_warns_and_is_not_clamped() -> None:
    fast = Production.of(TimeElements(pot=600, apt=480), Quantities(pq=25, gq=25), 24)
    assert kpis.effectiveness(fast) == 1.25
    assert kpis.warnings_of(fast) == (KpiWarning.EFFECTIVENESS_OVER_ONE,)


def test_more_good_than_produced_and_more_operation_than_plan_warn() -> None:
    odd = Production.of(TimeElements(pot=600, apt=700), Quantities(pq=20, gq=21), 24)
    assert kpis.warnings_of(odd) == (
        KpiWarning.AVAILABILITY_OVER_ONE,
        KpiWarning.GOOD_OVER_PRODUCED,
        KpiWarning.OPERATION_OVER_PLAN,
    )


@pytest.mark.parametrize("bad", [-1.0, float("nan"), float("inf")])
def test_time_element_that_is_no_duration_is_refused(bad: float) -> None:
    with pytest.raises(ValueError, match="apt must be a finite number of seconds"):
        TimeElements(pot=1, apt=bad)


def test_pool_differs_from_the_average() -> None:
    """STACK section 11, K07: averaging machines of different weight gives another number than pooling."""
    long_bad = Production.of(TimeElements(pot=28_800, apt=18_000), Quantities(pq=700, gq=650), 24)
    short_good = Production.of(TimeElements(pot=3_600, apt=3_500), Quantities(pq=145, gq=145), 24)
    averaged = sum(kpis.oee(p) or 0 for p in (long_bad, short_good)) / 2
    pooled = kpis.oee(kpis.pool([long_bad, short_good]))
    assert pooled == pytest.approx((650 + 145) * 24 / 32_400)
    assert averaged == pytest.approx(0.7542, abs=1e-4)


def test_pool_of_products_with_different_ideal_times_sums_standard_times() -> None:
    a = Production.of(TimeElements(pot=100, apt=80), Quantities(pq=10, gq=10), 6)
    b = Production.of(TimeElements(pot=100, apt=90), Quantities(pq=2, gq=1), 30)
    both = kpis.pool([a, b])
    assert kpis.effectiveness(both) == (60 + 60) / 170
    assert kpis.oee(both) == (60 + 30) / 200


def test_pool_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="nothing to pool"):
        kpis.pool([])


@st.composite
def productions(draw: st.DrawFn) -> Production:
    pot = draw(st.floats(60, 1e6))
    apt = draw(st.floats(1, pot))
    made = draw(st.integers(1, 10_000))
    good = draw(st.integers(0, made))
    return Production.of(TimeElements(pot=pot, apt=apt), Quantities(pq=made, gq=good), draw(st.floats(0.1, 600)))


@settings(deadline=None)
@given(st.lists(productions(), min_size=1, max_size=6))
def test_pooled_kpis_lie_between_their_parts(parts: list[Production]) -> None:
    whole = kpis.pool(parts)
    for kpi in (kpis.effectiveness, kpis.oee):
        each = [value for p in parts if (value := kpi(p)) is not None]
        pooled = kpi(whole)
        assert pooled is not None
        assert min(each) * (1 - 1e-9) <= pooled <= max(each) * (1 + 1e-9)


@settings(deadline=None)
@given(st.lists(productions(), min_size=2, max_size=6))
def test_pool_does_not_depend_on_grouping(parts: list[Production]) -> None:
    at_once = kpis.pool(parts)
    in_steps = kpis.pool([kpis.pool(parts[:1]), kpis.pool(parts[1:])])
    assert kpis.oee(in_steps) == pytest.approx(kpis.oee(at_once), rel=1e-12)
