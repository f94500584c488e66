"""What is measured on the simulated days of the line, and the result that pages and charts show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lift.core.i18n import N_
from lift.measures.intervals import Change, paired_difference
from lift.twins.simulators.base import Figure, Frozen, Result, figure_of
from lift.twins.simulators.maxplus import Floats, starts

STATIONS = ("saw", "mill", "wash", "measure", "pack")
STATION_NAMES = {
    "saw": N_("Saw"),
    "mill": N_("Mill"),
    "wash": N_("Wash"),
    "measure": N_("Measure"),
    "pack": N_("Pack"),
}
BUSY, STOPPED, BLOCKED, WAITING = "busy", "stopped", "blocked", "waiting"
USES = {BUSY: N_("busy"), STOPPED: N_("stopped"), BLOCKED: N_("blocked"), WAITING: N_("waiting for parts")}
_FIGURES = (
    ("good_per_hour", N_("Good parts per hour"), "parts/h"),
    ("flow_min", N_("Time from saw to pack"), "min"),
    ("parts_in_line", N_("Parts in the line"), "parts"),
)
_MOMENTS = 24
_ROUNDING_S = 1e-6


@dataclass(frozen=True, slots=True)
class DayBlock:
    """Simulated days. Arrays (parts, stations, days) in seconds since the day began; `bad` is (parts, days).

    `work` is processing alone, `service` includes the stops of the mill, `left` are the departures.
    """

    days: range
    day_s: float
    work: Floats
    service: Floats
    left: Floats
    bad: npt.NDArray[np.bool_]


class StationResult(Frozen):
    """How one station spends its day; `buffer_before` is None for the first. The four shares add up to 1."""

    key: str
    name: str
    seconds_per_part: float
    buffer_before: int | None
    busy: Figure
    stopped: Figure
    blocked: Figure
    waiting: Figure


class Bottleneck(Frozen):
    """The station that is most of the day busy or stopped, so least held up by others.

    `clear` is False while the interval of its distance to the runner-up holds zero.
    """

    station: str
    runner_up: str
    clear: bool


class Moment(Frozen):
    """The line at one instant of the last day: parts waiting in each buffer, what each station does."""

    day: int
    at_h: float
    levels: tuple[int, ...]
    uses: tuple[str, ...]
    good_so_far: int


class LineResult(Result):
    """Figures over the days, stations, bottleneck, and moments of the last day (evenly spread over it)."""

    stations: tuple[StationResult, ...]
    buffers: tuple[int, ...]
    bottleneck: Bottleneck
    moments: tuple[Moment, ...]

    @property
    def moment(self) -> Moment:
        """The moment for a still picture: the middle of the day, when the line has filled."""
        return self.moments[len(self.moments) // 2]


def measured_days(block: DayBlock) -> dict[str, Floats]:
    """Per-day values of every figure, each of shape (days,); NaN where a day has none."""
    end, begun = block.day_s, starts(block.left)
    finished = block.left[:, -1] < end
    found = {"good_per_hour": (finished & ~block.bad).sum(axis=0) / (end / 3600)}
    travel = np.where(finished, block.left[:, -1] - begun[:, 0], 0.0).sum(axis=0)
    count = finished.sum(axis=0)
    found["flow_min"] = np.where(count > 0, travel / np.maximum(count, 1) / 60, np.nan)
    inside = np.minimum(block.left[:, -1], end) - np.minimum(begun[:, 0], end)
    found["parts_in_line"] = inside.sum(axis=0) / end
    for use, shares in _shares(block, begun).items():
        found |= {f"{station}_{use}": shares[place] for place, station in enumerate(STATIONS)}
    return found


def _shares(block: DayBlock, begun: Floats) -> dict[str, Floats]:
    """Share of the day per use, each (stations, days). A stop comes after the work on the part that it falls into."""
    end = block.day_s
    begun_in = np.minimum(begun, end)
    done_in = np.minimum(begun + block.service, end)
    attended = done_in - begun_in
    stopped = np.clip(attended - block.work, 0.0, block.service - block.work)
    blocked = np.minimum(block.left, end) - done_in
    shares = {
        BUSY: (attended - stopped).sum(axis=0) / end,
        STOPPED: stopped.sum(axis=0) / end,
        # The rounding of start + service must not show as a microsecond of blocking.
        BLOCKED: np.where(blocked > _ROUNDING_S, blocked, 0.0).sum(axis=0) / end,
    }
    shares[WAITING] = np.maximum(1.0 - sum(shares.values()), 0.0)
    return shares


def result_of(
    days: Mapping[str, Floats],
    last: DayBlock,
    *,
    simulator: str,
    version: str,
    seed: int,
    seconds_per_part: Sequence[float],
    buffers: Sequence[int],
) -> LineResult:
    """Figures with intervals from the per-day values, and moments from the last block."""
    values = {key: [None if np.isnan(v) else float(v) for v in column] for key, column in days.items()}
    head = tuple(figure_of(key, label, unit, values[key]) for key, label, unit in _FIGURES)
    stations = tuple(
        StationResult(
            key=key,
            name=STATION_NAMES[key],
            seconds_per_part=seconds_per_part[place],
            buffer_before=buffers[place - 1] if place else None,
            **{use: figure_of(f"{key}_{use}", label, "share", values[f"{key}_{use}"]) for use, label in USES.items()},
        )
        for place, key in enumerate(STATIONS)
    )
    shares = tuple(figure for s in stations for figure in (s.busy, s.stopped, s.blocked, s.waiting))
    return LineResult(
        simulator=simulator,
        version=version,
        seed=seed,
        replications=len(values["good_per_hour"]),
        figures=head + shares,
        stations=stations,
        buffers=tuple(buffers),
        bottleneck=bottleneck_of(days),
        moments=_moments(last),
    )


def bottleneck_of(days: Mapping[str, Floats]) -> Bottleneck:
    """From per-day shares of busy and stopped."""
    load = {key: days[f"{key}_{BUSY}"] + days[f"{key}_{STOPPED}"] for key in STATIONS}
    first, second, *_ = sorted(STATIONS, key=lambda key: -float(load[key].mean()))
    distance = paired_difference(load[first].tolist(), load[second].tolist())
    return Bottleneck(station=first, runner_up=second, clear=distance.change is Change.MORE)


def _moments(block: DayBlock) -> tuple[Moment, ...]:
    begun = starts(block.left)[:, :, -1]
    left, work, service = block.left[:, :, -1], block.work[:, :, -1], block.service[:, :, -1]
    instants = [(number + 0.5) / _MOMENTS * block.day_s for number in range(_MOMENTS)]
    bad = block.bad[:, -1]
    found = []
    for now in instants:
        gone, taken = (left <= now).sum(axis=0), (begun <= now).sum(axis=0)
        moment = Moment(
            day=block.days[-1] + 1,
            at_h=now / 3600,
            levels=tuple(int(level) for level in gone[:-1] - taken[1:]),
            uses=tuple(_use_at(now, begun[:, j], work[:, j], service[:, j], int(gone[j])) for j in range(len(gone))),
            good_so_far=int(((left[:, -1] <= now) & ~bad).sum()),
        )
        found.append(moment)
    return tuple(found)


def _use_at(now: float, begun: Floats, work: Floats, service: Floats, part: int) -> str:
    """What a station does; `part` is the first one that has not left it."""
    if part == begun.size or begun[part] > now:
        return WAITING
    if now < begun[part] + work[part]:
        return BUSY
    return STOPPED if now < begun[part] + service[part] else BLOCKED
