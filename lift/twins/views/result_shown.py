"""A result as the template shows it: the line, dots with whiskers, shares of the day, side by side; numbers as texts."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from lift.measures.intervals import Change
from lift.twins.simulators.base import Comparison, Figure, Result, compare
from lift.twins.simulators.job_shop_result import MACHINE_NAMES
from lift.twins.simulators.line_result import STATION_NAMES, USES, LineResult, StationResult
from lift.twins.views.form_shown import unit_words
from lift.web.i18n import decimal, say
from lift.web.i18n import gettext as _

PLACES = {**STATION_NAMES, **MACHINE_NAMES}
"""Stations and machines whose shares are figures; a figure's key begins with one of them."""
BETTER = {
    "good_per_hour": Change.MORE,
    "flow_min": Change.LESS,
    "makespan": Change.LESS,
    "late_jobs": Change.LESS,
    "late_min": Change.LESS,
    "reach_min": Change.LESS,
    "overshoot_k": Change.LESS,
    "away_k": Change.LESS,
    "in_band": Change.MORE,
    "energy_kwh": Change.LESS,
}
BETTER_USES = {"blocked": Change.LESS, "stopped": Change.LESS}
PANELS = 2  # figures that get a chart of their own
STRIKING = 2  # further shares in the short table: those that changed most


@dataclass(frozen=True)
class Side:
    """A run with its result: the one that is shown, or the one it is compared with."""

    number: int
    result: Result

    @property
    def name(self) -> str:
        """ "Run 7"."""
        return str(_("Run %(number)s", number=self.number))


@dataclass(frozen=True)
class Row:
    """One line of the table side by side."""

    label: str
    old: str
    new: str
    change: str
    tone: str


def figure_text(figure: Figure, beside: Figure | None = None) -> str:
    """ "84.6 ± 1.9", "93 ± 2 %"; as many digits as the one ``beside`` it needs; a dash where no day gave a value."""
    if figure.mean is None:
        return "–"
    decimals = _decimals(figure, beside)
    mean = number(figure.mean * _factor(figure), decimals)
    half = "" if figure.half_width is None else f" ± {number(figure.half_width * _factor(figure), decimals)}"
    return f"{mean}{half}{' %' if figure.unit == 'share' else ''}"


def number(value: float, decimals: int) -> str:
    """In the reader's language."""
    return str(decimal(round(value, decimals), f"#,##0.{'0' * decimals}" if decimals else "#,##0"))


def _factor(figure: Figure | Comparison) -> float:
    return 100.0 if figure.unit == "share" else 1.0


def _decimals(*figures: Figure | None) -> int:
    """Whole percents, tenths of everything else; one digit more where an interval would read as nothing."""
    known = [figure for figure in figures if figure is not None]
    usual = 0 if known[0].unit == "share" else 1
    halves = [(figure.half_width or 0.0) * _factor(figure) for figure in known]
    return usual + any(0 < half < 0.5 * 10**-usual for half in halves)


def label_of(figure: Figure | Comparison) -> str:
    """ "Good parts per hour, parts per hour"; of a share "Mill: busy"."""
    station, _use, use = figure.key.rpartition("_")
    if station in PLACES and use in USES:
        return f"{say(PLACES[station])}: {say(figure.label)}"
    return say(figure.label)


# ---- dot and whisker


def panels(shown: Side, against: Side | None) -> list[dict[str, Any]]:
    """The simulator's first figures, each with its chart and a chip for the difference."""
    changes = {one.key: one for one in _compared(shown, against)}
    return [
        {
            "title": label_of(figure),
            "unit": _axis_unit(figure.unit),
            "chip": _chip(changes.get(figure.key), against),
            **_chart(figure, shown, against),
        }
        for figure in shown.result.figures[:PANELS]
    ]


def _chart(figure: Figure, shown: Side, against: Side | None) -> dict[str, Any]:
    old = against.result.figure(figure.key) if against else None
    dots = [_dot(shown.name, figure, old, strong=True)]
    if against and old:
        dots.insert(0, _dot(against.name, old, figure, strong=False))
    rows = [dot for dot in dots if dot is not None]
    if not rows:
        return {"rows": [], "low": 0, "high": 0, "ticks": []}
    low, high, ticks = axis([row["low"] for row in rows], [row["high"] for row in rows])
    return {"rows": rows, "low": low, "high": high, "ticks": ticks}


def _dot(label: str, figure: Figure, beside: Figure | None, *, strong: bool) -> dict[str, Any] | None:
    if figure.mean is None:
        return None
    low, high = figure.interval or (figure.mean, figure.mean)
    points = {"mean": figure.mean, "low": low, "high": high}
    cells = [number(value, 2) for value in points.values()]
    return {"label": label, "text": figure_text(figure, beside), "strong": strong, "cells": cells, **points}


def _axis_unit(unit: str) -> str:
    """Short enough to stand at the end of an axis."""
    return str(_("per h")) if unit == "parts/h" else unit_words(unit)


