"""What the tests of the two lessons share: the modules, their exercises, tables and pictures."""

from __future__ import annotations

import csv
import re
import tomllib
from pathlib import Path
from typing import Any

import lift
from lift.content.folder import read_module
from lift.edge.virtual.program import PROGRAM
from lift.measures import kpis
from lift.twins.simulators.line import LineParameters, LineSimulator
from lift.twins.simulators.line_result import LineResult
from tests.content.arithmetic import plain

SEED = Path(lift.__file__).parent / "seed"
OEE, LINE = "from-counters-to-oee", "where-is-the-bottleneck"
MODULES = {slug: read_module(SEED / "modules" / slug) for slug in (OEE, LINE)}
STEPS = [(slug, step.key) for slug, module in MODULES.items() for step in module.manifest.steps]
START: dict[str, Any] = {"mill_s": 38, "buffer_mill": 3}


def world(name: str) -> dict[str, Any]:
    return tomllib.loads((SEED / name).read_text(encoding="utf-8"))


def column(name: str, of: str) -> set[str]:
    with (SEED / "data" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return {row[of] for row in csv.DictReader(file)}


def exercises(kind: type[Any]) -> dict[str, Any]:
    found = {}
    for module in MODULES.values():
        asked = [*module.manifest.entry, *(each for step in module.manifest.steps for each in step.exercise)]
        found |= {each.key: each for each in asked if isinstance(each, kind)}
    return found


def rows(slug: str, key: str) -> list[list[str]]:
    """Cells of the tables of a step's English text, units gone, without the rules under the heads."""
    lines = [line for line in MODULES[slug].texts[key]["en"].splitlines() if line.startswith("|")]
    cells = [[plain(cell, "en").strip() for cell in line.strip("|").split("|")] for line in lines]
    return [row for row in cells if set("".join(row)) - set("-: ")]


def line_run(seed: int = 1, **changes: Any) -> LineResult:
    parameters = LineParameters(**{**START, **changes})
    return LineSimulator().run(parameters, seed, lambda done, total: None, lambda: False)


def svg_numbers(slug: str, name: str, language: str = "en") -> list[str]:
    """Numbers in the texts of a picture, in the order of drawing."""
    drawn = re.findall(r"<text[^>]*>([^<]*)</text>", MODULES[slug].media[name].decode())
    return [number for text in drawn for number in re.findall(r"\d+(?:\.\d+)?", plain(text, language))]


def production(planned: float, running: float, ideal: float, parts: int, good: int) -> kpis.Production:
    times = kpis.TimeElements(pot=planned, apt=running, adot=planned - running)
    return kpis.Production(times, kpis.Quantities(pq=parts, gq=good, sq=parts - good), parts * ideal, good * ideal)


def cycle(feed: float) -> float:
    """Seconds per part at a feed in %: only the cutting steps follow it."""
    return sum(step.seconds / (feed / 100 if step.cutting else 1) for step in PROGRAM)


def percent(ratio: float | None) -> str:
    assert ratio is not None
    return f"{ratio * 100:.1f} %"
