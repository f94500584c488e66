"""What twins hold of a person, for leavers, exports and erasure. Runs and sessions are numbers; they name nobody."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from lift.core.actor import SYSTEM
from lift.core.registry import Holder, Holding
from lift.twins.queries import runs as queries
from lift.twins.queries.twin_sessions import sessions_of
from lift.twins.services.runs import cancel_run


def holdings(person_id: UUID) -> list[Holding]:
    """Runs that wait or go on."""
    return [Holding("simulation", str(run.id), f"{run.simulator} {run.number}") for run in queries.open_runs(person_id)]


def release(person_id: UUID, organisation_id: UUID | None) -> None:
    """Ask them to stop: nobody takes over a run."""
    for run in queries.open_runs(person_id):
        if organisation_id in (None, run.organisation_id):
            cancel_run(run.id, actor=SYSTEM)


def personal_data(person_id: UUID) -> dict[str, Any]:
    """What the person ran and tried, without the results, which say nothing of the person."""
    return {
        "simulations": [
            {
                "simulator": run.simulator,
                "number": run.number,
                "parameters": run.parameters,
                "seed": run.seed,
                "state": run.state.value,
                "created": run.created_at.isoformat(),
            }
            for run in queries.all_runs(person_id)
        ],
        "twin_sessions": [
            {"asset": str(kept.asset_id), "began": kept.created_at.isoformat(), "tried": kept.log}
            for kept in sessions_of(person_id)
        ],
    }


def erase(person_id: UUID) -> None:
    """What goes on is stopped; the rest stays under the person's pseudonym."""
    release(person_id, None)


HOLDER = Holder(holdings=holdings, release=release, personal_data=personal_data, erase=erase)
