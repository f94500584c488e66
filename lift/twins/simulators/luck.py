"""The luck of a simulated day: random numbers that depend on seed, day and purpose only, never on parameters.

So two runs with one seed meet the same luck, whatever else was changed, and a longer draw begins with the shorter one.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

WORK, STOP_DISTANCE, STOP_LENGTH, QUALITY, JOB_LIST, JOB_WORK, ROOM, DOOR, SENSOR = range(9)


def stream(seed: int, day: int, purpose: int, station: int = 0) -> np.random.Generator:
    """Its own generator for each use. ValueError for a negative seed."""
    if seed < 0:
        raise ValueError("the seed must be 0 or more")
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, day, purpose, station])))


def work_factors(seed: int, day: int, station: int, count: int, spread: float) -> Floats:
    """Factors with mean 1 and coefficient of variation `spread` (log-normal: never negative), shape (count,)."""
    return factors(stream(seed, day, WORK, station), count, spread)


def factors(luck: np.random.Generator, count: int, spread: float) -> Floats:
    """As `work_factors`, from any stream."""
    if spread == 0:
        return np.ones(count)
    variance = np.log1p(spread * spread)
    normal = luck.standard_normal(count)
    return np.asarray(np.exp(np.sqrt(variance) * normal - variance / 2), dtype=np.float64)


def stops(seed: int, day: int, mean_distance: float, mean_length: float, until: float) -> tuple[Floats, Floats]:
    """Exponential distances and lengths: working times of the stops, all below `until`, and how long they last."""
    count = int(until / mean_distance * 1.5) + 16
    while True:
        moments = np.cumsum(stream(seed, day, STOP_DISTANCE).standard_exponential(count)) * mean_distance
        if moments[-1] >= until:
            break
        count *= 2
    falling = int(np.searchsorted(moments, until, side="left"))
    lengths = stream(seed, day, STOP_LENGTH).standard_exponential(count) * mean_length
    return moments[:falling], lengths[:falling]


def is_bad(seed: int, day: int, count: int, share: float) -> npt.NDArray[np.bool_]:
    """Which parts are bad, shape (count,)."""
    return stream(seed, day, QUALITY).random(count) < share