def axis(lows: Sequence[float], highs: Sequence[float]) -> tuple[float, float, list[float]]:
    """From, to and round marks of an axis that holds all intervals with some air."""
    low, high = min(lows), max(highs)
    air = (high - low) * 0.15 or abs(high) * 0.05 or 1.0
    low, high = low - air, high + air
    step = 10.0 ** math.floor(math.log10((high - low) / 4))
    step = next(step * n for n in (1, 2, 5, 10) if (high - low) / (step * n) <= 4)
    first = math.ceil(low / step)
    marks = [round(n * step, 6) for n in range(first, math.floor(high / step) + 1)]
    return low, high, [int(mark) if float(mark).is_integer() else mark for mark in marks]


def _chip(change: Comparison | None, against: Side | None) -> tuple[str, str] | None:
    if change is None or against is None or change.difference is None:
        return None
    if change.change is Change.UNCLEAR:
        return str(_("no clear difference")), "off"
    size = number(abs(change.difference) * _factor(change), _decimals(change.new, change.old))
    words = {"size": size, "run": against.number}
    more = change.change is Change.MORE
    text = _("%(size)s more than run %(run)s", **words) if more else _("%(size)s less than run %(run)s", **words)
    return str(text), _tone(change)


def _tone(change: Comparison) -> str:
    """Good or attention where one direction is better; else no colour."""
    wanted = BETTER.get(change.key) or BETTER_USES.get(change.key.rpartition("_")[2])
    if wanted is None or change.change is Change.UNCLEAR:
        return ""
    return "good" if change.change is wanted else "att"


# ---- side by side


def _compared(shown: Side, against: Side | None) -> tuple[Comparison, ...]:
    return compare(shown.result, against.result) if against else ()


def all_rows(shown: Side, against: Side | None) -> list[Row]:
    """Every figure."""
    if against is None:
        return [Row(label_of(figure), "", figure_text(figure), "", "") for figure in shown.result.figures]
    return [_row(change) for change in _compared(shown, against)]


def short_rows(shown: Side, against: Side | None) -> list[Row]:
    """The figures of the whole, the bottleneck, and the shares that changed most."""
    keys = _short_keys(shown, against)
    figures = [figure.key for figure in shown.result.figures]
    rows = dict(zip(figures, all_rows(shown, against), strict=False))
    return [rows[key] for key in keys if key in rows]


def _short_keys(shown: Side, against: Side | None) -> list[str]:
    keys = [figure.key for figure in shown.result.figures if figure.unit != "share"]
    for side in (shown, against):
        if side and isinstance(side.result, LineResult):
            keys.append(f"{side.result.bottleneck.station}_busy")
    shares = [c for c in _compared(shown, against) if c.unit == "share" and c.change is not Change.UNCLEAR]
    shares = [c for c in shares if c.key not in keys and c.key.rpartition("_")[2] in BETTER_USES]
    striking = sorted(shares, key=lambda c: -abs(c.difference or 0.0))[:STRIKING]
    return list(dict.fromkeys([*keys, *(c.key for c in striking)]))


def _row(change: Comparison) -> Row:
    old, new = figure_text(change.old, change.new), figure_text(change.new, change.old)
    return Row(label_of(change), old, new, _change_text(change), _tone(change))


def _change_text(change: Comparison) -> str:
    if change.change is Change.UNCLEAR or change.difference is None:
        return str(_("unclear"))
    size = number(abs(change.difference) * _factor(change), _decimals(change.new, change.old))
    return f"{'+' if change.difference > 0 else '−'}{size}"


# ---- the line


def percent(figure: Figure) -> int:
    """A share as whole percent."""
    return round((figure.mean or 0.0) * 100)


def line(result: LineResult) -> dict[str, Any]:
    """Stations and buffers at a moment of the last day, with the bottleneck marked."""
    moment = result.moment
    return {
        "day": moment.day,
        "at": number(moment.at_h, 1),
        "word": _("bottleneck") if result.bottleneck.clear else _("probably the bottleneck"),
        "told": _told(result),
        "stations": [
            {
                "name": say(station.name),
                "seconds": number(station.seconds_per_part, 0 if station.seconds_per_part.is_integer() else 1),
                "busy": percent(station.busy),
                "bottleneck": station.key == result.bottleneck.station,
                "size": station.buffer_before,
                "level": moment.levels[place - 1] if place else None,
            }
            for place, station in enumerate(result.stations)
        ],
    }


def _told(result: LineResult) -> str:
    names = {station.key: say(station.name) for station in result.stations}
    first, second = names[result.bottleneck.station], names[result.bottleneck.runner_up]
    if result.bottleneck.clear:
        return str(_("%(station)s limits the line: it is the least held up by the others.", station=first))
    return str(
        _("%(first)s and %(second)s are about equally loaded; more days would tell.", first=first, second=second)
    )


def shares(result: LineResult) -> list[dict[str, Any]]:
    """How each station spends its day, in percent: busy, blocked or stopped, waiting."""
    return [
        {
            "label": say(station.name),
            "parts": [round(part * 100, 1) for part in _parts(station)],
            "strong": station.key == result.bottleneck.station,
        }
        for station in result.stations
    ]


def _parts(station: StationResult) -> tuple[float, float, float]:
    busy, stopped, blocked, waiting = (
        figure.mean or 0.0 for figure in (station.busy, station.stopped, station.blocked, station.waiting)
    )
    return busy, stopped + blocked, waiting
