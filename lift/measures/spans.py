"""Half-open stretches of time and columns of samples that hold until the next one, at most for a while."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

Qualities = Sequence[str] | Mapping[int, str]

GOOD = "good"
BAD_CODE = -1


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """[start, end) in epoch seconds; ValueError if it ends before it starts."""

    start: float
    end: float

    def __post_init__(self) -> None:
        if not (math.isfinite(self.start) and math.isfinite(self.end) and self.start <= self.end):
            raise ValueError(f"not a stretch of time: {self.start!r} to {self.end!r}")

    @property
    def seconds(self) -> float:
        return self.end - self.start


def merge(spans: Iterable[Span], within: Span) -> list[Span]:
    """Sorted, disjoint, clipped to `within`; what overlaps or touches is joined, what is empty is gone."""
    merged: list[Span] = []
    for span in sorted(spans):
        start, end = max(span.start, within.start), min(span.end, within.end)
        if start >= end:
            continue
        if merged and start <= merged[-1].end:
            merged[-1] = Span(merged[-1].start, max(merged[-1].end, end))
        else:
            merged.append(Span(start, end))
    return merged


def seconds(spans: Iterable[Span]) -> float:
    """The summed length of disjoint spans."""
    return math.fsum(span.seconds for span in spans)


def rising(times: Sequence[float] | Floats) -> Floats:
    """The times as an array. ValueError unless finite and strictly rising."""
    array = np.asarray(times, dtype=np.float64)
    if array.ndim != 1 or not bool(np.all(np.isfinite(array))) or bool(np.any(np.diff(array) <= 0)):
        raise ValueError("times must be a row of finite, strictly rising epoch seconds")
    return array


def usual_period(times: Floats) -> float:
    """The median distance of neighbours in seconds: the sampling period when nobody says it. 1 s for one sample."""
    return float(np.median(np.diff(times))) if times.size > 1 else 1.0


def is_good(quality: Qualities | None, count: int) -> Flags:
    """Which samples are good; None means all. Uncertain does not count as good.

    A mapping from index to mark names only what is not good, as a telemetry block does. ValueError for a list of
    another length, or an index outside the column.
    """
    if quality is None:
        return np.ones(count, dtype=np.bool_)
    if isinstance(quality, Mapping):
        good = np.ones(count, dtype=np.bool_)
        if any(not 0 <= index < count for index in quality):
            raise ValueError(f"qualities point outside a column of {count} samples")
        good[[index for index, mark in quality.items() if mark != GOOD]] = False
        return good
    if len(quality) != count:
        raise ValueError(f"{len(quality)} qualities for {count} samples")
    return np.array([mark == GOOD for mark in quality], dtype=np.bool_)


@dataclass(frozen=True, slots=True)
class Column:
    """Samples that hold from `starts[i]` to `ends[i]`; code BAD_CODE says that nothing is known there."""

    starts: Floats
    ends: Floats
    codes: Codes

    @classmethod
    def held(cls, times: Floats, codes: Codes, hold_s: float) -> Column:
        """Each sample holds until the next one, but never longer than `hold_s`: after that the value is stale."""
        following = np.append(times[1:], np.inf)
        return cls(times, np.minimum(following, times + hold_s), codes)

    @classmethod
    def of_spans(cls, spans: Sequence[Span]) -> Column:
        """Code 1 inside the spans (disjoint, sorted)."""
        starts = np.array([span.start for span in spans], dtype=np.float64)
        ends = np.array([span.end for span in spans], dtype=np.float64)
        return cls(starts, ends, np.ones(starts.size, dtype=np.int64))

    def at(self, instants: Floats) -> Codes:
        """The code that holds at each instant; BAD_CODE where none does."""
        if self.starts.size == 0:
            return np.full(instants.shape, BAD_CODE, dtype=np.int64)
        place = np.searchsorted(self.starts, instants, side="right") - 1
        held = (place >= 0) & (instants < self.ends[place])
        return np.where(held, self.codes[place], BAD_CODE)

    def edges(self) -> Floats:
        return np.concatenate((self.starts, self.ends))


def pieces(window: Span, columns: Sequence[Column]) -> tuple[Floats, Floats]:
    """Starts and ends of the stretches of the window in which no column changes."""
    edges = np.concatenate([np.array([window.start, window.end])] + [column.edges() for column in columns])
    inside = np.unique(edges[(edges >= window.start) & (edges <= window.end)])
    return inside[:-1], inside[1:]


def spans_where(starts: Floats, ends: Floats, chosen: Flags) -> list[Span]:
    """Neighbouring chosen pieces joined into spans."""
    joined: list[Span] = []
    for start, end in zip(starts[chosen].tolist(), ends[chosen].tolist(), strict=True):
        if joined and joined[-1].end == start:
            joined[-1] = Span(joined[-1].start, end)
        else:
            joined.append(Span(start, end))
    return joined
