"""Simulation runs, started by the ordinary verb."""

from __future__ import annotations

from typing import Any

from lift.core.actor import Actor
from lift.twins.models import SimulationRun
from lift.twins.services import runs
from workers import twins as worker

QUICK = {"days": 10}


def start(actor: Actor, **values: Any) -> SimulationRun:
    """A queued run of the line, ten days long unless said otherwise; ``seed`` and ``same_luck_as`` go to the verb."""
    luck = {name: values.pop(name) for name in ("seed", "same_luck_as") if name in values}
    return runs.start_run("line", {**QUICK, **values}, actor=actor, **luck)


def finished(actor: Actor, **values: Any) -> SimulationRun:
    """A run that is done, worked on in this process as the job would."""
    run = start(actor, **values)
    worker.run_simulation(str(run.id))
    return runs.queries.run_now(run.id)
