"""A result as a file: the same figures as the page, with the value of each replication."""

from __future__ import annotations

import csv
import io

from lift.twins.models import SimulationRun
from lift.twins.simulators.base import Result

HEAD = ("run", "simulator", "version", "seed", "figure", "label", "unit", "mean", "half_width_95", "low", "high")


def csv_of(run: SimulationRun, result: Result) -> str:
    """One line a figure, full digits with a point, shares as 0 to 1; missing numbers are empty."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([*HEAD, *(f"value_{n}" for n in range(1, result.replications + 1))])
    for figure in result.figures:
        low, high = figure.interval or (None, None)
        ours = (run.number, result.simulator, result.version, result.seed)
        numbers = (figure.mean, figure.half_width, low, high, *figure.values)
        writer.writerow([*ours, figure.key, figure.label, figure.unit, *numbers])
    return out.getvalue()
