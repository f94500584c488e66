"""Parts from counters: resets, roll-over, gaps, plan, neighbouring windows."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lift.measures.counters import Counted, count_parts
from lift.measures.spans import Span

pytestmark = pytest.mark.unit

T0 = 1_700_000_000.0


def counted(values: list[float | None], start: float = 0.0, end: float | None = None, **more: object) -> Counted:
    arguments: dict[str, object] = {
        "times": [T0 + i for i in range(len(values))],
        "values": values,
        "window": Span(T0 + start, T0 + (len(values) if end is None else end)),
        "period_s": 1.0,
    }
    return count_parts(**{**arguments, **more})  # type: ignore[arg-type]


def test_parts_are_last_minus_first() -> None:
    found = counted([100, 100, 101, 102, 102, 103])
    assert (found.parts, found.first, found.last, found.resets, found.coverage) == (3, 100, 103, 0, 1.0)


def test_reset_counts_on_from_zero() -> None:
    found = counted([100, 101, 0, 1, 2])
    assert (found.parts, found.resets) == (3, 1)


def test_roll_over_counts_on() -> None:
    found = counted([65_534, 65_535, 1, 2], rollover=65_536)
    assert (found.parts, found.resets) == (4, 0)


def test_fresh_sample_before_the_window_is_the_base() -> None:
    assert counted([5, 6, 7], start=1).parts == 2


def test_stale_sample_before_the_window_is_not_the_base() -> None:
    found = counted([5, 9, 10], times=[T0 - 60, T0 + 0.5, T0 + 1.5])
    assert found.parts == 1


def test_parts_across_a_gap_are_known_and_named() -> None:
    found = counted([5, 6, 9, 9], times=[T0, T0 + 1, T0 + 8, T0 + 9], end=10)
    assert (found.parts, found.across_gaps) == (4, 3)
    assert found.coverage == pytest.approx(0.5)


def test_parts_outside_the_plan_are_kept_apart() -> None:
    plan = [Span(T0, T0 + 2), Span(T0 + 4, T0 + 6)]
    found = counted([0, 1, 2, 3, 4, 5], planned=plan)
    assert (found.parts, found.outside_plan) == (3, 2)


def test_bad_missing_and_negative_values_are_no_samples() -> None:
    quality = ["good", "bad", "good", "good", "good", "good"]
    found = counted([5, 900, None, -3, float("nan"), 7], quality=quality)
    assert (found.parts, found.resets) == (2, 0)
    assert counted([5, "broken", 6]).parts == 1  # type: ignore[list-item]


def test_no_good_sample_has_no_parts() -> None:
    found = counted([5, 6], quality=["bad", "bad"])
    assert (found.parts, found.coverage) == (None, 0.0)


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.floats(0.1, 1.9), st.integers(0, 3)), min_size=2, max_size=40), st.floats(0, 1), st.booleans()
)
def test_neighbouring_windows_add_up(steps: list[tuple[float, int]], share: float, reset: bool) -> None:
    times, values, now, count = [], [], T0, 50
    for number, (pause, made) in enumerate(steps):
        now, count = now + pause, count + made
        if reset and number == len(steps) // 2:
            count = 0
        times.append(now)
        values.append(float(count))
    middle = T0 + share * (now - T0)
    spans = (Span(T0, now + 1), Span(T0, middle), Span(middle, now + 1))
    whole, first, second = (count_parts(times=times, values=values, window=span, period_s=1.0) for span in spans)
    assert (first.parts or 0) + (second.parts or 0) == whole.parts
