"""ISO 22400-2 key performance indicators from time elements and quantities.

Times in seconds, ratios as plain numbers (0.85, not 85). A KPI whose denominator is zero or unknown is None, never 0.
A value over 1 is returned as it is: it says that an input is wrong, and hiding it would hide that (see `warnings_of`).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from enum import StrEnum

# One part in a million over 1 is rounding of the inputs, not a wrong planned run time.
_OVER_ONE = 1.0 + 1e-6


class KpiWarning(StrEnum):
    """What a reader of the KPI has to know."""

    EFFECTIVENESS_OVER_ONE = "effectiveness_over_one"
    AVAILABILITY_OVER_ONE = "availability_over_one"
    GOOD_OVER_PRODUCED = "good_over_produced"
    OPERATION_OVER_PLAN = "operation_over_plan"


class FailureConvention(StrEnum):
    """ISO 22400-2 divides by failures + 1, most maintenance texts by failures: one log, two answers. Name which."""

    ISO_22400 = "iso_22400"
    COMMON = "common"


@dataclass(frozen=True, slots=True)
class TimeElements:
    """Time elements of ISO 22400-2, in seconds.

    pot planned operation, planned_down planned down time, apt production, aust set-up, adet delay, adot down,
    aoet order execution (None: the sum of apt, aust, adet and adot, as OPC 40501-1 annex C.2.3 has it).
    """

    pot: float = 0.0
    planned_down: float = 0.0
    apt: float = 0.0
    aust: float = 0.0
    adet: float = 0.0
    adot: float = 0.0
    aoet_measured: float | None = None

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if value is not None and not (math.isfinite(value) and value >= 0):
                raise ValueError(f"{field.name} must be a finite number of seconds, 0 or more, not {value!r}")
        if self.planned_down > self.pot:
            raise ValueError("planned_down must not be longer than pot")

    @property
    def pbt(self) -> float:
        """Planned busy time: POT - planned down time."""
        return self.pot - self.planned_down

    @property
    def aupt(self) -> float:
        """Actual unit processing time: APT + AUST."""
        return self.apt + self.aust

    @property
    def aubt(self) -> float:
        """Actual unit busy time: AUPT + ADET."""
        return self.aupt + self.adet

    @property
    def aoet(self) -> float:
        """Actual order execution time."""
        return self.aubt + self.adot if self.aoet_measured is None else self.aoet_measured


@dataclass(frozen=True, slots=True)
class Quantities:
    """Parts: pq produced, gq good, sq scrap, rq rework."""

    pq: float = 0.0
    gq: float = 0.0
    sq: float = 0.0
    rq: float = 0.0

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if not (math.isfinite(value) and value >= 0):
                raise ValueError(f"{field.name} must be a finite number of parts, 0 or more, not {value!r}")


@dataclass(frozen=True, slots=True)
class Production:
    """What one unit did in one stretch of time; the thing that is pooled.

    standard_s is sum(PRI x PQ) and standard_good_s is sum(PRI x GQ), both in seconds, so that products with
    different planned run times can be added.
    """

    times: TimeElements
    quantities: Quantities
    standard_s: float
    standard_good_s: float

    @classmethod
    def of(cls, times: TimeElements, quantities: Quantities, ideal_s_per_part: float) -> Production:
        """One product with the planned run time per item `ideal_s_per_part` (PRI). ValueError unless it is over 0."""
        if not (math.isfinite(ideal_s_per_part) and ideal_s_per_part > 0):
            raise ValueError(f"the ideal time per part must be over 0 seconds, not {ideal_s_per_part!r}")
        return cls(times, quantities, ideal_s_per_part * quantities.pq, ideal_s_per_part * quantities.gq)


def ratio(numerator: float | None, denominator: float | None) -> float | None:
    """numerator / denominator; None where that is not defined."""
    if numerator is None or denominator is None or denominator == 0:
        return None
    value = numerator / denominator
    return value if math.isfinite(value) else None


def availability(times: TimeElements) -> float | None:
    """APT / PBT. Set-up counts as a loss; see `nee` for the reading where it does not."""
    return ratio(times.apt, times.pbt)


def effectiveness(production: Production) -> float | None:
    """sum(PRI x PQ) / APT, also called performance."""
    return ratio(production.standard_s, production.times.apt)


def quality_ratio(quantities: Quantities) -> float | None:
    """GQ / PQ."""
    return ratio(quantities.gq, quantities.pq)


def oee(production: Production) -> float | None:
    """OEE index = availability x effectiveness x quality = sum(PRI x GQ) / PBT.

    The right-hand form is used: it stays defined (and is 0) when planned time passed and nothing was produced.
    For a pool of products with different PRI it is the form that stays true.
    """
    return ratio(production.standard_good_s, production.times.pbt)


def nee(production: Production) -> float | None:
    """NEE index = AUPT / PBT x effectiveness x quality: as OEE, but set-up is not a loss."""
    share = ratio(production.times.aupt, production.times.pbt)
    speed = effectiveness(production)
    good = quality_ratio(production.quantities)
    return None if share is None or speed is None or good is None else share * speed * good


def allocation_ratio(operations: Iterable[TimeElements]) -> float | None:
    """sum(AUBT) / sum(AOET) over the operations of an order."""
    listed = list(operations)
    return ratio(math.fsum(t.aubt for t in listed), math.fsum(t.aoet for t in listed))


def allocation_efficiency(times: TimeElements) -> float | None:
    """AUBT / PBT."""
    return ratio(times.aubt, times.pbt)


def utilisation_efficiency(times: TimeElements) -> float | None:
    """APT / AUBT."""
    return ratio(times.apt, times.aubt)


def technical_efficiency(times: TimeElements) -> float | None:
    """APT / (APT + ADET)."""
    return ratio(times.apt, times.apt + times.adet)


def setup_ratio(times: TimeElements) -> float | None:
    """AUST / AUPT."""
    return ratio(times.aust, times.aupt)


def production_process_ratio(operations: Iterable[TimeElements], aoet_s: float) -> float | None:
    """sum(APT over the operations of an order) / AOET of the order."""
    return ratio(math.fsum(t.apt for t in operations), aoet_s)


def throughput_rate(production: Production) -> float | None:
    """PQ / AOET, in parts per second."""
    return ratio(production.quantities.pq, production.times.aoet)


def scrap_ratio(quantities: Quantities) -> float | None:
    """SQ / PQ."""
    return ratio(quantities.sq, quantities.pq)


def rework_ratio(quantities: Quantities) -> float | None:
    """RQ / PQ."""
    return ratio(quantities.rq, quantities.pq)


def first_pass_yield(good_at_first_inspection: float, inspected: float) -> float | None:
    """Good parts at their first inspection / inspected parts; a reworked part is not good at its first inspection."""
    return ratio(good_at_first_inspection, inspected)


def mean_time_per_failure(
    times_s: Sequence[float], failures: int, convention: FailureConvention = FailureConvention.ISO_22400
) -> float | None:
    """Sum of times / failures (+ 1 by ISO 22400-2), in seconds: MTBF, MTTF or MTTR by which times are given."""
    if failures < 0:
        raise ValueError("failures must be 0 or more")
    divisor = failures + 1 if convention is FailureConvention.ISO_22400 else failures
    return ratio(math.fsum(times_s), divisor)


def corrective_maintenance_ratio(corrective_s: float, planned_s: float) -> float | None:
    """CMT / (CMT + PMT)."""
    return ratio(corrective_s, corrective_s + planned_s)


def cp(lower: float, upper: float, deviation: float) -> float | None:
    """Process capability (USL - LSL) / 6 s; only of a stable process."""
    return ratio(upper - lower, 6 * deviation)


def cpk(lower: float, upper: float, mean: float, deviation: float) -> float | None:
    """Critical process capability: distance of the mean to the nearer limit / 3 s."""
    return ratio(min(upper - mean, mean - lower), 3 * deviation)


def warnings_of(production: Production) -> tuple[KpiWarning, ...]:
    """What is odd about the inputs; the KPIs are still the plain formulas, nothing is clamped."""
    found: list[KpiWarning] = []
    times, quantities = production.times, production.quantities
    if (speed := effectiveness(production)) is not None and speed > _OVER_ONE:
        found.append(KpiWarning.EFFECTIVENESS_OVER_ONE)
    if (share := availability(times)) is not None and share > _OVER_ONE:
        found.append(KpiWarning.AVAILABILITY_OVER_ONE)
    if quantities.gq > quantities.pq:
        found.append(KpiWarning.GOOD_OVER_PRODUCED)
    if times.pbt > 0 and times.aupt > times.pbt * _OVER_ONE:
        found.append(KpiWarning.OPERATION_OVER_PLAN)
    return tuple(found)


def pool(productions: Sequence[Production]) -> Production:
    """The sum of all numerators and denominators: OEE over machines or shifts is pooled, never averaged.

    ValueError for an empty sequence: there is no KPI of nothing.
    """
    if not productions:
        raise ValueError("nothing to pool")
    times = [p.times for p in productions]
    parts = [p.quantities for p in productions]
    measured = any(t.aoet_measured is not None for t in times)
    return Production(
        times=TimeElements(
            pot=math.fsum(t.pot for t in times),
            planned_down=math.fsum(t.planned_down for t in times),
            apt=math.fsum(t.apt for t in times),
            aust=math.fsum(t.aust for t in times),
            adet=math.fsum(t.adet for t in times),
            adot=math.fsum(t.adot for t in times),
            aoet_measured=math.fsum(t.aoet for t in times) if measured else None,
        ),
        quantities=Quantities(
            pq=math.fsum(q.pq for q in parts),
            gq=math.fsum(q.gq for q in parts),
            sq=math.fsum(q.sq for q in parts),
            rq=math.fsum(q.rq for q in parts),
        ),
        standard_s=math.fsum(p.standard_s for p in productions),
        standard_good_s=math.fsum(p.standard_good_s for p in productions),
    )
