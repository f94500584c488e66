"""Down-sampling for charts that keeps every bucket's minimum and maximum (X37)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


def downsample(
    times: Sequence[float] | Array, values: Sequence[float] | Array, points: int, max_gap_s: float | None = None
) -> tuple[Array, Array]:
    """At most `points` samples (plus one NaN per visible gap) of a series with rising times, epoch seconds.

    The span is cut into equal stretches of time; of each the lowest and the highest value stay, at their own times, so
    every extreme of the input is in the output. First and last sample stay. NaN inputs (no value) are dropped; where
    two neighbours kept are further apart than `max_gap_s` and the input has no good sample between, a NaN marks the
    hole so that a chart breaks its line there instead of drawing one that nobody measured.

    ValueError for unequal lengths, times that fall, or fewer than 4 points.
    """
    t, v = np.asarray(times, dtype=np.float64), np.asarray(values, dtype=np.float64)
    if t.shape != v.shape or t.ndim != 1:
        raise ValueError("times and values must be two rows of equal length")
    if points < 4:
        raise ValueError("at least 4 points are needed: first, last, lowest and highest")
    if t.size > 1 and bool(np.any(np.diff(t) < 0)):
        raise ValueError("times must not fall")
    good = np.isfinite(v)
    t, v = t[good], v[good]
    kept = np.arange(t.size) if t.size <= points else _extremes(t, v, points)
    return _with_gaps(t, v, kept, max_gap_s)


def _extremes(t: Array, v: Array, points: int) -> npt.NDArray[np.intp]:
    """Indices of first, last, and each bucket's lowest and highest sample; t.size > points >= 4."""
    buckets = (points - 2) // 2
    span = t[-1] - t[0]
    number = np.zeros(t.size, dtype=np.intp)
    if span > 0:
        number = np.minimum(((t - t[0]) * (buckets / span)).astype(np.intp), buckets - 1)
    # Times rise, so each bucket is one run of neighbours, and everything below is linear in the number of samples.
    firsts = np.concatenate(([0], np.flatnonzero(np.diff(number)) + 1))
    lengths = np.diff(np.append(firsts, t.size))
    kept = [np.array([0, t.size - 1])]
    for extreme in (np.minimum.reduceat(v, firsts), np.maximum.reduceat(v, firsts)):
        found = np.flatnonzero(v == np.repeat(extreme, lengths))
        kept.append(found[np.unique(number[found], return_index=True)[1]])
    return np.unique(np.concatenate(kept))


def _with_gaps(t: Array, v: Array, kept: npt.NDArray[np.intp], max_gap_s: float | None) -> tuple[Array, Array]:
    """The kept samples, with a NaN in the middle of every hole in the input."""
    out_t, out_v = t[kept], v[kept]
    if max_gap_s is None or t.size < 2:
        return out_t, out_v
    before = np.flatnonzero(np.diff(t) > max_gap_s)
    # The position among the kept samples after which this hole lies.
    places = np.unique(np.searchsorted(kept, before, side="right"))
    holes = np.array([_hole(t, before, kept, place) for place in places], dtype=np.float64)
    return np.insert(out_t, places, holes), np.insert(out_v, places, np.nan)


def _hole(t: Array, before: npt.NDArray[np.intp], kept: npt.NDArray[np.intp], place: np.intp) -> float:
    """The middle of the widest hole between two neighbours kept."""
    here = before[(before >= kept[place - 1]) & (before < kept[place])]
    widest = here[np.argmax(t[here + 1] - t[here])]
    return float((t[widest] + t[widest + 1]) / 2)
