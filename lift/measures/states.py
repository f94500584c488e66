"""Time elements of ISO 22400-2 from a machine's own states, over a window and a planned calendar.

Source of the mapping: OPC 40001-1 (MachineryItemState, MachineryOperationMode) and OPC 40501-1 annex C.2.3:
APT = Executing and Processing, AUST = Executing and Setup, ADOT = NotExecuting, ADET = OutOfService.
A machine does not know its planned times: they come from the exercise.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from lift.measures.kpis import TimeElements
from lift.measures.spans import (
    BAD_CODE,
    Codes,
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
    spans_where,
    usual_period,
)

# A value is stale after twice its period (DESIGN section 5, the clock table).
STALE_PERIODS = 2.0


class ItemState(StrEnum):
    """MachineryItemState, OPC 40001-1."""

    EXECUTING = "Executing"
    NOT_EXECUTING = "NotExecuting"
    OUT_OF_SERVICE = "OutOfService"
    NOT_AVAILABLE = "NotAvailable"


class OperationMode(StrEnum):
    """MachineryOperationMode, OPC 40001-1."""

    PROCESSING = "Processing"
    SETUP = "Setup"
    MAINTENANCE = "Maintenance"
    NONE = "None"


class Usage(StrEnum):
    """What a stretch of time was used for."""

    PRODUCTION = "production"
    SETUP = "setup"
    DELAY = "delay"
    DOWN = "down"
    OTHER = "other"  # executing without making parts (maintenance, no mode), or not available at all


_USAGES = tuple(Usage)
_STATES = {state.value: number for number, state in enumerate(ItemState)}
_MODES = {mode.value: number for number, mode in enumerate(OperationMode)}


def usage_of(state: ItemState, mode: OperationMode) -> Usage:
    """The use of time that a pair of states stands for."""
    if state is ItemState.NOT_EXECUTING:
        return Usage.DOWN
    if state is ItemState.OUT_OF_SERVICE:
        return Usage.DELAY
    if state is ItemState.EXECUTING and mode is OperationMode.PROCESSING:
        return Usage.PRODUCTION
    if state is ItemState.EXECUTING and mode is OperationMode.SETUP:
        return Usage.SETUP
    return Usage.OTHER


_USAGE_TABLE = np.array(
    [[_USAGES.index(usage_of(state, mode)) for mode in OperationMode] for state in ItemState], dtype=np.int64
)


@dataclass(frozen=True, slots=True)
class StateTimes:
    """How the planned time of a window was used, as far as it was seen. All in seconds.

    `elements` are of the seen part only (its pot is `seen_s`); `coverage` is seen_s / planned_s, None without planned
    time; `stops` are the stretches of planned, seen time in which the machine was not in production, `downs` those of
    them in which it was down; `unseen` the stretches of planned time with no good sample; `unknown` counts samples
    whose text is no state of OPC 40001-1.
    """

    elements: TimeElements
    other_s: float
    planned_s: float
    seen_s: float
    coverage: float | None
    stops: tuple[Span, ...]
    downs: tuple[Span, ...]
    unseen: tuple[Span, ...]
    unknown: int


def state_times(
    *,
    times: Sequence[float] | Floats,
    item_state: Sequence[str | None],
    operation_mode: Sequence[str | None],
    window: Span,
    planned: Sequence[Span] | None = None,
    period_s: float | None = None,
    state_quality: Qualities | None = None,
    mode_quality: Qualities | None = None,
) -> StateTimes:
    """How the planned part of the window was used.

    A sample holds until the next one of its column, at most STALE_PERIODS x `period_s` (None: the usual distance of
    the times). A None says that this column had no sample then; a sample whose quality is not "good" ends what held
    before it. Samples before the window count for what holds at its start. `planned` None plans the whole window.
    """
    instants = rising(times)
    hold_s = STALE_PERIODS * (usual_period(instants) if period_s is None else period_s)
    states, odd_states = _column(instants, item_state, is_good(state_quality, len(item_state)), _STATES, hold_s)
    modes, odd_modes = _column(instants, operation_mode, is_good(mode_quality, len(operation_mode)), _MODES, hold_s)
    plan = merge([window] if planned is None else planned, window)
    starts, ends = pieces(window, [states, modes, Column.of_spans(plan)])
    in_plan = Column.of_spans(plan).at(starts) == 1
    state_codes, mode_codes = states.at(starts), modes.at(starts)
    seen = in_plan & (state_codes != BAD_CODE) & (mode_codes != BAD_CODE)
    usage = np.where(seen, _USAGE_TABLE[state_codes, mode_codes], BAD_CODE)
    return _summary(starts, ends, usage, in_plan, seconds(plan), odd_states + odd_modes)


def _column(
    times: Floats, values: Sequence[str | None], good: Flags, names: dict[str, int], hold_s: float
) -> tuple[Column, int]:
    """The column of codes, and how many good samples had an unknown text."""
    if len(values) != times.size:
        raise ValueError(f"{len(values)} states for {times.size} times")
    present = np.array([value is not None for value in values], dtype=np.bool_)
    raw = np.array([BAD_CODE if v is None else names.get(str(v), BAD_CODE) for v in values], dtype=np.int64)
    unknown = int(np.count_nonzero(present & good & (raw == BAD_CODE)))
    codes: Codes = np.where(good, raw, BAD_CODE)
    return Column.held(times[present], codes[present], hold_s), unknown


def _summary(starts: Floats, ends: Floats, usage: Codes, in_plan: Flags, planned_s: float, unknown: int) -> StateTimes:
    lengths = ends - starts

    def total(wanted: Usage) -> float:
        return float(lengths[usage == _USAGES.index(wanted)].sum())

    seen = usage != BAD_CODE
    seen_s = float(lengths[seen].sum())
    elements = TimeElements(
        pot=seen_s,
        apt=total(Usage.PRODUCTION),
        aust=total(Usage.SETUP),
        adet=total(Usage.DELAY),
        adot=total(Usage.DOWN),
    )
    return StateTimes(
        elements=elements,
        other_s=total(Usage.OTHER),
        planned_s=planned_s,
        seen_s=seen_s,
        coverage=min(1.0, seen_s / planned_s) if planned_s > 0 else None,
        stops=tuple(spans_where(starts, ends, seen & (usage != _USAGES.index(Usage.PRODUCTION)))),
        downs=tuple(spans_where(starts, ends, usage == _USAGES.index(Usage.DOWN))),
        unseen=tuple(spans_where(starts, ends, in_plan & ~seen)),
        unknown=unknown,
    )
