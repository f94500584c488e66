"""Simulation runs through the database and the job (X18): digits, intervals, cache, progress, limits, ends."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from lift.core import clock, redis, tallies
from lift.core.actor import Actor
from lift.core.db import db
from lift.core.enums import JobState
from lift.core.errors import Forbidden, Invalid, NotFound, Refused
from lift.core.models import Job
from lift.measures.intervals import mean_interval
from lift.twins import policy, texts
from lift.twins.enums import RunState
from lift.twins.models import SimulationRun
from lift.twins.queries import runs as queries
from lift.twins.services import runs
from lift.twins.simulators import registry
from lift.twins.simulators.line import LineParameters
from lift.twins.simulators.line_result import LineResult
from tests.factories.people import actor_for, make_company, make_learner, make_person
from tests.factories.twins import finished, start

pytestmark = pytest.mark.integration


@pytest.fixture
def learner(database: object) -> Actor:
    return actor_for(make_learner(make_company()))


@pytest.fixture
def stranger(database: object) -> Actor:
    return actor_for(make_learner(make_company(), "Stella Straniera"))


def open_runs(actor: Actor) -> int:
    return tallies.count_of(tallies.TallyKey("twins.open_runs", str(actor.person_id), "open"))


def fresh(run: SimulationRun) -> SimulationRun:
    return queries.run_now(run.id)


# ---- X18: digits, interval, seed, version


def test_run_through_the_job_gives_the_digits_of_the_simulator(learner: Actor, run_jobs: Callable[[], int]) -> None:
    run = start(learner, seed=42, mill_s=38)
    assert (run.state, run.number, run.result) == (RunState.QUEUED, 1, None)
    assert run_jobs() == 1
    done = fresh(run)
    direct = registry.get("line").run(LineParameters(days=10, mill_s=38), 42, lambda *_: None, lambda: False)
    assert done.state == RunState.DONE
    assert queries.result_of(done) == direct
    assert (done.seed, done.version) == (42, direct.version)


def test_same_seed_gives_the_same_digits_computed_twice(learner: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "computed_with", lambda _content: None)
    first, second = finished(learner, seed=7), finished(learner, seed=7)
    other = finished(learner, seed=8)
    assert first.is_reused is second.is_reused is False
    assert first.result == second.result
    assert first.result["figures"] != other.result["figures"]


def test_interval_of_a_kept_result_is_that_of_its_days(learner: Actor) -> None:
    result = queries.result_of(finished(learner, seed=3))
    assert isinstance(result, LineResult)
    figure = result.figure("good_per_hour")
    again = mean_interval([value for value in figure.values if value is not None])
    assert (figure.mean, figure.half_width, again.n) == (again.mean, again.half_width, 10)


def test_same_luck_takes_the_seed_of_the_other_run(learner: Actor) -> None:
    first = finished(learner, seed=11)
    second = start(learner, same_luck_as=first.id, mill_s=40)
    assert (second.seed, second.number) == (11, 2)


def test_luck_is_new_without_a_seed(learner: Actor) -> None:
    assert start(learner).seed != start(learner).seed


# ---- cache by content


def test_same_content_is_reused_at_once_without_a_job(learner: Actor, stranger: Actor) -> None:
    first = finished(learner, seed=5)
    before = db.session.scalar(sa.select(sa.func.count(Job.id)))
    again = start(stranger, seed=5)
    assert (again.state, again.is_reused, again.number) == (RunState.DONE, True, 1)
    assert again.result == first.result
    assert (again.started_at, again.ended_at) == (first.started_at, first.ended_at)
    assert db.session.scalar(sa.select(sa.func.count(Job.id))) == before
    assert open_runs(stranger) == 0


def test_reused_run_of_a_reused_run_still_tells_when_it_was_computed(learner: Actor) -> None:
    first = finished(learner, seed=5)
    start(learner, seed=5)
    third = start(learner, seed=5)
    assert (third.is_reused, third.ended_at) == (True, first.ended_at)


@pytest.mark.parametrize("change", [{"seed": 6}, {"mill_s": 33}, {"days": 11}])
def test_other_content_is_computed_anew(learner: Actor, change: dict[str, int]) -> None:
    finished(learner, seed=5)
    assert start(learner, **{"seed": 5, **change}).state == RunState.QUEUED


def test_new_version_of_the_model_is_computed_anew(learner: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    finished(learner, seed=5)
    monkeypatch.setattr(type(registry.get("line")), "version", "1.1")
    assert start(learner, seed=5).state == RunState.QUEUED


# ---- progress and ends


def test_progress_rows_and_signs_of_life_are_written_as_it_goes(
    learner: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = start(learner, days=30)
    told: list[tuple[str, str, dict[str, object]]] = []
    seen: list[tuple[int, int, bool, RunState]] = []

    def publish(channel: str, event: str, data: dict[str, object]) -> None:
        told.append((channel, event, data))
        row = fresh(run)
        seen.append((row.done_units, row.total_units, row.heartbeat_at is not None, row.state))

    monkeypatch.setattr(redis, "publish", publish)
    runs.run_simulation(run.id)
    assert seen[:3] == [
        (0, 30, True, RunState.RUNNING),
        (2, 30, True, RunState.RUNNING),
        (4, 30, True, RunState.RUNNING),
    ]
    assert [data for _, event, data in told if event == "changed"][-2:] == [
        {"done": 30, "total": 30},
        {"state": "done"},
    ]
    assert {channel for channel, _, _ in told} == {f"run:{run.id}"}
    assert told[-1][1] == "over"


def test_cancel_between_blocks_ends_the_run_there(learner: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    run = start(learner, days=30)
    publish = redis.publish

    def cancel_at_six(channel: str, event: str, data: dict[str, object]) -> None:
        publish(channel, event, data)
        if data.get("done") == 6:
            runs.cancel_run(run.id, actor=learner)

    monkeypatch.setattr(redis, "publish", cancel_at_six)
    runs.run_simulation(run.id)
    done = fresh(run)
    assert (done.state, done.done_units, done.result, open_runs(learner)) == (RunState.CANCELLED, 8, None, 0)


def test_waiting_run_is_cancelled_at_once_and_its_job_does_nothing(learner: Actor, run_jobs: Callable[[], int]) -> None:
    run = start(learner)
    assert runs.cancel_run(run.id, actor=learner).state == RunState.CANCELLED
    assert open_runs(learner) == 0
    run_jobs()
    assert (fresh(run).state, fresh(run).started_at) == (RunState.CANCELLED, None)


def test_run_that_is_over_cannot_be_cancelled(learner: Actor) -> None:
    run = finished(learner)
    with pytest.raises(Refused) as refused:
        runs.cancel_run(run.id, actor=learner)
    assert refused.value.problems[0].text == texts.ALREADY_OVER


def test_run_past_its_hard_limit_fails_with_a_sentence(learner: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(policy, "HARD_LIMIT", timedelta(0))
    done = finished(learner)
    assert (done.state, done.error, open_runs(learner)) == (RunState.FAILED, texts.TOO_LONG, 0)


def test_fault_of_the_simulator_fails_the_run_and_counts_against_the_job(
    learner: Actor, monkeypatch: pytest.MonkeyPatch, run_jobs: Callable[[], int]
) -> None:
    def broken(*_args: object) -> None:
        raise ZeroDivisionError

    run = start(learner)
    monkeypatch.setattr(type(registry.get("line")), "run", broken)
    run_jobs()
    job = db.session.scalars(sa.select(Job).where(Job.kind == "twins.run_simulation")).one()
    done = fresh(run)
    assert (done.state, done.error, open_runs(learner)) == (RunState.FAILED, texts.BROKE, 0)
    assert (job.state, job.attempts, job.error) == (JobState.NEW, 1, "ZeroDivisionError: ")


# ---- the clock ends what nobody works on


def silent(run: SimulationRun, **values: object) -> None:
    db.session.execute(sa.update(SimulationRun).where(SimulationRun.id == run.id).values(**values))
    db.session.commit()


def test_run_of_a_killed_worker_fails_by_the_tick(learner: Actor) -> None:
    run, now = start(learner), clock.now()
    silent(run, state=RunState.RUNNING, started_at=now, heartbeat_at=now)
    assert runs.end_lost_runs(now + policy.SILENCE - timedelta(seconds=1)) == 0
    assert fresh(run).state == RunState.RUNNING
    assert runs.end_lost_runs(now + policy.SILENCE + timedelta(seconds=1)) == 1
    done = fresh(run)
    assert (done.state, done.error, open_runs(learner)) == (RunState.FAILED, texts.WORKER_LOST, 0)
    assert runs.end_lost_runs(now + timedelta(hours=1)) == 0


def test_cancelled_run_of_a_killed_worker_ends_as_cancelled(learner: Actor) -> None:
    run, now = start(learner), clock.now()
    silent(run, state=RunState.RUNNING, started_at=now, heartbeat_at=now, cancel_asked_at=now)
    runs.end_lost_runs(now + timedelta(minutes=5))
    assert (fresh(run).state, fresh(run).error) == (RunState.CANCELLED, None)


def test_run_that_nobody_takes_fails_after_six_hours(learner: Actor) -> None:
    run = start(learner)
    runs.end_lost_runs(clock.now() + timedelta(hours=5))
    assert fresh(run).state == RunState.QUEUED
    runs.end_lost_runs(clock.now() + timedelta(hours=7))
    assert (fresh(run).state, fresh(run).error) == (RunState.FAILED, texts.NOBODY_CAME)


def test_worker_that_was_given_up_stops_and_changes_nothing(learner: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    run = start(learner, days=30)
    publish = redis.publish

    def lost_at_four(channel: str, event: str, data: dict[str, object]) -> None:
        publish(channel, event, data)
        if data.get("done") == 4:
            runs.end_lost_runs(clock.now() + timedelta(hours=1))

    monkeypatch.setattr(redis, "publish", lost_at_four)
    runs.run_simulation(run.id)
    done = fresh(run)
    assert (done.state, done.done_units, done.error, open_runs(learner)) == (RunState.FAILED, 4, texts.WORKER_LOST, 0)


def test_second_delivery_of_the_job_does_nothing(learner: Actor) -> None:
    run = finished(learner)
    before = (run.result, run.ended_at)
    runs.run_simulation(run.id)
    assert (fresh(run).result, fresh(run).ended_at) == before


# ---- who, and how many


def test_fourth_open_run_is_refused_until_one_ends(learner: Actor, stranger: Actor) -> None:
    first, *_others = [start(learner) for _ in range(policy.OPEN_RUNS_PER_PERSON)]
    with pytest.raises(Refused) as refused:
        start(learner)
    problem = refused.value.problems[0]
    assert (problem.rule, problem.passes, problem.ways[0].endpoint) == ("X18-limit", 3, "twins.what_if")
    assert start(stranger).state == RunState.QUEUED
    runs.cancel_run(first.id, actor=learner)
    assert start(learner).state == RunState.QUEUED


def test_refused_run_takes_no_number(learner: Actor) -> None:
    for _ in range(policy.OPEN_RUNS_PER_PERSON):
        last = start(learner)
    with pytest.raises(Refused):
        start(learner)
    runs.cancel_run(last.id, actor=learner)
    assert start(learner).number == policy.OPEN_RUNS_PER_PERSON + 1


def test_runs_are_counted_per_person(learner: Actor, stranger: Actor) -> None:
    assert [finished(learner).number, finished(learner).number, finished(stranger).number] == [1, 2, 1]
    assert (queries.next_number(learner.person_id, "line"), queries.next_number(stranger.person_id, "line")) == (3, 2)


def test_stranger_neither_cancels_nor_reads_nor_shares_the_luck(learner: Actor, stranger: Actor) -> None:
    run = finished(learner)
    assert queries.run_result(run.id, stranger.person_id or uuid4()) is None
    assert queries.run_result(run.id, run.person_id) == queries.result_of(run)
    with pytest.raises(NotFound):
        runs.cancel_run(run.id, actor=stranger)
    with pytest.raises(NotFound):
        start(stranger, same_luck_as=run.id)


def test_person_without_organisation_is_told_whom_to_ask(database: object) -> None:
    with pytest.raises(Forbidden) as forbidden:
        start(actor_for(make_person("Nino Nessuno")))
    assert forbidden.value.problems[0].text == texts.NO_ORGANISATION


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"mill_s": 9}, "mill_s"),
        ({"days": "many"}, "days"),
        ({"day_hours": 12}, "day_hours"),
        ({"speed": 1}, "speed"),
        ({"seed": -1}, "seed"),
        ({"seed": 2**53}, "seed"),
    ],
)
def test_wrong_input_is_named_and_nothing_is_written(learner: Actor, values: dict[str, object], field: str) -> None:
    with pytest.raises(Invalid) as invalid:
        start(learner, **values)
    assert [problem.field for problem in invalid.value.problems] == [field]
    assert db.session.scalar(sa.select(sa.func.count(SimulationRun.id))) == 0


def test_seed_and_same_luck_together_are_refused(learner: Actor) -> None:
    run = finished(learner)
    with pytest.raises(Invalid) as invalid:
        start(learner, seed=1, same_luck_as=run.id)
    assert invalid.value.problems[0].text == texts.ONE_LUCK


@pytest.mark.parametrize("key", ["", "nothing", "../line"])
def test_unknown_simulator_is_not_found(learner: Actor, key: str) -> None:
    with pytest.raises(NotFound):
        runs.start_run(key, {}, actor=learner)


def test_unknown_run_is_not_found(learner: Actor) -> None:
    with pytest.raises(NotFound):
        runs.cancel_run(UUID(int=1), actor=learner)
