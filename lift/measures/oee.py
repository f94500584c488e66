"""The OEE of a window of a machine's own data: the one function that checks an exercise against a cut."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from lift.measures import kpis
from lift.measures.counters import Counted, count_parts
from lift.measures.kpis import Production, Quantities, TimeElements
from lift.measures.spans import Floats, Qualities, Span
from lift.measures.states import StateTimes, state_times

# Stored with every checked answer. Raise it with every change that can change a digit of `oee_of_window`.
CHECK_VERSION = "oee-1"
MIN_COVERAGE = 0.9
# The part of a period before the first sample of a cut is no gap worth a warning.
_NEARLY_ALL = 0.995
COLUMNS = ("item_state", "operation_mode", "total", "good")


class Refusal(StrEnum):
    """Why a window has no KPI."""

    NO_PLANNED_TIME = "no_planned_time"
    NO_SAMPLES = "no_samples"
    COVERAGE_TOO_LOW = "coverage_too_low"


class WindowWarning(StrEnum):
    """What a reader has to know about the data; the warnings on the KPIs themselves are in kpis.KpiWarning."""

    GAPS = "gaps"
    COUNTER_RESET = "counter_reset"
    PARTS_ACROSS_GAPS = "parts_across_gaps"
    PARTS_OUTSIDE_PLAN = "parts_outside_plan"
    UNKNOWN_STATES = "unknown_states"


@dataclass(frozen=True, slots=True)
class WindowOee:
    """Every number between the samples and the OEE. Seconds, parts, and ratios as plain numbers (0.85).

    Parts are counted over the whole planned time, since a counter goes on while nobody looks. States are only known
    where they were seen, so `running_s`, `setup_s` and `stopped_s` are the seen seconds, scaled to the planned time
    where there are gaps (`seen_s` < `planned_s`); with full coverage they are what was measured.
    """

    version: str
    start: float
    end: float
    planned_s: float
    seen_s: float
    coverage: float
    min_coverage: float
    running_s: float
    setup_s: float
    stopped_s: float
    stops: tuple[Span, ...]
    unseen: tuple[Span, ...]
    ideal_s_per_part: float
    parts: float | None
    good: float | None
    last_total: float | None
    last_good: float | None
    availability: float | None
    effectiveness: float | None
    quality_ratio: float | None
    oee: float | None
    nee: float | None
    warnings: tuple[str, ...]
    refusal: Refusal | None

    def value(self, kpi: str) -> float | None:
        """The KPI by its ISO name: availability, effectiveness, quality_ratio, oee or nee. KeyError for another."""
        return {
            "availability": self.availability,
            "effectiveness": self.effectiveness,
            "quality_ratio": self.quality_ratio,
            "oee": self.oee,
            "nee": self.nee,
        }[kpi]

    def as_dict(self) -> dict[str, Any]:
        """Plain values, to be kept as JSON beside the answer."""
        return asdict(self)


def oee_of_window(
    *,
    times: Sequence[float] | Floats,
    item_state: Sequence[str | None],
    operation_mode: Sequence[str | None],
    total: Sequence[float | None] | Floats,
    good: Sequence[float | None] | Floats,
    window: tuple[float, float],
    ideal_s_per_part: float,
    planned: Sequence[tuple[float, float]] | None = None,
    min_coverage: float = MIN_COVERAGE,
    period_s: float | None = None,
    qualities: Mapping[str, Qualities] | None = None,
) -> WindowOee:
    """Every intermediate number and the OEE of the half-open window, from columns over common times (epoch s).

    `total` and `good` are rising counters; `planned` is the exercise's calendar (None: the whole window is planned);
    `qualities` maps a column's name (COLUMNS) to good, uncertain or bad per sample, or sparse by index; left out is good.
    Below `min_coverage` of the planned time with good samples the KPIs are None and `refusal` says why.
    ValueError for columns of unequal length, times that do not rise, or an ideal time that is not over 0.
    """
    marks = qualities or {}
    if unknown := set(marks) - set(COLUMNS):
        raise ValueError(f"qualities of unknown columns: {sorted(unknown)}")
    span = Span(*window)
    plan = None if planned is None else [Span(*stretch) for stretch in planned]
    states = state_times(
        times=times,
        item_state=item_state,
        operation_mode=operation_mode,
        window=span,
        planned=plan,
        period_s=period_s,
        state_quality=marks.get("item_state"),
        mode_quality=marks.get("operation_mode"),
    )
    produced, accepted = (
        count_parts(times=times, values=values, window=span, planned=plan, period_s=period_s, quality=marks.get(name))
        for name, values in (("total", total), ("good", good))
    )
    return _result(span, states, produced, accepted, ideal_s_per_part, min_coverage)


def _result(
    window: Span, states: StateTimes, produced: Counted, accepted: Counted, ideal_s: float, min_coverage: float
) -> WindowOee:
    coverage = coverage_of(states, produced, accepted)
    refusal = refusal_of(states, (produced, accepted), coverage, min_coverage)
    production = Production.of(scaled(states), quantities_of(produced, accepted), ideal_s)
    times, known = production.times, refusal is None
    warnings = data_warnings(states, (produced, accepted))
    if known:
        warnings += [warning.value for warning in kpis.warnings_of(production)]
    return WindowOee(
        version=CHECK_VERSION,
        start=window.start,
        end=window.end,
        planned_s=states.planned_s,
        seen_s=states.seen_s,
        coverage=coverage,
        min_coverage=min_coverage,
        running_s=times.apt,
        setup_s=times.aust,
        stopped_s=max(0.0, states.planned_s - times.apt - times.aust) if states.seen_s else 0.0,
        stops=states.stops,
        unseen=states.unseen,
        ideal_s_per_part=ideal_s,
        parts=produced.parts,
        good=accepted.parts,
        last_total=produced.last,
        last_good=accepted.last,
        availability=kpis.availability(times) if known else None,
        effectiveness=kpis.effectiveness(production) if known else None,
        quality_ratio=kpis.quality_ratio(production.quantities) if known else None,
        oee=kpis.oee(production) if known else None,
        nee=kpis.nee(production) if known else None,
        warnings=tuple(warnings),
        refusal=refusal,
    )


def coverage_of(states: StateTimes, *counters: Counted) -> float:
    """The share of the planned time in which every source was seen: that of the worst of them; 0 without planned time."""
    return min(states.coverage or 0.0, *(counter.coverage or 0.0 for counter in counters))


def scaled(states: StateTimes) -> TimeElements:
    """The seen time elements, scaled to the planned time."""
    scale = states.planned_s / states.seen_s if states.seen_s else 0.0
    seen = states.elements
    return TimeElements(
        pot=states.planned_s,
        apt=seen.apt * scale,
        aust=seen.aust * scale,
        adet=seen.adet * scale,
        adot=seen.adot * scale,
    )


def quantities_of(produced: Counted, accepted: Counted) -> Quantities:
    """What is not good is scrap, where no counter of its own says more."""
    pq, gq = produced.parts or 0.0, accepted.parts or 0.0
    return Quantities(pq=pq, gq=gq, sq=max(0.0, pq - gq))


def refusal_of(states: StateTimes, counters: Sequence[Counted], coverage: float, min_coverage: float) -> Refusal | None:
    """Why there is no KPI; None when there is one."""
    if states.planned_s == 0:
        return Refusal.NO_PLANNED_TIME
    if states.seen_s == 0 or any(counter.parts is None for counter in counters):
        return Refusal.NO_SAMPLES
    return Refusal.COVERAGE_TOO_LOW if coverage < min_coverage else None


def data_warnings(states: StateTimes, counters: Sequence[Counted]) -> list[str]:
    """What a reader has to know of the data, as values of WindowWarning."""
    found = {
        WindowWarning.GAPS: (states.coverage or 0.0) < _NEARLY_ALL,
        WindowWarning.COUNTER_RESET: any(c.resets for c in counters),
        WindowWarning.PARTS_ACROSS_GAPS: any(c.across_gaps for c in counters),
        WindowWarning.PARTS_OUTSIDE_PLAN: any(c.outside_plan for c in counters),
        WindowWarning.UNKNOWN_STATES: bool(states.unknown),
    }
    return [warning.value for warning, present in found.items() if present]
