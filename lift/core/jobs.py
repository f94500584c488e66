"""The outbox: work that must happen because something was committed.

A job row is written in the transaction of the change (``enqueue``), handed to Celery right after the commit, and set
done by the worker. The relay re-sends ``new`` rows after 2 s and ``sent`` rows past their kind's deadline, so a flushed
or dead Redis loses nothing; therefore every job works by state and may run twice.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from lift.core import clock
from lift.core.context import on_behalf_of, request_id
from lift.core.db import after_commit, db, transaction
from lift.core.enums import JobState
from lift.core.models import Job

log = logging.getLogger(__name__)

RESEND_NEW_AFTER = timedelta(seconds=2)
OPEN = (JobState.NEW, JobState.SENT)


@dataclass(frozen=True)
class JobKind:
    """A kind of work: its queue, how long a sent job may stay unanswered, how often it is tried."""

    name: str
    queue: str = "default"
    deadline: timedelta = timedelta(minutes=2)
    attempts: int = 5
    atomic: bool = True  # effect and "done" in one transaction; False for long runs that report progress

    def __post_init__(self) -> None:
        known = KINDS.setdefault(self.name, self)
        if known is not self and known != self:
            raise ValueError(f"two kinds of job are called {self.name}")


KINDS: dict[str, JobKind] = {}
HANDLERS: dict[str, Callable[..., None]] = {}


class Sender(Protocol):
    """Hands (name, job id, queue) to the broker. Raises ConnectionError when there is none."""

    def __call__(self, name: str, job_id: int, queue: str) -> None: ...


def _nowhere(name: str, job_id: int, queue: str) -> None:
    """Without a broker jobs stay ``new``; tests drain them with ``run_due``."""
    raise ConnectionError("no broker was set")


_sender: Sender = _nowhere


def use_sender(sender: Sender) -> None:
    """Set by the app at start (Celery), left alone by tests."""
    global _sender
    _sender = sender


def enqueue(
    kind: JobKind | str, *, due_at: datetime | None = None, once_key: str | None = None, **arguments: Any
) -> None:
    """Write an outbox row in the present transaction; with ``once_key`` a second one is silently left out.

    Arguments are JSON values, UUIDs and aware instants.
    """
    name = kind if isinstance(kind, str) else kind.name
    if name not in KINDS:
        raise ValueError(f"{name} is not a known kind of job")
    values: dict[str, Any] = {
        "kind": name,
        "arguments": json.loads(json.dumps(arguments, default=_plain)),
        "state": JobState.NEW,
        "once_key": once_key,
        "attempts": 0,
        "request_id": request_id(),
    }
    if due_at is not None:
        values["due_at"] = due_at
    statement = insert(Job).values(**values).on_conflict_do_nothing(index_elements=["once_key"]).returning(Job.id)
    job_id = db.session.execute(statement).scalar_one_or_none()
    if job_id is not None and (due_at is None or due_at <= clock.now()):
        _send_later(job_id, name)


def _send_later(job_id: int, kind: str) -> None:
    after_commit(lambda: _send_now(job_id, kind))


def _send_now(job_id: int, kind: str) -> None:
    send(job_id, kind)


def send(job_id: int, kind: str) -> bool:
    """Hand one job to the broker and mark it sent. False when the broker is away (the relay tries again).

    A worker may be quicker than the mark: the job is then left as the worker leaves it.
    """
    try:
        _sender(kind, job_id, KINDS[kind].queue)
    except ConnectionError as error:
        log.warning("job %s (%s) not sent: %s", job_id, kind, error)
        return False
    with transaction() as session:
        _move(session, sa.and_(Job.id == job_id, Job.state == JobState.NEW), state=JobState.SENT, sent_at=clock.now())
    return True


def relay(now: datetime, limit: int = 500) -> int:
    """Send again what was never sent, and what was sent but not answered in time. Returns how many left."""
    stale = sa.or_(
        *(
            sa.and_(Job.kind == k.name, Job.state == JobState.SENT, Job.sent_at < now - k.deadline)
            for k in KINDS.values()
        )
    )
    fresh = sa.and_(Job.state == JobState.NEW, Job.due_at <= now, Job.created_at <= now - RESEND_NEW_AFTER)
    with transaction() as session:
        rows = _move(session, sa.or_(fresh, stale), limit, state=JobState.NEW, sent_at=None)
    return sum(send(job_id, kind) for job_id, kind in rows if kind in KINDS)


def _move(
    session: Session, which: sa.ColumnElement[bool], limit: int | None = None, **values: Any
) -> list[tuple[int, str]]:
    """Change open jobs, oldest first; returns id and kind of each.

    A job whose row a worker holds is being done right now: it is passed over, neither waited for nor overwritten.
    """
    free = sa.select(Job.id).where(which, Job.state.in_(OPEN)).order_by(Job.id).limit(limit)
    mine = free.with_for_update(skip_locked=True, key_share=True).cte("mine")
    change = sa.update(Job).where(Job.id == mine.c.id, Job.state.in_(OPEN)).values(**values)
    rows = session.execute(change.returning(Job.id, Job.kind), execution_options={"synchronize_session": False})
    return sorted((row.id, row.kind) for row in rows)


def handler(kind: JobKind) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Register the function that does this kind of work (used by ``workers``)."""

    def register(function: Callable[..., None]) -> Callable[..., None]:
        HANDLERS[kind.name] = function
        return function

    return register


