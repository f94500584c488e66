"""Simulators and simulations under /api/v1."""

from __future__ import annotations

from uuid import UUID

from flask import url_for

from lift.core.errors import require_found
from lift.twins.models import SimulationRun
from lift.twins.queries import runs as queries
from lift.twins.schemas import (
    SimulationIn,
    SimulationOut,
    SimulationPage,
    SimulationQuery,
    SimulationRow,
    SimulatorList,
    SimulatorOut,
)
from lift.twins.services import runs
from lift.twins.simulators import registry
from lift.web.api import api_blueprint, cut, decode_cursor, scoped
from lift.web.current import current_actor
from lift.web.idempotency import idempotent

bp = api_blueprint("twins", __name__)


@bp.get("/simulators")
@scoped("simulations:read")
@bp.output(SimulatorList)
def simulators() -> SimulatorList:
    """All models that a simulation can run, with the schema of their parameters."""
    return SimulatorList(items=[SimulatorOut.of(model) for model in registry.listed()])


@bp.get("/simulators/<key>")
@scoped("simulations:read")
@bp.output(SimulatorOut)
def simulator(key: str) -> SimulatorOut:
    """One model."""
    return SimulatorOut.of(queries.simulator_of(key))


@bp.post("/simulations")
@scoped("simulations:write")
@idempotent
@bp.input(SimulationIn)
@bp.output(SimulationOut, status_code=201)
def start_simulation(json_data: SimulationIn) -> tuple[SimulationOut, int, dict[str, str]]:
    """Start a simulation; it is done at once where the same content has been computed before."""
    wanted = json_data
    made = runs.start_run(
        wanted.simulator,
        wanted.parameters,
        actor=current_actor(),
        seed=wanted.seed,
        same_luck_as=wanted.same_luck_as,
    )
    return shown(made), 201, {"Location": url_for("twins_api.simulation", simulation_id=made.id)}


@bp.get("/simulations")
@scoped("simulations:read")
@bp.input(SimulationQuery, location="query")
@bp.output(SimulationPage)
def simulations(query_data: SimulationQuery) -> SimulationPage:
    """Your simulations, newest first, without their results."""
    person_id, before = current_actor().person_id, decode_cursor(query_data.cursor)
    rows = queries.runs_of(person_id, simulator=query_data.simulator or "", before=before, limit=query_data.limit)
    page, following = cut(rows, query_data.limit, lambda row: row.run.id)
    return SimulationPage(items=[SimulationRow.of(row.run) for row in page], next=following)


@bp.get("/simulations/<uuid:simulation_id>")
@scoped("simulations:read")
@bp.output(SimulationOut)
def simulation(simulation_id: UUID) -> SimulationOut:
    """One of your simulations: how far it is, and its result."""
    return shown(require_found(queries.run_of(simulation_id, current_actor().person_id)))


@bp.delete("/simulations/<uuid:simulation_id>")
@scoped("simulations:write")
@bp.output(SimulationOut)
def cancel_simulation(simulation_id: UUID) -> SimulationOut:
    """Ask a simulation to stop. A waiting one is cancelled at once, a running one soon; 409 when it is over."""
    return shown(runs.cancel_run(simulation_id, actor=current_actor()))


def shown(row: SimulationRun) -> SimulationOut:
    """With its result."""
    return SimulationOut.whole(row, queries.result_of(row))
