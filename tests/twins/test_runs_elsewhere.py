"""A run worked on by another process: cancelled from here, killed; and the limit of open runs under several processes."""

from __future__ import annotations

import multiprocessing
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from unittest.mock import patch
from uuid import UUID

import pytest
from apiflask import APIFlask
from sqlalchemy.dialects.postgresql import insert

from lift.core import clock, tallies
from lift.core.actor import Actor
from lift.core.db import db
from lift.core.errors import Refused
from lift.core.models import Tally
from lift.twins import policy, texts
from lift.twins.enums import RunState
from lift.twins.models import SimulationRun
from lift.twins.queries import runs as queries
from lift.twins.services import runs
from tests.factories.people import actor_for, make_company, make_learner
from tests.factories.twins import start
from tests.racing import race
from workers import TICKS, twins

pytestmark = [pytest.mark.integration, pytest.mark.race]

LONG = {"days": 200, "day_hours": 24}
FORK = multiprocessing.get_context("fork")
RIVALS = 6

_actor: Actor | None = None


def work(app: APIFlask, run_id: str) -> None:
    """The other process: what the Celery worker calls, on connections of its own."""
    with app.app_context():
        db.engine.dispose(close=False)
        db.session.registry.clear()
        twins.run_simulation(run_id)


def wait_until(run_id: UUID, condition: Callable[[SimulationRun], bool], seconds: float = 60.0) -> SimulationRun:
    until = time.monotonic() + seconds
    while not condition(run := queries.run_now(run_id)):
        db.session.rollback()
        assert time.monotonic() < until, f"still {run.state}, {run.done_units} of {run.total_units}"
        time.sleep(0.02)
    return run


@pytest.fixture
def learner(committed: APIFlask) -> Iterator[Actor]:
    with committed.app_context():
        yield actor_for(make_learner(make_company()))


def started_elsewhere(app: APIFlask, learner: Actor) -> tuple[SimulationRun, Any]:
    run_id = start(learner, **LONG).id
    db.session.remove()
    other = FORK.Process(target=work, args=(app, str(run_id)))
    other.start()
    return wait_until(run_id, lambda row: row.done_units > 0), other


def test_run_in_another_process_shows_progress_and_is_cancelled_from_here(committed: APIFlask, learner: Actor) -> None:
    run, other = started_elsewhere(committed, learner)
    asked = runs.cancel_run(run.id, actor=learner)
    assert (asked.state, asked.cancel_asked_at is not None) == (RunState.RUNNING, True)
    over = wait_until(run.id, lambda row: not row.is_open)
    other.join(timeout=30)
    assert (over.state, over.result, other.exitcode) == (RunState.CANCELLED, None, 0)
    assert 0 < over.done_units < over.total_units == 200


def test_run_whose_process_is_killed_fails_by_the_tick(committed: APIFlask, learner: Actor) -> None:
    run, other = started_elsewhere(committed, learner)
    other.kill()
    other.join(timeout=30)
    assert "twins.end_lost_runs" in TICKS
    assert runs.end_lost_runs(clock.now()) == 0
    assert runs.end_lost_runs(clock.now() + policy.SILENCE + timedelta(seconds=1)) == 1
    lost = queries.run_now(run.id)
    assert (lost.state, lost.error) == (RunState.FAILED, texts.WORKER_LOST)


def begin(_number: int) -> str:
    """One rival: another tab of the same person."""
    assert _actor is not None
    try:
        start(_actor)
    except Refused:
        return "refused"
    return "started"


def take_without_holding(key: tallies.TallyKey, n: int, limit: int | None) -> bool:
    """The control: count, wait a moment, then write; nothing is held in between."""
    if limit is None:
        return tallies_take(key, n, limit)
    count = tallies.count_of(key)
    time.sleep(0.3)
    row = {"what": key.what, "whom": key.whom, "window": key.window}
    written = insert(Tally).values(**row, count=count + n)
    db.session.execute(written.on_conflict_do_update(index_elements=list(row), set_={"count": count + n}))
    return count + n <= limit


tallies_take = tallies.take


def outcomes(app: APIFlask, learner: Actor) -> Counter[str]:
    """What becomes of six starts at once; the rivals are forked, so they find the actor where this process put it."""
    global _actor
    _actor = learner
    db.session.remove()
    return Counter(race(app, begin, RIVALS))


def test_limit_of_open_runs_holds_under_parallel_starts(committed: APIFlask, learner: Actor) -> None:
    assert outcomes(committed, learner) == {"started": policy.OPEN_RUNS_PER_PERSON, "refused": 3}


def test_limit_of_open_runs_breaks_without_the_held_tally(committed: APIFlask, learner: Actor) -> None:
    with patch.object(tallies, "take", take_without_holding):
        assert outcomes(committed, learner)["started"] > policy.OPEN_RUNS_PER_PERSON