def run(job_id: int) -> JobState | None:
    """Do one job for the request that caused it. None when it is already over, or somebody else ended it meanwhile.

    A failure counts; after the last attempt the job is ``failed``.
    """
    query = sa.select(Job.kind, Job.arguments, Job.state, Job.request_id).where(Job.id == job_id)
    row = db.session.execute(query).one_or_none()
    db.session.commit()
    if row is None or row.state not in OPEN:
        return None
    with on_behalf_of(row.request_id or f"job-{job_id}"):
        return _run(job_id, KINDS[row.kind], row.arguments)


def _run(job_id: int, kind: JobKind, arguments: dict[str, Any]) -> JobState | None:
    try:
        if kind.atomic:
            with transaction():
                if not _take(job_id):
                    return None
                HANDLERS[kind.name](**arguments)
        else:
            HANDLERS[kind.name](**arguments)
            with transaction():
                _take(job_id)
    except Exception as error:
        log.exception("job %s (%s) failed", job_id, kind.name)
        return _count_failure(job_id, kind, error)
    return JobState.DONE


def _take(job_id: int) -> bool:
    """Compare-and-swap to done; rolled back with the effect if the handler fails."""
    result = db.session.execute(
        sa.update(Job)
        .where(Job.id == job_id, Job.state.in_(OPEN))
        .values(state=JobState.DONE, done_at=clock.now(), error=None)
        .returning(Job.id)
        .execution_options(synchronize_session=False)
    )
    return result.scalar_one_or_none() is not None


def _count_failure(job_id: int, kind: JobKind, error: Exception) -> JobState | None:
    """None when another copy of the job was done meanwhile: its success stands."""
    query = sa.select(Job).where(Job.id == job_id, Job.state.in_(OPEN)).with_for_update(key_share=True)
    with transaction() as session:
        job = session.scalar(query, execution_options={"populate_existing": True})
        if job is None:
            return None
        job.attempts += 1
        job.error = f"{type(error).__name__}: {error}"[:2000]
        if job.attempts >= kind.attempts:
            job.state = JobState.FAILED
        else:
            job.state = JobState.NEW
            job.due_at = clock.now() + timedelta(seconds=2**job.attempts)
        return job.state


def run_due(now: datetime | None = None, limit: int = 1000) -> int:
    """Drain the outbox in this process, in order, including jobs that jobs add. Returns how many ran. For tests and CLI."""
    ran = 0
    while ran < limit:
        query = sa.select(Job.id).where(Job.state.in_(OPEN)).order_by(Job.id).limit(1)
        job_id = db.session.scalar(query.where(Job.due_at <= (now or clock.now())))
        if job_id is None:
            return ran
        if run(job_id) == JobState.FAILED:
            raise RuntimeError(db.session.get_one(Job, job_id, populate_existing=True).error)
        ran += 1
    raise RuntimeError(f"more than {limit} jobs: one adds itself for ever")


def retry_failed(job_id: int) -> bool:
    """The operator's *retry*: a failed job starts over. False when it was not failed."""
    with transaction() as session:
        kind = session.execute(
            sa.update(Job)
            .where(Job.id == job_id, Job.state == JobState.FAILED)
            .values(state=JobState.NEW, attempts=0, due_at=clock.now(), error=None)
            .returning(Job.kind)
            .execution_options(synchronize_session=False)
        ).scalar_one_or_none()
        if kind is not None:
            _send_later(job_id, kind)
        return kind is not None


def _plain(value: Any) -> str:
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, datetime) and value.tzinfo is not None:
        return value.isoformat()
    raise TypeError(f"a job cannot carry {type(value).__name__}")
