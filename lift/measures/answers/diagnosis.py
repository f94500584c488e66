"""Which part of a wrong KPI is off: the usual slips are computed from the same window and compared."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from lift.core.i18n import N_, Text
from lift.measures.answers.verdict import Tolerance, check_answer
from lift.measures.kpis import ratio
from lift.measures.oee import WindowOee
from lift.measures.units import duration_text

# A slip is recognised within half a percentage point, or half a percent of large values: people round on the way.
_NEAR_POINTS = 0.005
_NEAR_SHARE = 0.005


class Slip(StrEnum):
    """A usual way to get a KPI wrong."""

    AVAILABILITY_LEFT_OUT = "availability_left_out"
    EFFECTIVENESS_LEFT_OUT = "effectiveness_left_out"
    QUALITY_LEFT_OUT = "quality_left_out"
    ONLY_AVAILABILITY = "only_availability"
    ONLY_EFFECTIVENESS = "only_effectiveness"
    ONLY_QUALITY = "only_quality"
    GAVE_OEE = "gave_oee"
    GAVE_LOSS = "gave_loss"
    AVERAGED = "averaged"
    SCRAP_FOR_GOOD = "scrap_for_good"
    GOOD_FOR_ALL = "good_for_all"
    SETUP_AS_RUNNING = "setup_as_running"
    SETUP_NOT_RUNNING = "setup_not_running"
    WINDOW_FOR_PLANNED = "window_for_planned"
    PLANNED_FOR_RUNNING = "planned_for_running"
    COUNTER_FROM_ZERO = "counter_from_zero"
    UPSIDE_DOWN = "upside_down"
    PERCENT_TWICE = "percent_twice"
    PERCENT_MISSED = "percent_missed"
    MINUTES_FOR_SECONDS = "minutes_for_seconds"


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """The slip that explains a wrong answer. `loss`: the ISO name of the part that is off, None for a general slip."""

    slip: Slip
    loss: str | None
    text: Text
    value: float


_TEXTS = {
    Slip.AVAILABILITY_LEFT_OUT: N_(
        "This leaves out the time the machine stood still (%(stopped)s). "
        "Divide by the planned time, not by the running time."
    ),
    Slip.EFFECTIVENESS_LEFT_OUT: N_(
        "This leaves out the speed. Compare the time the parts should have taken with the running time."
    ),
    Slip.QUALITY_LEFT_OUT: N_("This counts all parts. Only good parts count: leave out the bad ones."),
    Slip.ONLY_AVAILABILITY: N_("This is the availability alone. Look at the speed and at the good parts too."),
    Slip.ONLY_EFFECTIVENESS: N_(
        "This is the performance alone. Look at the time stood still and at the good parts too."
    ),
    Slip.ONLY_QUALITY: N_("This is the quality alone. Look at the time stood still and at the speed too."),
    Slip.GAVE_OEE: N_("This is the OEE, all parts multiplied. Here only one part of it is asked."),
    Slip.GAVE_LOSS: N_("This is what was lost. The question asks for what is left: subtract it from one."),
    Slip.AVERAGED: N_("This is the average of the three parts. Multiply them instead."),
    Slip.SCRAP_FOR_GOOD: N_("This counts the bad parts. Count the good ones instead."),
    Slip.GOOD_FOR_ALL: N_(
        "This counts only the good parts. Performance counts all parts, quality takes the bad ones out."
    ),
    Slip.SETUP_AS_RUNNING: N_(
        "This counts the set-up time as running. Here set-up is a loss: count production time only."
    ),
    Slip.SETUP_NOT_RUNNING: N_("This leaves out the set-up time. Here set-up is not a loss."),
    Slip.WINDOW_FOR_PLANNED: N_(
        "This divides by the whole window. Divide by the planned time only: leave out the breaks."
    ),
    Slip.PLANNED_FOR_RUNNING: N_(
        "This divides by the planned time. Performance looks only at the time the machine ran."
    ),
    Slip.COUNTER_FROM_ZERO: N_(
        "This takes the counter as it stands at the end. Take the end minus the start: only parts of this window count."
    ),
    Slip.UPSIDE_DOWN: N_("The fraction is upside down. Swap what is above and below the line."),
    Slip.PERCENT_TWICE: N_("This is a hundred times too small. Type either a fraction or percent, not both at once."),
    Slip.PERCENT_MISSED: N_("This is a hundred times too large. Type either a fraction or percent, not both at once."),
    Slip.MINUTES_FOR_SECONDS: N_("This is off by sixty. Use seconds, or minutes, for all times."),
}
_LOSSES = {
    Slip.AVAILABILITY_LEFT_OUT: "availability",
    Slip.SETUP_AS_RUNNING: "availability",
    Slip.WINDOW_FOR_PLANNED: "availability",
    Slip.EFFECTIVENESS_LEFT_OUT: "effectiveness",
    Slip.PLANNED_FOR_RUNNING: "effectiveness",
    Slip.GOOD_FOR_ALL: "effectiveness",
    Slip.QUALITY_LEFT_OUT: "quality_ratio",
    Slip.SCRAP_FOR_GOOD: "quality_ratio",
}
Candidate = tuple[Slip, float | None]


def diagnose(value: float, facts: WindowOee, kpi: str, tolerance: Tolerance) -> Diagnosis | None:
    """The slip whose result is nearest to the wrong value (a ratio, 0.85); None if it is right or unexplained.

    A slip that would itself be accepted is no explanation: where no part was bad, nobody can have left out quality.
    KeyError for a KPI that `WindowOee.value` does not know.
    """
    exact = facts.value(kpi)
    if exact is None or check_answer(value, exact, tolerance).correct:
        return None
    best: tuple[float, Slip, float] | None = None
    for slip, wrong in _candidates(facts, kpi, exact):
        if wrong is None or check_answer(wrong, exact, tolerance).correct or not _near(value, wrong):
            continue
        # Strictly nearer only: of slips with one result the first named is the commoner.
        if best is None or abs(value - wrong) < best[0] - 1e-12:
            best = (abs(value - wrong), slip, wrong)
    if best is None:
        return None
    _, slip, wrong = best
    text = Text(_TEXTS[slip], {"stopped": duration_text(facts.stopped_s)} if slip is _STOPPED else {})
    return Diagnosis(slip, _LOSSES.get(slip), text, wrong)


_STOPPED = Slip.AVAILABILITY_LEFT_OUT


def _near(value: float, wrong: float) -> bool:
    """Small results are compared by share alone, or everything would look like a hundred times too small."""
    return abs(value - wrong) <= max(min(_NEAR_POINTS, 0.05 * abs(wrong)), _NEAR_SHARE * abs(wrong))


def _candidates(facts: WindowOee, kpi: str, exact: float) -> Iterator[Candidate]:
    """The slips of this KPI, commonest first."""
    if kpi in ("oee", "nee"):
        yield from _of_index(facts, kpi)
    else:
        yield from _of_part(facts, kpi)
    yield Slip.GAVE_LOSS, 1 - exact
    yield Slip.UPSIDE_DOWN, ratio(1, exact)
    yield Slip.PERCENT_TWICE, exact / 100
    yield Slip.PERCENT_MISSED, exact * 100
    yield Slip.MINUTES_FOR_SECONDS, exact / 60
    yield Slip.MINUTES_FOR_SECONDS, exact * 60


def _of_index(facts: WindowOee, kpi: str) -> Iterator[Candidate]:
    a, e, q = facts.availability, facts.effectiveness, facts.quality_ratio
    parts, good, ideal = facts.parts or 0.0, facts.good or 0.0, facts.ideal_s_per_part
    if kpi == "nee":
        a = ratio(facts.running_s + facts.setup_s, facts.planned_s)
    yield Slip.AVAILABILITY_LEFT_OUT, _product(e, q)
    yield Slip.QUALITY_LEFT_OUT, _product(a, e)
    yield Slip.EFFECTIVENESS_LEFT_OUT, _product(a, q)
    yield Slip.ONLY_AVAILABILITY, a
    yield Slip.ONLY_EFFECTIVENESS, e
    yield Slip.ONLY_QUALITY, q
    yield Slip.AVERAGED, None if a is None or e is None or q is None else math.fsum((a, e, q)) / 3
    yield (Slip.SETUP_AS_RUNNING, facts.nee) if kpi == "oee" else (Slip.SETUP_NOT_RUNNING, facts.oee)
    yield Slip.SCRAP_FOR_GOOD, ratio((parts - good) * ideal, facts.planned_s)
    yield Slip.WINDOW_FOR_PLANNED, ratio(good * ideal, facts.end - facts.start)
    if facts.last_good is not None and facts.last_good != good:
        yield Slip.COUNTER_FROM_ZERO, ratio(facts.last_good * ideal, facts.planned_s)


def _of_part(facts: WindowOee, kpi: str) -> Iterator[Candidate]:
    parts, good, ideal = facts.parts or 0.0, facts.good or 0.0, facts.ideal_s_per_part
    if kpi == "availability":
        yield Slip.WINDOW_FOR_PLANNED, ratio(facts.running_s, facts.end - facts.start)
        yield Slip.SETUP_AS_RUNNING, ratio(facts.running_s + facts.setup_s, facts.planned_s)
    if kpi == "effectiveness":
        yield Slip.PLANNED_FOR_RUNNING, ratio(parts * ideal, facts.planned_s)
        yield Slip.GOOD_FOR_ALL, ratio(good * ideal, facts.running_s)
        if facts.last_total is not None and facts.last_total != parts:
            yield Slip.COUNTER_FROM_ZERO, ratio(facts.last_total * ideal, facts.running_s)
    if kpi == "quality_ratio" and facts.last_good is not None and facts.last_good != good:
        yield Slip.COUNTER_FROM_ZERO, ratio(facts.last_good, facts.last_total)
    yield Slip.GAVE_OEE, facts.oee
    only = {
        "availability": Slip.ONLY_AVAILABILITY,
        "effectiveness": Slip.ONLY_EFFECTIVENESS,
        "quality_ratio": Slip.ONLY_QUALITY,
    }
    yield from ((slip, facts.value(other)) for other, slip in only.items() if other != kpi)


def _product(first: float | None, second: float | None) -> float | None:
    return None if first is None or second is None else first * second
