"""The max-plus recursion against SimPy, against exact theory, and against the laws of a serial line."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lift.measures.intervals import mean_interval
from lift.twins.simulators.maxplus import departures, starts
from tests.twins.reference_line import departures_by_places, departures_by_stores

pytestmark = pytest.mark.unit


def random_service(seed: int, parts: int, stations: int, replications: int) -> np.ndarray:
    return np.random.default_rng(seed).exponential(20.0, size=(parts, stations, replications))


@pytest.mark.parametrize("buffers", [(), (0,), (3,), (0, 0, 0, 0), (6, 8, 8, 8), (1, 0, 5, 2)])
def test_departures_equal_simpy_with_the_same_service_times(buffers: tuple[int, ...]) -> None:
    service = random_service(len(buffers) + sum(buffers), 150, len(buffers) + 1, 3)
    found = departures(service, buffers)
    for replication in range(3):
        expected = departures_by_places(service[:, :, replication], buffers)
        assert np.abs(found[:, :, replication] - expected).max() <= 1e-9


def test_benchmark_floor_is_the_same_line() -> None:
    service = random_service(1, 200, 5, 1)
    lean = departures_by_stores(service[:, :, 0].tolist(), (6, 8, 8, 8))
    assert np.abs(departures(service, (6, 8, 8, 8))[:, :, 0] - np.array(lean)).max() <= 1e-9


@pytest.mark.parametrize(("buffer", "first", "second"), [(0, 1.0, 1.0), (2, 1.0, 1.0), (3, 1.0, 0.8), (1, 0.7, 1.0)])
def test_exact_throughput_of_a_two_station_markov_line_lies_in_the_interval(
    buffer: int, first: float, second: float
) -> None:
    """Birth and death with b + 3 states: throughput = mu2 (1 - p0), p0 the share of time station 2 has no part."""
    ratio = first / second
    weights = [ratio**k for k in range(buffer + 3)]
    exact = second * (1 - weights[0] / sum(weights))
    warm, parts, replications = 300, 3_300, 200
    service = np.random.default_rng(11).standard_exponential((parts, 2, replications))
    service /= np.array([first, second])[None, :, None]
    left = departures(service, (buffer,))[:, 1]
    found = mean_interval(((left[-1] - left[warm]) / (parts - 1 - warm)).tolist())
    # Time per part is what has no bias over a fixed number of parts.
    assert found.holds(1 / exact)
    assert found.half_width is not None
    assert found.half_width < 0.01 / exact


@pytest.mark.parametrize("buffers", [(1,), (1, 2, 3), (-1, 2)])
def test_wrong_buffers_are_refused(buffers: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="3 stations need 2 buffers"):
        departures(np.ones((4, 3, 1)), buffers)


lines = st.tuples(st.integers(0, 10_000), st.lists(st.integers(0, 4), min_size=1, max_size=4))


@settings(max_examples=60, deadline=None)
@given(lines)
def test_line_conserves_parts_and_keeps_its_laws(line: tuple[int, list[int]]) -> None:
    seed, buffers = line
    service = random_service(seed, 60, len(buffers) + 1, 2)
    left = departures(service, buffers)
    begun = starts(left)
    assert bool(np.all(left - begun >= service - 1e-9)), "no part is faster than its service"
    assert bool(np.all(begun[1:] >= left[:-1])), "one part at a time, in order"
    assert bool(np.all(begun[:, 1:] >= left[:, :-1])), "no part before it has left the station before"
    for now in np.linspace(0.0, float(left.max()), 25):
        gone, taken = (left <= now).sum(axis=0), (begun <= now).sum(axis=0)
        waiting = gone[:-1] - taken[1:]
        assert bool(np.all(waiting >= 0))
        assert bool(np.all(waiting <= np.array(buffers)[:, None])), "never more parts than places"
        assert bool(np.all((taken - gone >= 0) & (taken - gone <= 1))), "a station holds one part or none"


@settings(max_examples=60, deadline=None)
@given(lines, st.integers(0, 3), st.integers(1, 5))
def test_bigger_buffer_never_lets_a_part_leave_later_with_the_same_luck(
    line: tuple[int, list[int]], place: int, more: int
) -> None:
    seed, buffers = line
    service = random_service(seed, 60, len(buffers) + 1, 2)
    bigger = list(buffers)
    bigger[place % len(bigger)] += more
    assert bool(np.all(departures(service, bigger) <= departures(service, buffers)))


def test_replications_do_not_touch_each_other() -> None:
    service = random_service(5, 80, 4, 6)
    together = departures(service, (2, 0, 3))
    alone = np.concatenate([departures(service[:, :, [r]], (2, 0, 3)) for r in range(6)], axis=2)
    assert bool(np.array_equal(together, alone))
