"""What twins hold of a person: open runs, data for the export, erasure."""

from __future__ import annotations

import pytest

from lift.core.actor import Actor
from lift.core.registry import holders
from lift.twins.enums import RunState
from lift.twins.queries import runs as queries
from tests.factories.people import actor_for, make_company, make_learner
from tests.factories.twins import finished, start

pytestmark = pytest.mark.integration


@pytest.fixture
def learner(database: object) -> Actor:
    return actor_for(make_learner(make_company()))


def test_open_runs_are_held_and_stopped_when_the_person_leaves(learner: Actor) -> None:
    done, waiting = finished(learner), start(learner)
    holder = holders()["twins"]
    assert learner.person_id is not None
    assert [(h.kind, h.id, h.label) for h in holder.holdings(learner.person_id)] == [
        ("simulation", str(waiting.id), "line 2")
    ]
    holder.release(learner.person_id, None)
    assert holder.holdings(learner.person_id) == []
    assert [queries.run_now(run.id).state for run in (done, waiting)] == [RunState.DONE, RunState.CANCELLED]


def test_export_tells_what_was_run(learner: Actor) -> None:
    run = finished(learner, seed=3)
    assert learner.person_id is not None
    data = holders()["twins"].personal_data(learner.person_id)
    assert data["simulations"] == [
        {
            "simulator": "line",
            "number": 1,
            "parameters": run.parameters,
            "seed": 3,
            "state": "done",
            "created": run.created_at.isoformat(),
        }
    ]
    assert data["twin_sessions"] == []


def test_erasure_stops_what_goes_on(learner: Actor) -> None:
    run = start(learner)
    assert learner.person_id is not None
    holders()["twins"].erase(learner.person_id)
    assert queries.run_now(run.id).state == RunState.CANCELLED
