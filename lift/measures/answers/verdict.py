"""Whether a number counts as right."""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from enum import StrEnum

# Floats: 0.65 - 0.64 is a hair more than 0.01, and nobody must fail by a hair.
_HAIR = 1e-9


class Outcome(StrEnum):
    """Why an answer counts or does not."""

    WITHIN = "within"
    AS_ROUNDED = "as_rounded"
    TOO_LOW = "too_low"
    TOO_HIGH = "too_high"
    NO_EXACT_VALUE = "no_exact_value"


@dataclass(frozen=True, slots=True)
class Tolerance:
    """How far off counts: the larger of `absolute` (unit of the value) and `relative` (share of the exact value).

    `shown_decimals`: also right is the exact value rounded to so many decimals, as the platform prints it. Of a
    ratio that is printed in percent with one decimal that is 3. ValueError for a negative or infinite tolerance.
    """

    absolute: float = 0.0
    relative: float = 0.0
    shown_decimals: int | None = None

    def __post_init__(self) -> None:
        if not all(math.isfinite(part) and part >= 0 for part in (self.absolute, self.relative)):
            raise ValueError("a tolerance must be finite and not negative")

    @classmethod
    def points(cls, percentage_points: float, percent_decimals: int = 1) -> Tolerance:
        """For a ratio: +- so many percentage points, printed in percent with so many decimals."""
        return cls(absolute=percentage_points / 100, shown_decimals=percent_decimals + 2)

    def allowed(self, exact: float) -> float:
        """The largest distance from the exact value that counts."""
        return max(self.absolute, self.relative * abs(exact))

    def bounds(self, exact: float) -> tuple[float, float]:
        """Lowest and highest value that count."""
        return exact - self.allowed(exact), exact + self.allowed(exact)

    def accepts_rounded(self, value: float, exact: float) -> bool:
        """Whether the value is the exact one rounded as it is printed, halves up or to even."""
        if self.shown_decimals is None:
            return False
        step = Decimal(1).scaleb(-self.shown_decimals)
        rounded = (float(Decimal(str(exact)).quantize(step, mode)) for mode in (ROUND_HALF_UP, ROUND_HALF_EVEN))
        return any(math.isclose(value, one, rel_tol=_HAIR, abs_tol=_HAIR) for one in rounded)


@dataclass(frozen=True, slots=True)
class AnswerVerdict:
    """Whether the value counts, the bounds that count, and how far off it is (value - exact)."""

    correct: bool
    outcome: Outcome
    value: float
    exact: float | None
    lowest: float | None
    highest: float | None
    off_by: float | None


def check_answer(value: float, exact: float | None, tolerance: Tolerance) -> AnswerVerdict:
    """Judge a value that was read. `exact` None (the KPI is not defined) is never right, and the outcome says so."""
    if exact is None:
        return AnswerVerdict(False, Outcome.NO_EXACT_VALUE, value, None, None, None, None)
    lowest, highest = tolerance.bounds(exact)
    distance = value - exact
    if abs(distance) <= tolerance.allowed(exact) + _HAIR * max(1.0, abs(exact)):
        outcome = Outcome.WITHIN
    elif tolerance.accepts_rounded(value, exact):
        outcome = Outcome.AS_ROUNDED
    else:
        outcome = Outcome.TOO_LOW if distance < 0 else Outcome.TOO_HIGH
    correct = outcome in (Outcome.WITHIN, Outcome.AS_ROUNDED)
    return AnswerVerdict(correct, outcome, value, exact, lowest, highest, distance)
