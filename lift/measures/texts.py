"""One sentence for every warning, refusal and reading of the measures; translated where they are shown."""

from __future__ import annotations

from lift.core.i18n import N_
from lift.measures.answers.reading import ReadAs
from lift.measures.kpis import FailureConvention, KpiWarning
from lift.measures.oee import Refusal, WindowWarning
from lift.measures.report import Kpi

# By the values in WindowOee.warnings.
WARNINGS: dict[str, str] = {
    KpiWarning.EFFECTIVENESS_OVER_ONE: N_(
        "The performance is above 100 percent: the ideal time per part is too long. Check it before you trust the OEE."
    ),
    KpiWarning.AVAILABILITY_OVER_ONE: N_(
        "The machine ran longer than was planned. Check the planned time before you trust the OEE."
    ),
    KpiWarning.GOOD_OVER_PRODUCED: N_("More good parts than parts were counted. Check which counter is which."),
    KpiWarning.OPERATION_OVER_PLAN: N_(
        "Running and set-up took longer than was planned. Check the planned time before you trust the OEE."
    ),
    WindowWarning.GAPS: N_(
        "Data is missing in this window. The running time is taken from the seconds that were seen; parts are complete."
    ),
    WindowWarning.COUNTER_RESET: N_(
        "A counter started again in this window. Parts made just before may be missing; choose a window without it."
    ),
    WindowWarning.PARTS_ACROSS_GAPS: N_(
        "Some parts were made while no data came. The counter knows them, so they count."
    ),
    WindowWarning.PARTS_OUTSIDE_PLAN: N_("Some parts were made outside the planned time. They do not count here."),
    WindowWarning.UNKNOWN_STATES: N_("The machine sent a state that we do not know. That time counts as not seen."),
}
REFUSALS: dict[Refusal, str] = {
    Refusal.NO_PLANNED_TIME: N_("No time was planned in this window. Choose a window inside the planned time."),
    Refusal.NO_SAMPLES: N_(
        "There is no usable data in this window. Choose a window in which the machine was connected."
    ),
    Refusal.COVERAGE_TOO_LOW: N_("Too much data is missing or bad in this window. Take another window and try again."),
}
HOW_READ: dict[ReadAs, str] = {
    ReadAs.FRACTION: N_("Read as a fraction of one; comma and point both work."),
    ReadAs.PERCENT: N_("Read as percent; comma and point both work."),
    ReadAs.NUMBER: N_("Read as a number; comma and point both work."),
    ReadAs.CONVERTED: N_("Converted from the unit that you typed; comma and point both work."),
}

# The name that a reader sees, and the formula in the words of ISO 22400-2.
KPIS: dict[Kpi, str] = {
    Kpi.OEE: N_("OEE"),
    Kpi.AVAILABILITY: N_("Availability"),
    Kpi.EFFECTIVENESS: N_("Performance"),
    Kpi.QUALITY_RATIO: N_("Quality"),
    Kpi.NEE: N_("OEE without set-up losses"),
    Kpi.ALLOCATION_RATIO: N_("Busy share of the order time"),
    Kpi.ALLOCATION_EFFICIENCY: N_("Busy share of the planned time"),
    Kpi.UTILISATION_EFFICIENCY: N_("Producing share of the busy time"),
    Kpi.TECHNICAL_EFFICIENCY: N_("Producing share without delays"),
    Kpi.SETUP_RATIO: N_("Set-up share"),
    Kpi.SCRAP_RATIO: N_("Scrap share"),
    Kpi.REWORK_RATIO: N_("Rework share"),
    Kpi.FPY: N_("Right first time"),
    Kpi.THROUGHPUT_RATE: N_("Parts per hour"),
    Kpi.MTBF: N_("Production time per failure (MTBF)"),
    Kpi.MTTR: N_("Down time per failure (MTTR)"),
}
FORMULAS: dict[Kpi, str] = {
    Kpi.OEE: N_("ideal time of the good parts / planned time"),
    Kpi.AVAILABILITY: N_("production time / planned time"),
    Kpi.EFFECTIVENESS: N_("ideal time of all parts / production time"),
    Kpi.QUALITY_RATIO: N_("good parts / all parts"),
    Kpi.NEE: N_("(production + set-up) / planned time × performance × quality"),
    Kpi.ALLOCATION_RATIO: N_("(production + set-up + delay) / (production + set-up + delay + down time)"),
    Kpi.ALLOCATION_EFFICIENCY: N_("(production + set-up + delay) / planned time"),
    Kpi.UTILISATION_EFFICIENCY: N_("production time / (production + set-up + delay)"),
    Kpi.TECHNICAL_EFFICIENCY: N_("production time / (production + delay)"),
    Kpi.SETUP_RATIO: N_("set-up time / (production + set-up)"),
    Kpi.SCRAP_RATIO: N_("scrap parts / all parts"),
    Kpi.REWORK_RATIO: N_("reworked parts / all parts"),
    Kpi.FPY: N_("parts good at their first inspection / all parts"),
    Kpi.THROUGHPUT_RATE: N_("all parts / (production + set-up + delay + down time)"),
    Kpi.MTBF: N_("production time / number of failures"),
    Kpi.MTTR: N_("down time / number of failures"),
}
CONVENTIONS: dict[FailureConvention, str] = {
    FailureConvention.ISO_22400: N_("Divided by the number of failures plus one, as ISO 22400-2 has it."),
    FailureConvention.COMMON: N_("Divided by the number of failures, as most maintenance texts have it."),
}
