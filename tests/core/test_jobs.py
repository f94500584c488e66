"""The outbox: nothing is lost, nothing leaves early, every job takes effect once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from apiflask import APIFlask

from lift.core import clock, jobs
from lift.core import redis as live_redis
from lift.core.broker import QUEUES, TASK, celery_sender, make_celery
from lift.core.db import db, transaction
from lift.core.enums import JobState
from lift.core.models import Job, Tally
from lift.core.tallies import TallyKey, count_of, take

BUMP = jobs.JobKind("test.bump", deadline=timedelta(seconds=5), attempts=2)
FAIL = jobs.JobKind("test.fail", attempts=2)


@jobs.handler(BUMP)
def bump(whom: str) -> None:
    take(TallyKey("bumped", whom), 1, None)


@jobs.handler(FAIL)
def fail() -> None:
    raise ValueError("always")


@pytest.fixture
def sent() -> Iterator[list[tuple[str, int]]]:
    """A sender that only remembers."""
    seen: list[tuple[str, int]] = []
    jobs.use_sender(lambda name, job_id, _queue: seen.append((name, job_id)))
    yield seen
    jobs.use_sender(jobs._nowhere)


def states() -> list[JobState]:
    return list(db.session.scalars(sa.select(Job.state).order_by(Job.id)))


@pytest.mark.usefixtures("database")
def test_job_of_a_rolled_back_transaction_is_never_sent(sent: list[tuple[str, int]]) -> None:
    def fails() -> None:
        with transaction():
            jobs.enqueue(BUMP, whom="a")
            raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        fails()
    assert (sent, states()) == ([], [])


@pytest.mark.usefixtures("database")
def test_job_leaves_after_the_commit_and_not_before(sent: list[tuple[str, int]]) -> None:
    with transaction():
        jobs.enqueue(BUMP, whom="a")
        assert sent == []
    assert ([name for name, _ in sent], states()) == (["test.bump"], [JobState.SENT])


@pytest.mark.usefixtures("database")
def test_job_sent_twice_takes_effect_once(sent: list[tuple[str, int]]) -> None:
    with transaction():
        jobs.enqueue(BUMP, whom="a")
    job_id = sent[0][1]
    assert (jobs.run(job_id), jobs.run(job_id)) == (JobState.DONE, None)
    assert count_of(TallyKey("bumped", "a")) == 1


@pytest.mark.usefixtures("database")
def test_job_without_a_broker_stays_new_and_the_relay_sends_it_later(sent: list[tuple[str, int]]) -> None:
    def away(_name: str, _job_id: int, _queue: str) -> None:
        raise ConnectionError("broker away")

    jobs.use_sender(away)
    with transaction():
        jobs.enqueue(BUMP, whom="a")
    assert states() == [JobState.NEW]
    jobs.use_sender(lambda name, job_id, _queue: sent.append((name, job_id)))
    assert jobs.relay(clock.now() + timedelta(seconds=3)) == 1
    assert states() == [JobState.SENT]


@pytest.mark.usefixtures("database")
def test_relay_sends_again_what_is_past_its_deadline_only(sent: list[tuple[str, int]]) -> None:
    with transaction():
        jobs.enqueue(BUMP, whom="a")
    assert jobs.relay(clock.now() + timedelta(seconds=4)) == 0
    assert jobs.relay(clock.now() + timedelta(seconds=6)) == 1
    assert len(sent) == 2


@pytest.mark.usefixtures("database")
def test_job_that_keeps_failing_ends_as_failed_and_can_be_retried() -> None:
    with transaction():
        jobs.enqueue(FAIL)
    job_id = db.session.scalars(sa.select(Job.id)).one()
    assert (jobs.run(job_id), jobs.run(job_id), jobs.run(job_id)) == (JobState.NEW, JobState.FAILED, None)
    assert db.session.get_one(Job, job_id, populate_existing=True).error == "ValueError: always"
    assert jobs.retry_failed(job_id)
    assert states() == [JobState.NEW]


@pytest.mark.usefixtures("database")
def test_job_with_a_once_key_is_written_once() -> None:
    with transaction():
        jobs.enqueue(BUMP, once_key="k", whom="a")
        jobs.enqueue(BUMP, once_key="k", whom="a")
    assert len(states()) == 1


def test_enqueue_of_an_unknown_kind_is_refused() -> None:
    with pytest.raises(ValueError, match="not a known kind"):
        jobs.enqueue("test.nobody")


def test_enqueue_of_a_naive_instant_is_refused() -> None:
    with pytest.raises(TypeError, match="cannot carry datetime"):
        jobs.enqueue(BUMP, whom=datetime(2026, 1, 1))  # noqa: DTZ001 the fault under test


def test_redis_flushed_between_send_and_receipt_and_the_job_still_takes_effect_once(committed: APIFlask) -> None:
    """Real Valkey, real Celery message: flush drops it, the relay sends it again, both copies together do it once."""
    with committed.app_context():
        celery = make_celery(committed.config["LIFT"].redis_url)
        jobs.use_sender(celery_sender(celery))
        try:
            with transaction():
                jobs.enqueue(BUMP, whom="flushed")
            assert states() == [JobState.SENT]
            assert queued() == 1
            live_redis.client().delete("default")
            assert queued() == 0
            assert jobs.relay(clock.now() + timedelta(seconds=6)) == 1
            assert queued() == 1
            job_id = db.session.scalars(sa.select(Job.id)).one()
            assert (jobs.run(job_id), jobs.run(job_id)) == (JobState.DONE, None)
            assert db.session.scalar(sa.select(Tally.count).where(Tally.whom == "flushed")) == 1
        finally:
            live_redis.client().delete("default")
            jobs.use_sender(jobs._nowhere)
            celery.close()


def queued() -> int:
    return live_redis.client().llen("default")  # type: ignore[return-value]


def test_every_kind_goes_to_a_queue_that_a_worker_consumes(app: APIFlask) -> None:
    assert {kind.queue for kind in jobs.KINDS.values()} <= set(QUEUES)
    assert app.name == "lift"
    assert TASK == "lift.run_job"


def test_clock_is_aware_and_in_utc() -> None:
    assert clock.now().tzinfo is UTC
