"""Parts made in a window, from a counter that only rises, except when it is reset."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lift.measures.spans import (
    Column,
    Flags,
    Floats,
    Qualities,
    Span,
    is_good,
    merge,
    pieces,
    rising,
    seconds,
    usual_period,
)
from lift.measures.states import STALE_PERIODS


@dataclass(frozen=True, slots=True)
class Counted:
    """What a counter says about a window.

    `parts` None: no good sample in the window. `resets`: how often the value fell; parts between the last sample
    before a reset and the reset itself are unknown and not counted. `across_gaps`: parts of `parts` that were made
    while nobody looked (the counter went on, so they are known). `outside_plan`: parts made in the window, but not in
    planned time, and not in `parts`. `first`, `last`: the values at both ends; `coverage`: share of the planned time
    with a good, fresh value, None without planned time.
    """

    parts: float | None
    resets: int
    across_gaps: float
    outside_plan: float
    first: float | None
    last: float | None
    coverage: float | None


def count_parts(
    *,
    times: Sequence[float] | Floats,
    values: Sequence[float | None] | Floats,
    window: Span,
    planned: Sequence[Span] | None = None,
    period_s: float | None = None,
    quality: Qualities | None = None,
    rollover: float | None = None,
) -> Counted:
    """Parts that the counter added in the window and the planned spans (None: the whole window).

    A part belongs to the instant of the sample that first shows it, so the parts of neighbouring windows add up. The
    base is the last good sample before the window if it was still fresh at its start, else the first one inside.
    A value that falls is a reset to zero, unless `rollover` is given and the value fell over from its upper to its
    lower half: then it went on counting at `rollover`. None, text, NaN, negative and not good values are no samples.
    """
    instants = rising(times)
    hold_s = STALE_PERIODS * (usual_period(instants) if period_s is None else period_s)
    numbers = np.array([value if isinstance(value, int | float) else np.nan for value in values], dtype=np.float64)
    if numbers.shape != instants.shape:
        raise ValueError(f"{numbers.size} counter values for {instants.size} times")
    marks = is_good(quality, numbers.size)
    good = marks & np.isfinite(numbers) & (numbers >= 0)
    plan = merge([window] if planned is None else planned, window)
    coverage = _coverage(instants, numbers, good, hold_s, window, plan)
    chosen = good & (instants < window.end) & (instants > window.start - hold_s)
    t, v = instants[chosen], numbers[chosen]
    before = int(np.searchsorted(t, window.start, side="left"))
    if before == t.size:
        return Counted(None, 0, 0.0, 0.0, None, None, coverage)
    base = max(before - 1, 0)
    return _count(t[base:], v[base:], hold_s, plan, rollover, coverage)


def _count(
    t: Floats, v: Floats, hold_s: float, plan: Sequence[Span], rollover: float | None, coverage: float | None
) -> Counted:
    """Sum of the steps of samples t, v; the first is the base."""
    steps, previous = np.diff(v), v[:-1]
    fell = steps < 0
    resets = fell
    if rollover is not None:
        over = fell & (previous > rollover / 2) & (v[1:] < rollover / 2)
        steps = np.where(over, steps + rollover, steps)
        resets = fell & ~over
    steps = np.where(resets, v[1:], steps)
    in_plan = Column.of_spans(plan).at(t[1:]) == 1
    late = np.diff(t) > hold_s
    return Counted(
        parts=float(steps[in_plan].sum()),
        resets=int(np.count_nonzero(resets)),
        across_gaps=float(steps[in_plan & late].sum()),
        outside_plan=float(steps[~in_plan].sum()),
        first=float(v[0]),
        last=float(v[-1]),
        coverage=coverage,
    )


def _coverage(
    times: Floats, numbers: Floats, good: Flags, hold_s: float, window: Span, plan: Sequence[Span]
) -> float | None:
    """Share of the planned time in which a good value was held and fresh."""
    planned_s = seconds(plan)
    if planned_s == 0:
        return None
    # A missing value is no sample and ends nothing; a value marked bad, or out of range, ends what held before it.
    present = ~np.isnan(numbers)
    column = Column.held(times[present], np.where(good, 1, -1)[present], hold_s)
    calendar = Column.of_spans(plan)
    starts, ends = pieces(window, [column, calendar])
    seen = (column.at(starts) == 1) & (calendar.at(starts) == 1)
    return min(1.0, float((ends - starts)[seen].sum()) / planned_s)
