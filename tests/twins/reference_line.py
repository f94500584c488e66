"""SimPy models of the serial line with blocking after service: the yardstick of the max-plus recursion."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import simpy

Floats = npt.NDArray[np.float64]
Steps = Generator[simpy.Event, Any, None]


def departures_by_places(service: Floats, buffers: Sequence[int]) -> Floats:
    """One replication, (parts, stations), any buffers: a part takes a place of the next stage before it leaves its own.

    A stage's places are its buffer and the station itself; so a buffer of 0 needs no special case.
    """
    parts, stations = service.shape
    env = simpy.Environment()
    places = [None, *(simpy.Container(env, init=size + 1, capacity=size + 1) for size in buffers)]
    arrived = [simpy.Store(env) for _ in range(stations)]
    arrived[0].items.extend(range(parts))
    left = np.zeros((parts, stations))

    def station(j: int) -> Steps:
        for part in range(parts):
            yield arrived[j].get()
            yield env.timeout(service[part, j])
            following = places[j + 1] if j + 1 < stations else None
            if following is not None:
                yield following.get(1)
                arrived[j + 1].put(part)
            left[part, j] = env.now
            own = places[j]
            if own is not None:
                own.put(1)

    for j in range(stations):
        env.process(station(j))
    env.run()
    return left


def departures_by_stores(service: list[list[float]], buffers: Sequence[int]) -> list[list[float]]:
    """The leanest SimPy model, one replication as plain lists, buffers of at least 1: a store for each buffer.

    This is the benchmark's floor: three events per part and station, no bookkeeping.
    """
    env = simpy.Environment()
    stores = [simpy.Store(env, capacity=size) for size in buffers]
    left = [[0.0] * len(row) for row in service]
    last = len(buffers)

    def station(j: int) -> Steps:
        take = stores[j - 1].get if j else None
        give = stores[j].put if j < last else None
        timeout = env.timeout
        for part, row in enumerate(service):
            if take is not None:
                yield take()
            yield timeout(row[j])
            if give is not None:
                yield give(part)
            left[part][j] = env.now

    for j in range(last + 1):
        env.process(station(j))
    env.run()
    return left
