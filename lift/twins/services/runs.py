"""Simulation runs: start, work, cancel, end. A run ends in done, failed or cancelled, whatever happens to its worker.

The worker commits as it goes: each block of days is one short transaction that says how far it is, gives a sign of life
and reads whether somebody asked to stop. Every end goes through ``_end``, a compare-and-swap from an open state, so that
worker, person and clock may all try and exactly one gives the person's place back.
"""

from __future__ import annotations

import hashlib
import json
import secrets
import time
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from lift.core import audit, clock, redis, tallies
from lift.core.actor import Actor
from lift.core.db import after_commit, db, transaction
from lift.core.errors import Invalid, Problem, refuse_if, require, require_found
from lift.core.ids import uuid7
from lift.core.jobs import JobKind, enqueue
from lift.core.locks import lock_rows
from lift.core.tallies import TallyKey
from lift.twins import policy, texts
from lift.twins.enums import OPEN, RunState
from lift.twins.models import SimulationRun
from lift.twins.permissions import can_see_run, can_start_run
from lift.twins.queries import runs as queries
from lift.twins.simulators.base import AnySimulator, Parameters, SimulationCancelled
from lift.twins.simulators.fields import parse

RUN_SIMULATION = JobKind("twins.run_simulation", queue="twins", atomic=False)

Typed = Mapping[str, object]


class _OverLimit(Exception):
    """The run has used up its time."""


def start_run(
    simulator_key: str,
    parameters: Typed,
    *,
    actor: Actor,
    seed: int | None = None,
    same_luck_as: UUID | None = None,
) -> SimulationRun:
    """A new run of the actor, queued; or done at once where the same content has been computed before.

    Left-out parameters keep their defaults. Without seed and ``same_luck_as`` (one of the actor's runs) the luck is new.
    Raises NotFound for an unknown simulator or run, Invalid with a problem per field, Refused at the limit of open runs.
    """
    simulator = queries.simulator_of(simulator_key)
    require(can_start_run(actor), Problem("X18", texts.NO_ORGANISATION, owner="people"))
    with transaction():
        like = require_found(queries.run_of(same_luck_as, actor.person_id)) if same_luck_as else None
        wanted = _parameters(simulator, parameters)
        _refuse_luck(policy.luck_problems(simulator.key, seed, like))
        luck = like.seed if like else secrets.randbelow(1_000_000_000) if seed is None else seed
        return _start(simulator, wanted, luck, actor)


def _parameters(simulator: AnySimulator, typed: Typed) -> Parameters:
    found: Parameters | tuple[Any, ...] = parse(simulator.parameters, typed)
    if isinstance(found, tuple):
        raise Invalid([Problem("X18-input", one.text, owner="twins", field=one.field) for one in found])
    return found


def _refuse_luck(problems: list[Problem]) -> None:
    if problems:
        raise Invalid(problems)


def _start(simulator: AnySimulator, parameters: Parameters, seed: int, actor: Actor) -> SimulationRun:
    """Tallies first; then the row, queued with its job or done with an earlier result."""
    content = content_sha256(simulator, parameters, seed)
    earlier = queries.computed_with(content)
    if earlier is None and not tallies.take(_open_runs(actor.person_id), 1, policy.OPEN_RUNS_PER_PERSON):
        refuse_if(policy.full_problems(simulator.key))
    run = SimulationRun(
        id=uuid7(),
        number=_next_number(actor.person_id, simulator.key),
        simulator=simulator.key,
        version=simulator.version,
        parameters=parameters.model_dump(mode="json"),
        seed=seed,
        content_sha256=content,
        person_id=actor.person_id,
        organisation_id=actor.organisation_id,
        created_at=clock.now(),
    )
    db.session.add(run)
    if earlier is None:
        db.session.flush()
        enqueue(RUN_SIMULATION, run_id=run.id)
    else:
        _reuse(run, earlier)
    after = {"simulator": run.simulator, "number": run.number, "seed": seed}
    audit.record(actor, "twins.run_started", "simulation_run", run.id, after=after)
    return run


