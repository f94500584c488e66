"""Marks and cuts: a moment to find again, a window taken as one's own dataset and sealed at once."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import Range

from lift.core import audit, events, files, jobs
from lift.core.actor import Actor
from lift.core.db import db, transaction
from lift.core.errors import Problem, Refused, refuse_if, require_found
from lift.core.locks import lock_rows
from lift.live import queries, texts
from lift.live.enums import BenchMode, CutState
from lift.live.models import Bench, BenchEvent, Cut, Recording
from lift.live.services.benches import own_bench
from lift.live.services.kinds import SEAL_CUT
from lift.live.services.parquet import MEDIA_TYPE, to_parquet
from lift.live.services.sealing import provenance_of, samples_for, summary_of
from lift.live.services.told import note, tell_all

LONGEST = timedelta(hours=1)
MOST_CUTS = 50
PATIENCE = timedelta(seconds=30)  # for the last seconds to arrive; then the window is sealed with its hole
AGAIN = timedelta(seconds=1)


def mark_moment(bench_id: UUID, *, actor: Actor, label: str = "") -> BenchEvent:
    """Remember this moment in the list of events and as a flag in the chart."""
    with transaction() as session:
        bench = own_bench(bench_id, actor)
        now = queries.bench.platform_now()
        event = BenchEvent(
            bench_id=bench.id,
            asset_id=bench.asset_id,
            at=now,
            kind="mark",
            details={"label": label[:80], "at": now.timestamp()},
        )
        session.add(event)
        session.flush()
        tell_all(bench.asset_id, "mark")
        return event


def take_last(bench_id: UUID, minutes: int, *, actor: Actor) -> Cut:
    """The last minutes of the recording as a dataset; a shorter recording gives what it has."""
    now = queries.bench.platform_now()
    return take_cut(bench_id, now - timedelta(minutes=minutes), now, actor=actor)


def take_cut(bench_id: UUID, start: datetime, end: datetime, *, actor: Actor) -> Cut:
    """A window of the bench's recording as a dataset, sealed by a job. Raises Refused for a window that holds nothing."""
    with transaction() as session:
        bench = own_bench(bench_id, actor)
        recording = require_found(bench.recording)
        lock_rows(Recording, [recording.id])
        window = Range(max(start, recording.started_at), min(end, recording.ended_at or end), bounds="[)")
        count = session.scalar(sa.select(sa.func.count()).select_from(Cut).filter_by(recording_id=recording.id)) or 0
        refuse_if(_window_problems(window, count))
        cut = Cut(recording_id=recording.id, number=count + 1, person_id=bench.person_id, during=window)
        cut.provenance = {"source": bench.mode.value}
        session.add(cut)
        session.flush()
        note("cut_asked", bench.asset_id, bench.id, number=cut.number)
        audit.record(actor, "live.cut_asked", "cut", cut.id, after={"number": cut.number})
        jobs.enqueue(SEAL_CUT, cut_id=cut.id)
        tell_all(bench.asset_id, "cuts")
        return cut


def seal_cut(cut_id: UUID, *, now: datetime) -> Cut | None:
    """Write the dataset once its last seconds have arrived: Parquet, hash, provenance, counted parts. Sealed is sealed."""
    with transaction():
        lock_rows(Cut, [cut_id])
        cut = require_found(queries.bench.cut_of(cut_id))
        if cut.state is not CutState.ASKED:
            return None
        bench = cut.recording.bench
        if not _has_arrived(bench, cut) and now < cut.asked_at + PATIENCE:
            jobs.enqueue(SEAL_CUT, cut_id=cut.id, due_at=now + AGAIN)
            return None
        _seal(cut, bench, now)
        events.announce("live.cut_sealed", cut_id=cut.id)
        note(f"cut_{cut.state.value}", bench.asset_id, bench.id, number=cut.number, **cut.summary)
        tell_all(bench.asset_id, "cuts")
        return cut


def _window_problems(window: Range[datetime], count: int) -> list[Problem]:
    start, end = window.lower, window.upper
    if start is None or end is None or end <= start:
        return [Problem("live-cut", texts.NOTHING_RECORDED, owner="live", field="minutes")]
    problems = []
    if end - start > LONGEST:
        problems.append(Problem("live-cut", texts.WINDOW_TOO_LONG, owner="live", field="minutes", passes=60))
    if count >= MOST_CUTS:
        problems.append(Problem("live-cut", texts.TOO_MANY_CUTS, owner="live"))
    return problems


def _has_arrived(bench: Bench, cut: Cut) -> bool:
    if _source(cut) is BenchMode.TWIN:
        return True
    gateway = queries.bench.link_of(bench.asset_id).gateway_id
    newest = queries.samples.cursor_at(gateway) if gateway else None
    return newest is not None and cut.during.upper is not None and newest >= cut.during.upper - AGAIN


def _source(cut: Cut) -> BenchMode:
    """Who answered when the window was taken."""
    return BenchMode(cut.provenance["source"])


def _seal(cut: Cut, bench: Bench, now: datetime) -> None:
    if cut.during.lower is None or cut.during.upper is None:
        raise Refused(Problem("live-cut", texts.WINDOW_OUTSIDE, owner="live"))
    window = (cut.during.lower.timestamp(), cut.during.upper.timestamp())
    spec, samples = samples_for(bench, _source(cut), *window)
    cut.samples = len(samples.times)
    if not samples.times:
        cut.state = CutState.FAILED
        return
    cut.provenance = provenance_of(bench, _source(cut), samples, window, spec)
    file = files.put(
        to_parquet(samples, spec, cut.provenance), name=f"dataset-{cut.number}.parquet", media_type=MEDIA_TYPE
    )
    cut.file_id, cut.sha256 = file.id, file.sha256
    cut.summary = summary_of(samples, window)
    cut.state, cut.sealed_at = CutState.SEALED, now
    db.session.flush()
