"""Means with Student-t intervals over independent replications, and differences that may be unclear."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

_STEPS = 300
_TINY = 1e-300


class Change(StrEnum):
    """How a difference reads: unclear while its interval holds zero."""

    MORE = "more"
    LESS = "less"
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True)
class Interval:
    """Mean of n replications and half the width of its interval; None with fewer than two replications."""

    mean: float
    half_width: float | None
    n: int
    confidence: float

    @property
    def low(self) -> float | None:
        return None if self.half_width is None else self.mean - self.half_width

    @property
    def high(self) -> float | None:
        return None if self.half_width is None else self.mean + self.half_width

    def holds(self, value: float) -> bool:
        """Whether the value lies in the interval; an unknown interval holds every value."""
        return self.half_width is None or abs(value - self.mean) <= self.half_width


@dataclass(frozen=True, slots=True)
class Difference:
    """New minus old, with its interval; `paired` when both ran with the same luck."""

    interval: Interval
    change: Change
    paired: bool


def mean_interval(values: Sequence[float], confidence: float = 0.95) -> Interval:
    """Mean and two-sided Student-t interval. ValueError without values or with a value that is not finite."""
    listed = [float(value) for value in values]
    if not listed or not all(map(math.isfinite, listed)):
        raise ValueError("an interval needs at least one value, and only finite ones")
    mean = math.fsum(listed) / len(listed)
    if len(listed) < 2:
        return Interval(mean, None, len(listed), confidence)
    spread = statistics.stdev(listed, mean)
    half = student_t(0.5 + confidence / 2, len(listed) - 1) * spread / math.sqrt(len(listed))
    return Interval(mean, half, len(listed), confidence)


def paired_difference(new: Sequence[float], old: Sequence[float], confidence: float = 0.95) -> Difference:
    """Difference of two runs with the same luck, replication by replication. ValueError for unequal lengths."""
    if len(new) != len(old):
        raise ValueError("paired replications must be equally many")
    interval = mean_interval([a - b for a, b in zip(new, old, strict=True)], confidence)
    return Difference(interval, _change(interval), paired=True)


def difference(new: Sequence[float], old: Sequence[float], confidence: float = 0.95) -> Difference:
    """Difference of two independent runs (Welch: the spreads need not be equal)."""
    a, b = mean_interval(new, confidence), mean_interval(old, confidence)
    mean = a.mean - b.mean
    if a.n < 2 or b.n < 2:
        return Difference(Interval(mean, None, min(a.n, b.n), confidence), Change.UNCLEAR, paired=False)
    part_a, part_b = statistics.variance(new) / a.n, statistics.variance(old) / b.n
    total = part_a + part_b
    half = 0.0
    if total > 0:
        freedom = total**2 / (part_a**2 / (a.n - 1) + part_b**2 / (b.n - 1))
        half = student_t(0.5 + confidence / 2, freedom) * math.sqrt(total)
    interval = Interval(mean, half, min(a.n, b.n), confidence)
    return Difference(interval, _change(interval), paired=False)


def _change(interval: Interval) -> Change:
    """A difference of exactly zero, or one whose interval holds zero, is unclear."""
    if interval.holds(0.0):
        return Change.UNCLEAR
    return Change.MORE if interval.mean > 0 else Change.LESS


@lru_cache(maxsize=512)
def student_t(probability: float, freedom: float) -> float:
    """Quantile of Student's t, accurate to about 1e-10; by bisection on the incomplete beta function.

    ValueError unless 0 < probability < 1 and freedom >= 1.
    """
    if not 0 < probability < 1 or not freedom >= 1:
        raise ValueError("student_t needs 0 < probability < 1 and at least one degree of freedom")
    if probability < 0.5:
        return -student_t(1 - probability, freedom)
    low, high = 0.0, 1.0
    while _t_cdf(high, freedom) < probability:
        low, high = high, high * 2
    for _ in range(200):
        middle = (low + high) / 2
        if middle in (low, high):
            break
        if _t_cdf(middle, freedom) < probability:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def _t_cdf(t: float, freedom: float) -> float:
    """P(T <= t) for t >= 0."""
    return 1 - 0.5 * _incomplete_beta(freedom / 2, 0.5, freedom / (freedom + t * t))


def _incomplete_beta(a: float, b: float, x: float) -> float:
    """Regularised incomplete beta function (DLMF 8.17), by its continued fraction on the side where it converges."""
    if x <= 0 or x >= 1:
        return 0.0 if x <= 0 else 1.0
    if x > (a + 1) / (a + b + 2):
        return 1 - _incomplete_beta(b, a, 1 - x)
    front = math.exp(a * math.log(x) + b * math.log1p(-x) - math.log(a) - _log_beta(a, b))
    return front * _beta_fraction(a, b, x)


def _log_beta(a: float, b: float) -> float:
    return math.lgamma(a) + math.lgamma(b) - math.lgamma(a + b)


def _beta_fraction(a: float, b: float, x: float) -> float:
    """The continued fraction DLMF 8.17.22, evaluated from the front (modified Lentz)."""
    c, d, value = 1.0, 0.0, 1.0
    for step in range(_STEPS):
        m = step // 2
        if step == 0:
            term = 1.0
        elif step % 2 == 0:
            term = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        else:
            term = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        d = 1 / (1 + term * d or _TINY)
        if step == 0:
            value, c = d, 1 / _TINY
            continue
        c = 1 + term / c or _TINY
        value *= c * d
        if abs(c * d - 1) < 1e-15:
            break
    return value
