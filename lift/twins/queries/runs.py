"""Reads of simulation runs: always of one person, so that nobody learns of somebody else's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import defer

from lift.core.db import db
from lift.core.errors import NotFound
from lift.twins.enums import OPEN, RunState
from lift.twins.models import SimulationRun
from lift.twins.simulators import registry
from lift.twins.simulators.base import AnySimulator, Parameters, Result


@dataclass(frozen=True)
class RunRow:
    """A run in a list: name (source text) and mean of its first figure, without the weight of the whole result."""

    run: SimulationRun
    first_label: str | None
    first_mean: float | None


def simulator_of(key: str) -> AnySimulator:
    """The simulator of this key, or NotFound."""
    try:
        return registry.get(key)
    except registry.UnknownSimulator as error:
        raise NotFound from error


def run_of(run_id: UUID | None, person_id: UUID | None) -> SimulationRun | None:
    """The person's own run."""
    return db.session.scalar(sa.select(SimulationRun).filter_by(id=run_id, person_id=person_id))


def run_now(run_id: UUID) -> SimulationRun:
    """The row as it stands in the database at this moment."""
    return db.session.get_one(SimulationRun, run_id, populate_existing=True)


def runs_of(
    person_id: UUID | None, *, simulator: str = "", before: UUID | None = None, limit: int = 20
) -> Sequence[RunRow]:
    """The person's runs, newest first, from below the key ``before``; one more than ``limit``, so that the page sees more."""
    label = SimulationRun.result[("figures", "0", "label")].as_string()
    mean = SimulationRun.result[("figures", "0", "mean")].as_float()
    query = (
        sa.select(SimulationRun, label.label("label"), mean.label("mean"))
        .options(defer(SimulationRun.result))
        .where(SimulationRun.person_id == person_id)
        .order_by(SimulationRun.id.desc())
        .limit(limit + 1)
    )
    if simulator:
        query = query.where(SimulationRun.simulator == simulator)
    if before is not None:
        query = query.where(SimulationRun.id < before)
    return [RunRow(row.SimulationRun, row.label, row.mean) for row in db.session.execute(query)]


def open_runs(person_id: UUID) -> Sequence[SimulationRun]:
    """The person's runs that wait or go on."""
    query = sa.select(SimulationRun).where(SimulationRun.person_id == person_id, SimulationRun.state.in_(OPEN))
    return db.session.scalars(query.order_by(SimulationRun.id)).all()


def all_runs(person_id: UUID) -> Sequence[SimulationRun]:
    """Every run of the person, oldest first, without the weight of the results."""
    query = sa.select(SimulationRun).options(defer(SimulationRun.result)).filter_by(person_id=person_id)
    return db.session.scalars(query.order_by(SimulationRun.id)).all()


def latest_run(person_id: UUID | None, simulator: str) -> SimulationRun | None:
    """The person's newest finished run of this simulator."""
    query = sa.select(SimulationRun).filter_by(person_id=person_id, simulator=simulator, state=RunState.DONE)
    return db.session.scalar(query.order_by(SimulationRun.number.desc()).limit(1))


def run_before(run: SimulationRun) -> SimulationRun | None:
    """The same person's newest finished run of the same simulator before this one."""
    query = sa.select(SimulationRun).filter_by(person_id=run.person_id, simulator=run.simulator, state=RunState.DONE)
    return db.session.scalar(
        query.where(SimulationRun.number < run.number).order_by(SimulationRun.number.desc()).limit(1)
    )


def next_number(person_id: UUID | None, simulator: str) -> int:
    """What the person's next run of this simulator will be called."""
    query = sa.select(sa.func.max(SimulationRun.number)).filter_by(person_id=person_id, simulator=simulator)
    return (db.session.scalar(query) or 0) + 1


def computed_with(content_sha256: str) -> SimulationRun | None:
    """A finished run of anybody with the same content; only its result may be passed on, never whose it is."""
    query = sa.select(SimulationRun).filter_by(content_sha256=content_sha256, state=RunState.DONE)
    return db.session.scalar(query.order_by(SimulationRun.id).limit(1))


def result_of(run: SimulationRun) -> Result | None:
    """The typed result; None unless the run is done."""
    if run.state != RunState.DONE or run.result is None:
        return None
    result: Result = registry.get(run.simulator).result.model_validate(run.result)
    return result


def run_result(run_id: UUID, person_id: UUID) -> Result | None:
    """The result of the person's own run; None when there is no such run, or it is not done."""
    run = run_of(run_id, person_id)
    return result_of(run) if run else None


def parameters_of(run: SimulationRun) -> Parameters:
    """The typed parameters of a run."""
    found: Parameters = registry.get(run.simulator).parameters.model_validate(run.parameters)
    return found


def lost_runs(silent_since: datetime, queued_since: datetime) -> Sequence[UUID]:
    """Open runs that gave no sign since then: running without a heartbeat, queued without a worker."""
    query = sa.select(SimulationRun.id).where(
        SimulationRun.state.in_(OPEN),
        sa.or_(
            sa.and_(SimulationRun.state == RunState.RUNNING, SimulationRun.heartbeat_at < silent_since),
            sa.and_(SimulationRun.state == RunState.QUEUED, SimulationRun.created_at < queued_since),
        ),
    )
    return db.session.scalars(query.order_by(SimulationRun.id)).all()
