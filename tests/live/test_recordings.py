"""What an asset said: last state, exact history, marks, cuts, recordings (X1, X2, X12, X14)."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from lift.core import clock, files
from lift.core.db import db
from lift.core.errors import Refused
from lift.core.models import Job, StoredFile
from lift.edge.contract import Block, Gap, GapReason, Quality
from lift.live import queries, services
from lift.live.enums import CutState, Freshness
from lift.live.models import Bench, Cut, Recording, TelemetryChunk
from tests.factories.live import FakeGateway, Hour


def half_seconds(count: int, end: float) -> float:
    """The start of ``count`` samples half a second apart whose last one lies at ``end``, on the grid."""
    return int(end * 2) / 2 - (count - 1) / 2


def counting(gateway: FakeGateway, start: float, samples: int, **columns: list[Any]) -> Block:
    parts = [float(i // 10) for i in range(samples)]
    return gateway.block(start, samples, PartsTotal=parts, PartsGood=[max(0.0, p - 1) for p in parts], **columns)


@pytest.fixture
def began(bench: Bench) -> float:
    """The recording began two minutes ago."""
    recording = bench.recording
    assert recording is not None
    recording.started_at = clock.now() - timedelta(minutes=2)
    db.session.commit()
    return recording.started_at.timestamp()


def last_cut() -> Cut:
    db.session.expire_all()
    return db.session.scalars(sa.select(Cut).order_by(Cut.number.desc()).limit(1)).one()


def test_x1_reading_has_value_unit_quality_and_both_times(hour: Hour, gateway: FakeGateway) -> None:
    now = time.time()
    gateway.batch(gateway.block(now - 0.5, 2, FeedOverride=[100.0, 95.0]))
    gateway.values = {}
    gateway.beat()
    reading = queries.samples.state_of(hour.cell.asset.id, queries.bench.link_of(hour.cell.asset.id), clock.now())
    feed = next(r for r in reading if r.name == "FeedOverride")
    assert (feed.value, feed.unit, feed.quality, feed.freshness) == (95.0, "%", "good", Freshness.LIVE)
    assert (feed.source_time, feed.received_time) == (pytest.approx(now), pytest.approx(now, abs=2.0))


@pytest.mark.parametrize(("after", "freshness"), [(1.5, Freshness.LIVE), (2.5, Freshness.STALE)])
def test_x1_value_is_stale_within_two_periods_of_silence(
    hour: Hour, gateway: FakeGateway, after: float, freshness: Freshness
) -> None:
    link = queries.bench.link_of(hour.cell.asset.id)
    readings = queries.samples.state_of(hour.cell.asset.id, link, clock.now() + timedelta(seconds=after))
    assert next(r for r in readings if r.name == "FeedOverride").freshness is freshness


def test_x1_value_of_a_machine_that_is_down_is_stale_at_once(hour: Hour, gateway: FakeGateway) -> None:
    gateway.beat(report={"link": False})
    readings = queries.samples.state_of(hour.cell.asset.id, queries.bench.link_of(hour.cell.asset.id), clock.now())
    assert {r.freshness for r in readings} == {Freshness.STALE}


def test_x2_history_is_exactly_what_was_stored_with_its_gaps(hour: Hour, gateway: FakeGateway) -> None:
    start = 1_795_000_000.0
    gap = Gap(asset=gateway.asset, start=start + 2, end=start + 10, reason=GapReason.machine_down)
    gateway.batch(gateway.block(start, 4, SpindleLoad=[1.0, 2.0, None, 4.0]))
    gateway.batch(gateway.block(start + 10, 2, SpindleLoad=[5.0, 6.0]), gaps=(gap,))
    found = queries.samples.samples_of(hour.cell.asset.id, start + 0.5, start + 10.5)
    assert found.times == [start + 0.5, start + 1, start + 1.5, start + 10]
    assert found.variables == {"SpindleLoad": [2.0, None, 4.0, 5.0]}
    assert [(hole.start, hole.end, hole.reason) for hole in found.gaps] == [(start + 2, start + 10, "machine_down")]


def test_x2_history_keeps_bad_qualities_in_their_place(hour: Hour, gateway: FakeGateway) -> None:
    start = 1_795_000_000.0
    block = gateway.block(start, 4, SpindleLoad=[1.0, 2.0, 3.0, 4.0])
    gateway.batch(block.model_copy(update={"qualities": {"SpindleLoad": {2: Quality.bad}}}))
    found = queries.samples.samples_of(hour.cell.asset.id, start + 0.5, start + 9)
    assert found.qualities == {"SpindleLoad": {1: "bad"}}


def test_x12_blocks_that_come_late_are_flagged_and_in_order(hour: Hour, gateway: FakeGateway) -> None:
    start = 1_795_000_000.0
    gateway.batch(gateway.block(start, 2).model_copy(update={"late": True}))
    gateway.batch(gateway.block(start + 1, 2).model_copy(update={"late": True}))
    flags = list(db.session.scalars(sa.select(TelemetryChunk.late)))
    times = queries.samples.samples_of(hour.cell.asset.id, start, start + 5).times
    assert (flags, times) == ([True, True], [start, start + 0.5, start + 1, start + 1.5])


def test_thinned_history_keeps_minimum_and_maximum(hour: Hour, gateway: FakeGateway) -> None:
    start = 1_795_000_000.0
    load = [50.0] * 4000
    load[1234], load[2345] = -3.0, 99.0
    gateway.batch(gateway.block(start, 4000, SpindleLoad=load))
    thin = queries.samples.thinned(queries.samples.samples_of(hour.cell.asset.id, start, start + 2000), 200)
    assert (len(thin.times) <= 200, min(thin.variables["SpindleLoad"]), max(thin.variables["SpindleLoad"])) == (
        True, -3.0, 99.0,
    )  # fmt: skip


def test_cut_is_sealed_with_hash_provenance_and_counts(
    hour: Hour, bench: Bench, gateway: FakeGateway, began: float, run_jobs: Callable[[], int]
) -> None:
    end = time.time()
    gateway.batch(counting(gateway, half_seconds(121, end), 121))
    cut = services.take_last(bench.id, 1, actor=hour.actor)
    assert cut.state is CutState.ASKED
    run_jobs()
    sealed = last_cut()
    assert (sealed.state, sealed.number, sealed.samples) == (CutState.SEALED, 1, 120)
    path = files.path_of(sealed.sha256 or "")
    assert hashlib.sha256(path.read_bytes()).hexdigest() == sealed.sha256
    assert (sealed.provenance["asset"], sealed.provenance["source"]) == (hour.cell.asset.key, "asset")
    assert sealed.provenance["gaps"] == []
    assert (sealed.summary["parts"], sealed.summary["coverage"]) == (12.0, pytest.approx(1.0, abs=0.02))


def test_cut_reads_back_as_it_was_stored(
    hour: Hour, bench: Bench, gateway: FakeGateway, began: float, run_jobs: Callable[[], int]
) -> None:
    end = time.time()
    start = half_seconds(20, end)
    columns = {
        "SpindleLoad": [0.1 * i for i in range(19)] + [None],
        "ItemState": ["Executing"] * 20,
        "CoolantOn": [True, False] * 10,
    }
    block = gateway.block(start, 20, **columns)
    gateway.batch(block.model_copy(update={"qualities": {"SpindleLoad": {3: Quality.uncertain}}}))
    services.take_last(bench.id, 1, actor=hour.actor)
    run_jobs()
    read = services.from_parquet(files.path_of(last_cut().sha256 or ""))
    assert read.times == [start + 0.5 * i for i in range(20)]
    assert read.variables == columns
    assert read.qualities == {"SpindleLoad": {3: "uncertain"}}


def test_cut_waits_for_its_last_seconds_then_is_sealed_with_the_hole(
    hour: Hour, bench: Bench, gateway: FakeGateway, began: float
) -> None:
    end = time.time()
    gateway.batch(counting(gateway, half_seconds(20, end - 20), 20))
    cut = services.take_last(bench.id, 1, actor=hour.actor)
    db.session.execute(sa.delete(Job))
    assert services.seal_cut(cut.id, now=clock.now()) is None
    again = db.session.scalars(sa.select(Job)).one()
    assert (again.kind, again.arguments) == ("live.seal_cut", {"cut_id": str(cut.id)})
    sealed = services.seal_cut(cut.id, now=clock.now() + timedelta(seconds=31))
    assert (sealed and sealed.state, sealed and sealed.samples) == (CutState.SEALED, 20)


def test_cut_without_any_data_fails(hour: Hour, bench: Bench, gateway: FakeGateway, began: float) -> None:
    cut = services.take_last(bench.id, 1, actor=hour.actor)
    sealed = services.seal_cut(cut.id, now=clock.now() + timedelta(seconds=31))
    assert (sealed and sealed.state, sealed and sealed.file_id) == (CutState.FAILED, None)


def test_sealed_cut_stays_as_it_is(hour: Hour, bench: Bench, gateway: FakeGateway, began: float) -> None:
    gateway.batch(counting(gateway, half_seconds(20, time.time()), 20))
    cut = services.take_last(bench.id, 1, actor=hour.actor)
    first = services.seal_cut(cut.id, now=clock.now())
    assert (first and first.sha256, services.seal_cut(cut.id, now=clock.now())) == (cut.sha256, None)


def test_cut_before_the_recording_began_is_refused(hour: Hour, bench: Bench, began: float) -> None:
    start = datetime.fromtimestamp(began - 60, UTC)
    with pytest.raises(Refused):
        services.take_cut(bench.id, start, start + timedelta(seconds=30), actor=hour.actor)


def test_cut_longer_than_an_hour_is_refused(hour: Hour, bench: Bench, began: float) -> None:
    start = datetime.fromtimestamp(began, UTC)
    with pytest.raises(Refused) as refused:
        services.take_cut(bench.id, start, start + timedelta(minutes=61), actor=hour.actor)
    assert refused.value.problems[0].passes == 60


def close(hour: Hour, bench: Bench) -> Recording:
    services.close_bench(bench.id, actor=hour.actor)
    db.session.expire_all()
    found = db.session.get_one(Bench, bench.id).recording
    assert found is not None
    return found


def test_recording_is_sealed_once_the_cursor_has_passed_its_end(
    hour: Hour, bench: Bench, gateway: FakeGateway, began: float
) -> None:
    gateway.batch(counting(gateway, half_seconds(100, time.time() - 1), 100))
    recording = close(hour, bench)
    assert services.seal_recording(recording.id, now=clock.now()) is None
    gateway.batch(counting(gateway, time.time() + 1, 2))
    sealed = services.seal_recording(recording.id, now=clock.now())
    assert (sealed and sealed.version, sealed and sealed.complete) == (1, True)
    assert services.seal_recording(recording.id, now=clock.now()) is None


def test_recording_whose_end_never_came_is_sealed_incomplete_after_ten_minutes(
    hour: Hour, bench: Bench, gateway: FakeGateway, began: float
) -> None:
    gateway.batch(counting(gateway, half_seconds(100, time.time() - 1), 100))
    recording = close(hour, bench)
    sealed = services.seal_recording(recording.id, now=clock.now() + timedelta(minutes=10, seconds=1))
    assert (sealed and sealed.version, sealed and sealed.complete) == (1, False)


def test_late_data_makes_a_new_version(hour: Hour, bench: Bench, gateway: FakeGateway, began: float) -> None:
    recording = close(hour, bench)
    ended = recording.ended_at
    assert ended is not None
    services.seal_recording(recording.id, now=clock.now() + timedelta(minutes=11))
    assert services.seal_recording(recording.id, now=clock.now()) is None
    gateway.batch(counting(gateway, half_seconds(10, ended.timestamp() - 1), 10))
    assert services.seal_due_recordings(clock.now()) == 1
    sealed = services.seal_recording(recording.id, now=clock.now())
    assert (sealed and sealed.version, sealed and sealed.provenance["samples"]) == (2, 10)


def test_mark_stands_in_the_list_of_events(hour: Hour, bench: Bench) -> None:
    services.mark_moment(bench.id, actor=hour.actor, label="tool change")
    marks = [event for event in queries.bench.events_of(bench) if event.kind == "mark"]
    assert [event.details["label"] for event in marks] == ["tool change"]


def test_partitions_are_made_once_and_take_over_what_came_before(hour: Hour, gateway: FakeGateway) -> None:
    gateway.batch(gateway.block(time.time(), 2))
    db.session.commit()
    rest = sa.text("SELECT count(*) FROM telemetry_chunk_rest")
    assert db.session.scalar(rest) == 1
    made, again = services.make_partitions(clock.now()), services.make_partitions(clock.now())
    assert (made, again, db.session.scalar(rest)) == (4, 0, 0)
    gateway.batch(gateway.block(time.time() + 10, 2))
    assert (db.session.scalar(rest), db.session.scalar(sa.select(sa.func.count()).select_from(TelemetryChunk))) == (
        0,
        2,
    )


def test_raw_telemetry_of_old_days_is_dropped_and_sealed_files_stay(hour: Hour, gateway: FakeGateway) -> None:
    old = clock.now() - timedelta(days=95)
    services.make_partitions(old)
    gateway.batch(gateway.block(old.timestamp(), 2))
    db.session.add(StoredFile(sha256="0" * 64, size=1, media_type="x/y", name="sealed"))
    services.make_partitions(clock.now())
    assert services.drop_partitions_before(clock.now() - timedelta(days=90)) == 4
    assert db.session.scalar(sa.select(sa.func.count()).select_from(TelemetryChunk)) == 0
    assert db.session.scalar(sa.select(StoredFile.name)) == "sealed"
