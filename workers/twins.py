"""Simulation runs: CPU-heavy, on a queue of their own."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from lift.core import clock, jobs
from lift.twins.services import runs
from workers.ticks import every


@jobs.handler(runs.RUN_SIMULATION)
def run_simulation(run_id: str) -> None:
    """One run, to its end."""
    runs.run_simulation(UUID(run_id))


@every(timedelta(seconds=15), "twins.end_lost_runs")
def end_lost_runs() -> int:
    """Runs whose worker is gone."""
    return runs.end_lost_runs(clock.now())
