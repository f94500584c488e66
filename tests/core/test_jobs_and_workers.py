"""Sender, relay and workers meet on the same job row: nobody waits for the other, nobody undoes what the other did."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from datetime import timedelta

import pytest
import sqlalchemy as sa
from apiflask import APIFlask

from lift.core import audit, clock, jobs
from lift.core.actor import SYSTEM
from lift.core.context import on_behalf_of, request_id
from lift.core.db import after_commit, db, transaction
from lift.core.enums import JobState
from lift.core.models import AuditEntry, Job
from tests.core.test_jobs import BUMP, states

OVERTAKEN = jobs.JobKind("test.overtaken", atomic=False)
ASKED = jobs.JobKind("test.asked")
NO_WAIT = 2.0  # seconds; a lock is waited for 3 s
STALE = timedelta(seconds=6)


@jobs.handler(OVERTAKEN)
def overtaken() -> None:
    """Another copy of this job is done while this one still works, and then fails."""
    with transaction() as session:
        session.execute(sa.update(Job).where(Job.kind == OVERTAKEN.name).values(state=JobState.DONE))
    raise ValueError("too late")


@jobs.handler(ASKED)
def asked() -> None:
    audit.record(SYSTEM, "test.asked", "thing", 1)
    jobs.enqueue(BUMP, whom="asked")


@pytest.fixture
def worker(committed: APIFlask) -> Iterator[sa.Connection]:
    """The connection of a worker in another process; the test itself stands in the app."""
    with committed.app_context(), db.engine.connect() as connection:
        yield connection
        jobs.use_sender(jobs._nowhere)


def takes(worker: sa.Connection, job_id: int) -> None:
    """The worker's transaction has set the job done and still works."""
    worker.execute(sa.update(Job).where(Job.id == job_id).values(state=JobState.DONE, done_at=clock.now()))


def stale_jobs(number: int) -> list[int]:
    """Sent, and past their deadline at ``clock.now() + STALE``."""
    jobs.use_sender(lambda _name, _job_id, _queue: None)
    with transaction():
        for n in range(number):
            jobs.enqueue(BUMP, whom=str(n))
    assert states() == [JobState.SENT] * number
    ids = list(db.session.scalars(sa.select(Job.id).order_by(Job.id)))
    db.session.commit()
    return ids


def test_worker_quicker_than_the_mark_sent_is_neither_waited_for_nor_overwritten(
    worker: sa.Connection, caplog: pytest.LogCaptureFixture
) -> None:
    calls: list[str] = []
    jobs.use_sender(lambda _name, job_id, _queue: takes(worker, job_id))
    began = time.monotonic()
    with caplog.at_level(logging.WARNING), transaction():
        jobs.enqueue(BUMP, whom="quick")
        after_commit(lambda: calls.append("the next hook"))
    assert (calls, caplog.records, time.monotonic() - began < NO_WAIT) == (["the next hook"], [], True)
    worker.commit()
    assert states() == [JobState.DONE]


def test_relay_passes_over_the_job_that_a_worker_does_and_sends_the_others(worker: sa.Connection) -> None:
    first, second = stale_jobs(2)
    sent: list[int] = []
    jobs.use_sender(lambda _name, job_id, _queue: sent.append(job_id))
    takes(worker, first)
    began = time.monotonic()
    assert jobs.relay(clock.now() + STALE) == 1
    assert (sent, time.monotonic() - began < NO_WAIT) == ([second], True)
    worker.commit()
    assert states() == [JobState.DONE, JobState.SENT]


def test_relay_does_not_send_again_what_a_worker_ends_in_that_moment(worker: sa.Connection) -> None:
    (job_id,) = stale_jobs(1)
    sent: list[int] = []
    jobs.use_sender(lambda _name, sent_id, _queue: sent.append(sent_id))
    takes(worker, job_id)
    commit = threading.Timer(0.5, worker.commit)
    commit.start()
    relayed = jobs.relay(clock.now() + STALE)
    commit.join()
    db.session.rollback()
    assert (relayed, sent, states()) == (0, [], [JobState.DONE])


@pytest.mark.usefixtures("database")
def test_failure_of_a_late_copy_leaves_the_job_done() -> None:
    with transaction():
        jobs.enqueue(OVERTAKEN)
    job = db.session.scalars(sa.select(Job)).one()
    assert jobs.run(job.id) is None
    db.session.refresh(job)
    assert (job.state, job.attempts, job.error) == (JobState.DONE, 0, None)


@pytest.mark.usefixtures("database")
def test_request_id_reaches_the_audit_of_its_job_and_the_jobs_of_that_job() -> None:
    with on_behalf_of("the-request"), transaction():
        jobs.enqueue(ASKED)
    with on_behalf_of("the-worker-before"):
        assert jobs.run(db.session.scalars(sa.select(Job.id)).one()) == JobState.DONE
        assert request_id() == "the-worker-before"
    assert db.session.scalars(sa.select(AuditEntry.request_id)).all() == ["the-request"]
    assert db.session.scalars(sa.select(Job.request_id)).all() == ["the-request"] * 2


@pytest.mark.usefixtures("database")
def test_job_that_no_request_caused_goes_by_its_own_number() -> None:
    with transaction() as session:
        session.add(Job(kind=ASKED.name, arguments={}))
    job_id = db.session.scalars(sa.select(Job.id)).one()
    assert jobs.run(job_id) == JobState.DONE
    assert db.session.scalars(sa.select(AuditEntry.request_id)).all() == [f"job-{job_id}"]