def content_sha256(simulator: AnySimulator, parameters: Parameters, seed: int) -> str:
    """What decides every digit of a result."""
    content = [simulator.key, simulator.version, parameters.model_dump(mode="json"), seed]
    return hashlib.sha256(json.dumps(content, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def _reuse(run: SimulationRun, earlier: SimulationRun) -> None:
    """The result of the same content, with the instants at which it was computed."""
    run.state, run.result = RunState.DONE, earlier.result
    run.done_units, run.total_units = earlier.done_units, earlier.total_units
    run.started_at, run.ended_at = earlier.started_at, earlier.ended_at


def _open_runs(person_id: UUID | None) -> TallyKey:
    return TallyKey("twins.open_runs", str(person_id), "open")


def _next_number(person_id: UUID | None, simulator: str) -> int:
    key = TallyKey("twins.run_number", str(person_id), simulator)
    tallies.take(key, 1, None)
    return tallies.count_of(key)


def cancel_run(run_id: UUID, *, actor: Actor) -> SimulationRun:
    """Ask a run to stop: a waiting one is over at once, a running one at the end of its block of days.

    Raises NotFound for somebody else's run, Refused when it is over.
    """
    with transaction():
        found = lock_rows(SimulationRun, [run_id])
        run = require_found(found[0] if found and can_see_run(actor, found[0]) else None)
        refuse_if(policy.cancel_problems(run))
        audit.record(actor, "twins.run_cancelled", "simulation_run", run.id, before={"state": run.state.value})
        run.cancel_asked_at = run.cancel_asked_at or clock.now()
        db.session.flush()
        if run.state == RunState.QUEUED:
            _end(run.id, RunState.CANCELLED, from_states=(RunState.QUEUED,))
    return queries.run_now(run_id)


def run_simulation(run_id: UUID) -> None:
    """Do the work of a queued run, to its end; nothing if somebody else took it or it is over."""
    run = _take(run_id)
    if run is None:
        return
    simulator = queries.simulator_of(run.simulator)
    parameters, seed = queries.parameters_of(run), run.seed
    report = _Report(run_id)
    try:
        result = simulator.run(parameters, seed, report.progress, report.asked_to_stop)
    except SimulationCancelled:
        _end(run_id, RunState.CANCELLED)
    except _OverLimit:
        _end(run_id, RunState.FAILED, error=texts.TOO_LONG)
    except Exception:
        _end(run_id, RunState.FAILED, error=texts.BROKE)
        raise
    else:
        _end(run_id, RunState.DONE, result=result.model_dump(mode="json"))


def _take(run_id: UUID) -> SimulationRun | None:
    """Queued to running; exactly one worker succeeds."""
    now = clock.now()
    with transaction() as session:
        taken = session.execute(
            sa.update(SimulationRun)
            .where(SimulationRun.id == run_id, SimulationRun.state == RunState.QUEUED)
            .values(state=RunState.RUNNING, started_at=now, heartbeat_at=now)
            .returning(SimulationRun.id)
            .execution_options(synchronize_session=False)
        ).scalar_one_or_none()
    return queries.run_now(run_id) if taken else None


class _Report:
    """How far a run is, told after each block; and whether it shall go on."""

    def __init__(self, run_id: UUID) -> None:
        self._run_id = run_id
        self._until = time.monotonic() + policy.HARD_LIMIT / timedelta(seconds=1)
        self._stop = False

    def progress(self, done: int, total: int) -> None:
        """Commit progress and a sign of life, tell live readers. Raises _OverLimit when the time is used up."""
        with transaction() as session:
            row = session.execute(
                sa.update(SimulationRun)
                .where(SimulationRun.id == self._run_id, SimulationRun.state == RunState.RUNNING)
                .values(done_units=done, total_units=total, heartbeat_at=clock.now())
                .returning(SimulationRun.cancel_asked_at)
                .execution_options(synchronize_session=False)
            ).one_or_none()
        # Without a row somebody has ended the run (the clock, when we were silent for too long): work no further.
        self._stop = row is None or row.cancel_asked_at is not None
        redis.publish(channel(self._run_id), "changed", {"done": done, "total": total})
        if time.monotonic() > self._until:
            raise _OverLimit

    def asked_to_stop(self) -> bool:
        """What the last report found."""
        return self._stop


def channel(run_id: UUID) -> str:
    """Where live readers listen."""
    return f"run:{run_id}"


def _end(
    run_id: UUID,
    state: RunState,
    *,
    result: dict[str, Any] | None = None,
    error: str | None = None,
    from_states: tuple[RunState, ...] = OPEN,
) -> bool:
    """Open to over, once, and the person's place given back. False when the run was over already."""
    kept = {} if result is None else {"result": result}
    with transaction() as session:
        person_id = session.execute(
            sa.update(SimulationRun)
            .where(SimulationRun.id == run_id, SimulationRun.state.in_(from_states))
            .values(state=state, error=error, ended_at=clock.now(), **kept)
            .returning(SimulationRun.person_id)
            .execution_options(synchronize_session=False)
        ).scalar_one_or_none()
        if person_id is None:
            return False
        tallies.give_back(_open_runs(person_id), 1)
        after_commit(lambda: _tell_end(run_id, state))
    return True


def _tell_end(run_id: UUID, state: RunState) -> None:
    redis.publish(channel(run_id), "changed", {"state": state.value})
    redis.publish(channel(run_id), "over", {})


def end_lost_runs(now: datetime) -> int:
    """End open runs that nobody works on any more; returns how many. Those who were asked to stop are cancelled."""
    lost = queries.lost_runs(now - policy.SILENCE, now - policy.PATIENCE)
    return sum(_end_lost(run_id) for run_id in lost)


def _end_lost(run_id: UUID) -> bool:
    with transaction():
        run = queries.run_now(run_id)
        if run.cancel_asked_at is not None:
            return _end(run_id, RunState.CANCELLED, from_states=(run.state,))
        error = texts.WORKER_LOST if run.state == RunState.RUNNING else texts.NOBODY_CAME
        return _end(run_id, RunState.FAILED, error=error, from_states=(run.state,))
