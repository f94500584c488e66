"""From stored chunks (or the computer copy's own) to a sealed file: what is read, where it came from, what it says."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from lift.core import events, files, jobs
from lift.core.db import db, transaction
from lift.core.errors import require_found
from lift.core.locks import lock_rows
from lift.edge.contract import AssetSpec
from lift.labs.models import Asset
from lift.live import queries
from lift.live.enums import BenchMode
from lift.live.models import Bench, Recording, TelemetryChunk
from lift.live.queries.samples import Samples
from lift.live.services.kinds import SEAL_RECORDING
from lift.live.services.parquet import MEDIA_TYPE, to_parquet
from lift.live.services.told import note, tell_all
from lift.measures.counters import count_parts
from lift.measures.spans import Span

INCOMPLETE_AFTER = timedelta(minutes=10)
LATE_FOR = timedelta(days=7)  # how long a sealed recording is looked at for data that came late
PARTS, GOOD = "PartsTotal", "PartsGood"


def samples_for(bench: Bench, source: BenchMode, start: float, end: float) -> tuple[AssetSpec, Samples]:
    """What answered on this bench in the window: the asset, or the computer copy."""
    spec = queries.bench.link_of(bench.asset_id).spec
    if source is BenchMode.TWIN:
        return spec, queries.twin.samples_of(bench.person_id, bench.asset_id, start, end)
    return spec, queries.samples.samples_of(bench.asset_id, start, end)


def provenance_of(
    bench: Bench, source: BenchMode, samples: Samples, window: tuple[float, float], spec: AssetSpec
) -> dict[str, Any]:
    """Where a sealed file comes from: kept in its row and in its own metadata."""
    asset = db.session.get_one(Asset, bench.asset_id)
    return {
        "source": source.value,
        "asset": asset.key,
        "asset_type": asset.type_key,
        "bench": str(bench.id),
        "booking": str(bench.booking_id),
        "start": window[0],
        "end": window[1],
        "period": samples.period,
        "samples": len(samples.times),
        "gaps": [[hole.start, hole.end, hole.reason] for hole in samples.gaps],
        "units": {variable.name: variable.unit for variable in spec.variables if variable.unit},
    }


def summary_of(samples: Samples, window: tuple[float, float]) -> dict[str, Any]:
    """Parts, good parts, and the share of the window with good data (X14)."""
    summary: dict[str, Any] = {"coverage": _coverage(samples, window)}
    for name, word in ((PARTS, "parts"), (GOOD, "good")):
        if name in samples.variables:
            counted = count_parts(
                times=samples.times,
                values=[float(v) if isinstance(v, int | float) else None for v in samples.variables[name]],
                window=Span(*window),
                period_s=samples.period,
                quality=samples.qualities.get(name),
            )
            summary[word] = counted.parts
    return summary


def seal_recording(recording_id: UUID, *, now: datetime) -> Recording | None:
    """Seal the whole once the gateway's cursor has passed its end, or after 10 minutes as incomplete.

    Data that comes later makes a new version. Returns None when there is nothing to do (yet).
    """
    with transaction():
        lock_rows(Recording, [recording_id])
        recording = require_found(db.session.get(Recording, recording_id))
        bench = recording.bench
        if recording.ended_at is None or (recording.sealed_at is not None and not _late(recording)):
            return None
        complete = bench.mode is BenchMode.TWIN or _has_passed(recording)
        if not complete and recording.sealed_at is None and now < recording.ended_at + INCOMPLETE_AFTER:
            return None
        _seal(recording, bench, complete, now)
        events.announce("live.recording_sealed", recording_id=recording.id, version=recording.version)
        return recording


def seal_due_recordings(now: datetime) -> int:
    """Queue every recording that ended and is not sealed, and those for which data came late."""
    late = _chunks_of(Recording) != sa.func.coalesce(Recording.provenance["chunks"].as_integer(), 0)
    due = sa.or_(Recording.sealed_at.is_(None), sa.and_(Recording.complete.is_not(None), late))
    query = sa.select(Recording.id, Recording.version).where(Recording.ended_at > now - LATE_FOR, due)
    with transaction() as session:
        rows = session.execute(query).all()
        for row in rows:
            minute = int(now.timestamp() // 15)
            jobs.enqueue(SEAL_RECORDING, recording_id=row.id, once_key=f"seal:{row.id}:{row.version}:{minute}")
    return len(rows)


def _seal(recording: Recording, bench: Bench, complete: bool, now: datetime) -> None:
    ended = recording.ended_at or now
    window = (recording.started_at.timestamp(), ended.timestamp())
    chunks = _chunk_count(
        recording
    )  # before the samples: what comes in between makes a new version, never a silent hole
    spec, samples = samples_for(bench, bench.mode, *window)
    recording.version += 1
    recording.sealed_at, recording.complete = now, complete
    recording.provenance = provenance_of(bench, bench.mode, samples, window, spec) | {
        "version": recording.version,
        "chunks": chunks,
    }
    if samples.times:
        content = to_parquet(samples, spec, recording.provenance)
        recording.file_id = files.put(content, name="recording.parquet", media_type=MEDIA_TYPE).id
    note("recording_sealed", bench.asset_id, bench.id, version=recording.version, complete=complete)
    tell_all(bench.asset_id, "recording")


def _has_passed(recording: Recording) -> bool:
    gateway = queries.bench.link_of(recording.asset_id).gateway_id
    newest = queries.samples.cursor_at(gateway) if gateway else None
    return newest is not None and recording.ended_at is not None and newest >= recording.ended_at


def _late(recording: Recording) -> bool:
    """More chunks lie in the recording's time than were read when it was sealed."""
    return _chunk_count(recording) != int(recording.provenance.get("chunks", 0))


def _chunk_count(recording: Recording) -> int:
    query = sa.select(_chunks_of(Recording)).where(Recording.id == recording.id)
    return db.session.scalar(query) or 0


def _chunks_of(recording: type[Recording]) -> sa.ScalarSelect[int]:
    """How many chunks of the asset touch the recording's time: counted, since a receipt's time says nothing of its commit."""
    return (
        sa.select(sa.func.count())
        .select_from(TelemetryChunk)
        .where(
            TelemetryChunk.asset_id == recording.asset_id,
            TelemetryChunk.last_at >= recording.started_at,
            TelemetryChunk.last_at < recording.ended_at + timedelta(days=1),
            TelemetryChunk.first_at < recording.ended_at,
        )
        .correlate(recording)
        .scalar_subquery()
    )


def _coverage(samples: Samples, window: tuple[float, float]) -> float:
    """Share of the samples that a whole window would hold."""
    expected = max(1.0, (window[1] - window[0]) / samples.period)
    return round(min(1.0, len(samples.times) / expected), 4)
