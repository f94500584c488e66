"""The line twin: five stations in a row, buffers between them, a mill that stops."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np
from pydantic import Field
from pydantic.config import JsonDict

from lift.core.i18n import N_
from lift.twins.simulators import luck
from lift.twins.simulators.base import Cancelled, Parameters, Progress, SimulationCancelled, Simulator
from lift.twins.simulators.line_result import STATIONS, DayBlock, LineResult, measured_days, result_of
from lift.twins.simulators.luck import Floats
from lift.twins.simulators.maxplus import departures

MILL = STATIONS.index("mill")
_REPORTS = 15  # how often a run says how far it is: each block of days costs the same, however few days it holds


def _seconds(default: float, title: str) -> Any:
    extra: JsonDict = {"unit": "s", "group": "times", "step": 1}
    return Field(default, ge=10, le=60, title=title, json_schema_extra=extra)


def _places(default: int, title: str) -> Any:
    return Field(default, ge=0, le=20, title=title, json_schema_extra={"unit": "parts", "group": "buffers"})


def _run(unit: str) -> JsonDict:
    return {"group": "run", "unit": unit}


class LineParameters(Parameters):
    """What can be changed on the line."""

    saw_s: float = _seconds(22, N_("Time per part, saw"))
    mill_s: float = _seconds(31, N_("Time per part, mill"))
    wash_s: float = _seconds(18, N_("Time per part, wash"))
    measure_s: float = _seconds(24, N_("Time per part, measure"))
    pack_s: float = _seconds(15, N_("Time per part, pack"))
    buffer_mill: int = _places(6, N_("Buffer before the mill"))
    buffer_wash: int = _places(8, N_("Buffer before the wash"))
    buffer_measure: int = _places(8, N_("Buffer before the measuring station"))
    buffer_pack: int = _places(8, N_("Buffer before the packing station"))
    mill_every_min: float = Field(
        95,
        ge=10,
        le=600,
        title=N_("Mill stops, on average every"),
        description=N_("Counted in minutes of milling: a mill that waits does not stop."),
        json_schema_extra={"unit": "min", "group": "stops", "step": 5},
    )
    mill_stop_min: float = Field(
        6, ge=1, le=60, title=N_("A stop lasts about"), json_schema_extra={"unit": "min", "group": "stops", "step": 1}
    )
    spread_percent: float = Field(
        15,
        ge=0,
        le=50,
        title=N_("Spread of the times"),
        description=N_("How much the time per part differs from part to part."),
        json_schema_extra={"unit": "%", "group": "times", "step": 1},
    )
    bad_percent: float = Field(
        2,
        ge=0,
        le=20,
        title=N_("Bad parts"),
        description=N_("Found at the measuring station; they travel on and are set aside at the end."),
        json_schema_extra={"unit": "%", "group": "stops", "step": 0.5},
    )
    day_hours: Literal[8, 16, 24] = Field(8, title=N_("Length of a day"), json_schema_extra=_run(unit="h"))
    days: int = Field(30, ge=10, le=200, title=N_("Days to simulate"), json_schema_extra=_run(unit="days"))

    @property
    def seconds_per_part(self) -> tuple[float, ...]:
        return (self.saw_s, self.mill_s, self.wash_s, self.measure_s, self.pack_s)

    @property
    def buffers(self) -> tuple[int, ...]:
        return (self.buffer_mill, self.buffer_wash, self.buffer_measure, self.buffer_pack)

    @property
    def day_s(self) -> float:
        return self.day_hours * 3600.0


@dataclass(frozen=True, slots=True)
class Draw:
    """A block of days in seconds: work is (parts, stations, days), stops of the mill (parts, days)."""

    work: Floats
    stopped: Floats


def drawn(parameters: LineParameters, seed: int, days: range, parts: int) -> Draw:
    """Service times of the first `parts` parts of each day."""
    work = np.empty((parts, len(STATIONS), len(days)))
    stopped = np.empty((parts, len(days)))
    spread = parameters.spread_percent / 100
    for place, day in enumerate(days):
        for station, seconds in enumerate(parameters.seconds_per_part):
            work[:, station, place] = seconds * luck.work_factors(seed, day, station, parts, spread)
        stopped[:, place] = _mill_stops(parameters, seed, day, work[:, MILL, place])
    return Draw(work, stopped)


def _mill_stops(parameters: LineParameters, seed: int, day: int, work: Floats) -> Floats:
    """Seconds of stop that each part meets at the mill, shape (parts,). Operation-dependent: the clock is its work."""
    clock = np.cumsum(work)
    moments, lengths = luck.stops(
        seed, day, parameters.mill_every_min * 60, parameters.mill_stop_min * 60, float(clock[-1])
    )
    part = np.searchsorted(clock, moments, side="right")
    return np.bincount(part, weights=lengths, minlength=work.size)[: work.size].astype(np.float64)


def simulate_days(parameters: LineParameters, seed: int, days: range) -> DayBlock:
    """All times of these days, with as many parts as a day can see; the digits do not depend on how many."""
    parts = _parts_of_a_day(parameters)
    while True:
        draw = drawn(parameters, seed, days, parts)
        service = draw.work.copy()
        service[:, MILL] += draw.stopped
        left = departures(service, parameters.buffers)
        # Enough parts: the saw could not have begun another one before the day ended.
        if float(left[-1, 0].min()) >= parameters.day_s:
            break
        parts = parts * 3 // 2
    bad = np.stack([luck.is_bad(seed, day, parts, parameters.bad_percent / 100) for day in days], axis=1)
    return DayBlock(days=days, day_s=parameters.day_s, work=draw.work, service=service, left=left, bad=bad)


def _parts_of_a_day(parameters: LineParameters) -> int:
    """A first guess: what the slowest station can make, what the line can hold, and some luck."""
    inside = sum(parameters.buffers) + len(STATIONS)
    return int(parameters.day_s / max(parameters.seconds_per_part) * 1.05) + inside + 20


def _blocks(days: int) -> Iterator[range]:
    size = -(-days // _REPORTS)
    for first in range(0, days, size):
        yield range(first, min(first + size, days))


class LineSimulator(Simulator[LineParameters, LineResult]):
    """Serial line with finite buffers, blocking after service and operation-dependent stops of the mill."""

    key: ClassVar[str] = "line"
    version: ClassVar[str] = "1.0"
    title: ClassVar[str] = N_("What if the line were different?")
    summary: ClassVar[str] = N_("You change numbers, the computer copy of the line runs whole days. No machine moves.")
    assumptions: ClassVar[tuple[str, ...]] = (
        N_("Each day begins with an empty line, and the saw always finds material."),
        N_(
            "A finished part stays in its station until the next buffer has a place; until then the station is blocked."
        ),
        N_("The mill stops only while it works, and repairs the stop at the end of the part in work."),
        N_("Distances between stops and their lengths are exponential; the times per part are log-normal."),
        N_("Bad parts pass the whole line and are taken out after packing."),
        N_("The interval is Student's t over the days: in 95 of 100 such studies the true average lies in it."),
    )
    unit_of_progress: ClassVar[str] = N_("days")
    parameters = LineParameters
    result = LineResult

    def run(self, parameters: LineParameters, seed: int, progress: Progress, cancelled: Cancelled) -> LineResult:
        """Each day is one independent replication."""
        collected: list[Mapping[str, Floats]] = []
        block: DayBlock | None = None
        progress(0, parameters.days)
        for days in _blocks(parameters.days):
            if cancelled():
                raise SimulationCancelled(days.start, parameters.days)
            block = simulate_days(parameters, seed, days)
            collected.append(measured_days(block))
            progress(days.stop, parameters.days)
        assert block is not None, "at least ten days are simulated"
        days_together = {key: np.concatenate([part[key] for part in collected]) for key in collected[0]}
        return result_of(
            days_together,
            block,
            simulator=self.key,
            version=self.version,
            seed=seed,
            seconds_per_part=parameters.seconds_per_part,
            buffers=parameters.buffers,
        )
