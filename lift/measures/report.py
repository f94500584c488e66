"""All KPIs of ISO 22400-2 that states, counters and a calendar give, for one machine or pooled over several windows.

Pooling adds numerators and denominators (`kpis.pool`); nothing is averaged. MTBF is the production time per failure and
MTTR the down time per failure; a failure is a seen stretch of planned time in which the machine was down.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from lift.measures import kpis
from lift.measures.counters import Counted, count_parts
from lift.measures.kpis import FailureConvention, Production, Quantities
from lift.measures.oee import MIN_COVERAGE, Refusal, coverage_of, data_warnings, quantities_of, refusal_of, scaled
from lift.measures.spans import Floats, Qualities, Span
from lift.measures.states import StateTimes, state_times

COUNTERS = ("total", "good", "scrap", "rework", "first_good")
NEEDED = ("total", "good")


class Kpi(StrEnum):
    """The names of ISO 22400-2, in the order to show."""

    OEE = "oee"
    AVAILABILITY = "availability"
    EFFECTIVENESS = "effectiveness"
    QUALITY_RATIO = "quality_ratio"
    NEE = "nee"
    ALLOCATION_RATIO = "allocation_ratio"
    ALLOCATION_EFFICIENCY = "allocation_efficiency"
    UTILISATION_EFFICIENCY = "utilisation_efficiency"
    TECHNICAL_EFFICIENCY = "technical_efficiency"
    SETUP_RATIO = "setup_ratio"
    SCRAP_RATIO = "scrap_ratio"
    REWORK_RATIO = "rework_ratio"
    FPY = "first_pass_yield"
    THROUGHPUT_RATE = "throughput_rate"
    MTBF = "mtbf"
    MTTR = "mttr"


UNITS: dict[Kpi, str] = {Kpi.THROUGHPUT_RATE: "part_per_second", Kpi.MTBF: "second", Kpi.MTTR: "second"}
"""Keys of lift.measures.units; every other KPI is a ratio ("one")."""


@dataclass(frozen=True, slots=True)
class MachineWindow:
    """One machine's columns over common times (epoch s) in a half-open window.

    `counters` are rising: total and good are needed, scrap, rework and first_good (good at their first inspection) are
    optional. `planned` None plans the whole window. `qualities` maps a column's name to good, uncertain or bad.
    """

    times: Sequence[float] | Floats
    item_state: Sequence[str | None]
    operation_mode: Sequence[str | None]
    counters: Mapping[str, Sequence[float | None] | Floats]
    window: Span
    ideal_s_per_part: float
    planned: Sequence[Span] | None = None
    period_s: float | None = None
    qualities: Mapping[str, Qualities] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if unknown := set(self.counters) - set(COUNTERS):
            raise ValueError(f"unknown counters: {sorted(unknown)}")
        if missing := set(NEEDED) - set(self.counters):
            raise ValueError(f"missing counters: {sorted(missing)}")


@dataclass(frozen=True, slots=True)
class Report:
    """Values by KPI; None is undefined, or refused where `refusal` says why. Seconds, parts per second, ratios.

    `coverage` is the share of all planned time that was seen; `convention` says what MTBF and MTTR were divided by.
    """

    values: Mapping[Kpi, float | None]
    production: Production
    failures: int
    down_s: float
    planned_s: float
    coverage: float
    min_coverage: float
    convention: FailureConvention
    warnings: tuple[str, ...]
    refusal: Refusal | None


@dataclass(frozen=True, slots=True)
class _Part:
    """What one window gives to the pool."""

    production: Production
    states: StateTimes
    counted: Mapping[str, Counted]
    coverage: float
    refusal: Refusal | None


def report_of(
    windows: Sequence[MachineWindow],
    *,
    min_coverage: float = MIN_COVERAGE,
    convention: FailureConvention = FailureConvention.ISO_22400,
) -> Report:
    """The KPIs of the windows together. ValueError for none, or for columns that do not fit each other.

    Refused when any window has no planned time or no samples, or when the planned time of all was seen to less than
    `min_coverage`.
    """
    parts = [_part(window) for window in windows]
    production = kpis.pool([part.production for part in parts])
    planned_s = sum(part.states.planned_s for part in parts)
    coverage = sum(part.coverage * part.states.planned_s for part in parts) / planned_s if planned_s else 0.0
    refusal = next((part.refusal for part in parts if part.refusal), None)
    if refusal is None and coverage < min_coverage:
        refusal = Refusal.COVERAGE_TOO_LOW
    downs = [down.seconds for part in parts for down in part.states.downs]
    values = _values(production, parts, downs, convention)
    found = [word for part in parts for word in data_warnings(part.states, list(part.counted.values()))]
    odd = [] if refusal else [warning.value for warning in kpis.warnings_of(production)]
    return Report(
        values=dict.fromkeys(Kpi) if refusal else values,
        production=production,
        failures=len(downs),
        down_s=sum(downs),
        planned_s=planned_s,
        coverage=coverage,
        min_coverage=min_coverage,
        convention=convention,
        warnings=tuple(dict.fromkeys([*found, *odd])),
        refusal=refusal,
    )


def _part(window: MachineWindow) -> _Part:
    states = state_times(
        times=window.times,
        item_state=window.item_state,
        operation_mode=window.operation_mode,
        window=window.window,
        planned=window.planned,
        period_s=window.period_s,
        state_quality=window.qualities.get("item_state"),
        mode_quality=window.qualities.get("operation_mode"),
    )
    counted = {name: _counted(window, name) for name in window.counters}
    times = scaled(states)
    production = Production.of(times, _quantities(counted), window.ideal_s_per_part)
    # The share to be seen is judged over all windows together, so here only emptiness refuses.
    refusal = refusal_of(states, list(counted.values()), 1.0, 0.0)
    return _Part(production, states, counted, coverage_of(states, *counted.values()), refusal)


def _counted(window: MachineWindow, name: str) -> Counted:
    return count_parts(
        times=window.times,
        values=window.counters[name],
        window=window.window,
        planned=window.planned,
        period_s=window.period_s,
        quality=window.qualities.get(name),
    )


def _quantities(counted: Mapping[str, Counted]) -> Quantities:
    found = quantities_of(counted["total"], counted["good"])
    if "scrap" in counted:
        found = replace(found, sq=counted["scrap"].parts or 0.0)
    return replace(found, rq=counted["rework"].parts or 0.0) if "rework" in counted else found


def _values(
    production: Production, parts: Sequence[_Part], downs: Sequence[float], convention: FailureConvention
) -> dict[Kpi, float | None]:
    times, made = production.times, production.quantities
    known = {name: all(name in part.counted for part in parts) for name in ("rework", "first_good")}
    first_good = sum(part.counted["first_good"].parts or 0.0 for part in parts) if known["first_good"] else None
    return {
        Kpi.OEE: kpis.oee(production),
        Kpi.AVAILABILITY: kpis.availability(times),
        Kpi.EFFECTIVENESS: kpis.effectiveness(production),
        Kpi.QUALITY_RATIO: kpis.quality_ratio(made),
        Kpi.NEE: kpis.nee(production),
        Kpi.ALLOCATION_RATIO: kpis.allocation_ratio([part.production.times for part in parts]),
        Kpi.ALLOCATION_EFFICIENCY: kpis.allocation_efficiency(times),
        Kpi.UTILISATION_EFFICIENCY: kpis.utilisation_efficiency(times),
        Kpi.TECHNICAL_EFFICIENCY: kpis.technical_efficiency(times),
        Kpi.SETUP_RATIO: kpis.setup_ratio(times),
        Kpi.SCRAP_RATIO: kpis.scrap_ratio(made),
        Kpi.REWORK_RATIO: kpis.rework_ratio(made) if known["rework"] else None,
        Kpi.FPY: None if first_good is None else kpis.first_pass_yield(first_good, made.pq),
        Kpi.THROUGHPUT_RATE: kpis.throughput_rate(production),
        Kpi.MTBF: kpis.mean_time_per_failure([times.apt], len(downs), convention),
        Kpi.MTTR: kpis.mean_time_per_failure(downs, len(downs), convention),
    }
