"""Machine states to time elements: mapping, calendar, gaps, bad samples."""

from __future__ import annotations

import pytest

from lift.measures.spans import Span
from lift.measures.states import ItemState, OperationMode, StateTimes, Usage, state_times, usage_of

pytestmark = pytest.mark.unit

T0 = 1_700_000_000.0


def column(*runs: tuple[str | None, int]) -> list[str | None]:
    """One value per second: ("Executing", 3) is three samples."""
    return [value for value, count in runs for _ in range(count)]


def measured(states: list[str | None], modes: list[str | None] | None = None, **more: object) -> StateTimes:
    arguments: dict[str, object] = {
        "times": [T0 + i for i in range(len(states))],
        "item_state": states,
        "operation_mode": modes or ["Processing"] * len(states),
        "window": Span(T0, T0 + len(states)),
    }
    return state_times(**{**arguments, **more})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("state", "mode", "usage"),
    [
        (ItemState.EXECUTING, OperationMode.PROCESSING, Usage.PRODUCTION),
        (ItemState.EXECUTING, OperationMode.SETUP, Usage.SETUP),
        (ItemState.EXECUTING, OperationMode.MAINTENANCE, Usage.OTHER),
        (ItemState.EXECUTING, OperationMode.NONE, Usage.OTHER),
        (ItemState.NOT_EXECUTING, OperationMode.PROCESSING, Usage.DOWN),
        (ItemState.OUT_OF_SERVICE, OperationMode.PROCESSING, Usage.DELAY),
        (ItemState.NOT_AVAILABLE, OperationMode.NONE, Usage.OTHER),
    ],
)
def test_usage_of_state_and_mode_follows_opc_40501(state: ItemState, mode: OperationMode, usage: Usage) -> None:
    assert usage_of(state, mode) is usage


def test_time_elements_of_a_seen_window() -> None:
    found = measured(
        column(("Executing", 60), ("NotExecuting", 20), ("OutOfService", 10), ("Executing", 10)),
        column(("Processing", 50), ("Setup", 10), ("Processing", 40)),
    )
    elements = found.elements
    assert (elements.apt, elements.aust, elements.adot, elements.adet) == (60.0, 10.0, 20.0, 10.0)
    assert (found.planned_s, found.coverage, found.unseen) == (100.0, 1.0, ())
    assert found.stops == (Span(T0 + 50, T0 + 90),)


def test_planned_breaks_do_not_count() -> None:
    plan = [Span(T0 - 50, T0 + 40), Span(T0 + 60, T0 + 500)]
    found = measured(column(("Executing", 40), ("NotExecuting", 20), ("Executing", 40)), planned=plan)
    assert (found.planned_s, found.elements.apt, found.elements.adot, found.stops) == (80.0, 80.0, 0.0, ())


def test_gap_is_seen_for_two_periods_and_then_unknown() -> None:
    times = [T0 + i for i in range(100) if not 40 <= i < 70]
    found = measured(
        ["Executing"] * len(times), times=times, window=Span(T0, T0 + 100), period_s=1.0, modes=["Processing"] * 70
    )
    # The sample of second 39 holds until 41; the next comes at 70.
    assert found.unseen == (Span(T0 + 41, T0 + 70),)
    assert found.coverage == pytest.approx(0.71)


def test_bad_and_uncertain_samples_do_not_count() -> None:
    quality = ["good"] * 100
    quality[10:15] = ["bad"] * 5
    quality[50:60] = ["uncertain"] * 10
    found = measured(column(("Executing", 100)), state_quality=quality)
    assert (found.coverage, found.elements.apt) == (0.85, 85.0)
    assert found.unseen == (Span(T0 + 10, T0 + 15), Span(T0 + 50, T0 + 60))


def test_missing_value_is_no_sample_and_the_last_one_holds() -> None:
    found = measured(["Executing", None] * 50)
    assert found.coverage == 1.0


def test_unknown_state_text_is_not_seen_and_is_counted() -> None:
    found = measured(column(("Executing", 90), ("Dreaming", 10)))
    assert (found.unknown, found.coverage, found.elements.apt) == (10, 0.9, 90.0)


def test_sample_before_the_window_holds_into_it() -> None:
    found = measured(
        ["Executing", "NotExecuting"], times=[T0 - 1, T0 + 1], window=Span(T0, T0 + 2), modes=["Processing"] * 2
    )
    assert (found.elements.apt, found.elements.adot) == (1.0, 1.0)


def test_window_is_half_open_so_neighbours_add_up() -> None:
    states = column(("Executing", 37), ("NotExecuting", 26), ("Executing", 37))
    whole = measured(states)
    halves = [measured(states, window=Span(T0 + a, T0 + b)) for a, b in ((0, 43.5), (43.5, 100))]
    assert sum(h.elements.apt for h in halves) == whole.elements.apt
    assert sum(h.elements.adot for h in halves) == whole.elements.adot


def test_window_without_planned_time_has_no_coverage() -> None:
    assert measured(column(("Executing", 10)), planned=[]).coverage is None


def test_no_samples_at_all_is_zero_coverage() -> None:
    found = measured([], times=[], window=Span(T0, T0 + 10), modes=[])
    assert (found.coverage, found.seen_s, found.unseen) == (0.0, 0.0, (Span(T0, T0 + 10),))


@pytest.mark.parametrize("times", [[T0, T0], [T0 + 1, T0], [T0, float("nan")]])
def test_times_that_do_not_rise_are_refused(times: list[float]) -> None:
    with pytest.raises(ValueError, match="strictly rising"):
        measured(["Executing"] * 2, times=times)


def test_columns_of_unequal_length_are_refused() -> None:
    with pytest.raises(ValueError, match="3 states for 4 times"):
        measured(["Executing"] * 4, ["Processing"] * 3)
