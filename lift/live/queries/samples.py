"""What assets said: exact samples between two instants with the gaps between them, and the last known state."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from pydantic_core import from_json
from sqlalchemy.dialects.postgresql import Range

from lift.core.db import db
from lift.edge.contract import STALE_FACTOR, Value
from lift.live.enums import Freshness
from lift.live.models import DataGap, GatewayCursor, TelemetryChunk
from lift.live.queries.bench import Link
from lift.measures.downsample import downsample

LONGEST_CHUNK = timedelta(days=1)
DELIVERY = 1.0  # s; gateways send what they gathered once a second, so nothing arrives more often than that


@dataclass(frozen=True)
class Hole:
    """No samples exist in [start, end); seconds since the epoch."""

    start: float
    end: float
    reason: str


@dataclass
class Samples:
    """Columns over common rising times (seconds since the epoch). ``qualities`` is sparse: whatever is not good."""

    times: list[float] = field(default_factory=list)
    variables: dict[str, list[Value | None]] = field(default_factory=dict)
    qualities: dict[str, dict[int, str]] = field(default_factory=dict)
    period: float = 1.0
    gaps: list[Hole] = field(default_factory=list)


@dataclass(frozen=True)
class Reading:
    """The last known value of one variable (X1). Instants are seconds since the epoch; None: never heard."""

    name: str
    value: Value | None
    unit: str
    quality: str
    source_time: float | None
    received_time: float | None
    freshness: Freshness
    period: float


def samples_of(asset_id: UUID, start: float, end: float, names: Collection[str] | None = None) -> Samples:
    """Exactly the stored samples of [start, end) and the gap records that touch it (X2)."""
    first, last = datetime.fromtimestamp(start, UTC), datetime.fromtimestamp(end, UTC)
    query = (
        sa.select(TelemetryChunk.block)
        .where(
            TelemetryChunk.asset_id == asset_id,
            TelemetryChunk.last_at >= first,
            TelemetryChunk.last_at < last + LONGEST_CHUNK,
            TelemetryChunk.first_at < last,
        )
        .order_by(TelemetryChunk.first_at, TelemetryChunk.id)
    )
    merged = merge_blocks((from_json(block) for block in db.session.scalars(query)), start, end, names)
    merged.gaps = gaps_of(asset_id, start, end)
    return merged


def merge_blocks(blocks: Iterable[dict[str, Any]], start: float, end: float, names: Collection[str] | None) -> Samples:
    """One set of columns out of blocks in order of time; a time that was stored already is not taken twice."""
    merged = Samples()
    for block in blocks:
        merged.period = float(block["period"])
        kept = [
            i for i, t in enumerate(block["times"]) if start <= t < end and (not merged.times or t > merged.times[-1])
        ]
        _append(merged, block, kept, names)
    return merged


def _append(merged: Samples, block: dict[str, Any], kept: Sequence[int], names: Collection[str] | None) -> None:
    before = len(merged.times)
    merged.times += [block["times"][i] for i in kept]
    wanted = {name: column for name, column in block["variables"].items() if names is None or name in names}
    for name in wanted.keys() | merged.variables.keys():
        column = merged.variables.setdefault(name, [None] * before)
        column += [wanted[name][i] for i in kept] if name in wanted else [None] * len(kept)
    places = {old: before + new for new, old in enumerate(kept)}
    for name, marks in (block.get("qualities") or {}).items():
        if name in wanted:
            found = {places[int(i)]: str(q) for i, q in marks.items() if int(i) in places}
            if found:
                merged.qualities.setdefault(name, {}).update(found)


def gaps_of(asset_id: UUID, start: float, end: float) -> list[Hole]:
    """Gap records that touch [start, end), clipped to it, by start."""
    window = Range(datetime.fromtimestamp(start, UTC), datetime.fromtimestamp(end, UTC), bounds="[)")
    query = sa.select(DataGap.during, DataGap.reason).where(
        DataGap.asset_id == asset_id, DataGap.during.overlaps(window)
    )
    found = [
        Hole(max(start, row.during.lower.timestamp()), min(end, row.during.upper.timestamp()), row.reason)
        for row in db.session.execute(query)
    ]
    return sorted(found, key=lambda hole: hole.start)


def thinned(samples: Samples, points: int) -> Samples:
    """At most about ``points`` times, keeping every stretch's lowest and highest value of each number (X37)."""
    if len(samples.times) <= points:
        return samples
    numbers = [column for column in samples.variables.values() if _is_numeric(column)]
    share = max(4, points // max(1, len(numbers)))
    kept = {0, len(samples.times) - 1}
    place = {t: i for i, t in enumerate(samples.times)}
    for column in numbers:
        values = [float("nan") if v is None else float(v) for v in column]
        times, _ = downsample(samples.times, values, share)
        kept.update(place[float(t)] for t in times)
    rows = sorted(kept)
    return Samples(
        times=[samples.times[i] for i in rows],
        variables={name: [column[i] for i in rows] for name, column in samples.variables.items()},
        period=samples.period,
        gaps=samples.gaps,
    )


def _is_numeric(column: Sequence[Value | None]) -> bool:
    return any(isinstance(value, int | float) and not isinstance(value, bool) for value in column) and not any(
        isinstance(value, str) for value in column
    )


def last_block(asset_id: UUID) -> tuple[dict[str, Any], datetime] | None:
    """The newest stored block and when it was received."""
    query = (
        sa.select(TelemetryChunk.block, TelemetryChunk.received_at)
        .where(TelemetryChunk.asset_id == asset_id)
        .order_by(TelemetryChunk.last_at.desc())
        .limit(1)
    )
    row = db.session.execute(query).one_or_none()
    return (from_json(row.block), row.received_at) if row else None


def state_of(asset_id: UUID, link: Link, now: datetime) -> list[Reading]:
    """The last known value of every variable of an asset, live or stale, with source and received time (X1)."""
    block = last_block(asset_id)
    return [_reading(spec.name, spec.unit, spec.period, link, block, now) for spec in link.spec.variables]


def _reading(
    name: str, unit: str, period: float, link: Link, block: tuple[dict[str, Any], datetime] | None, now: datetime
) -> Reading:
    reported = link.report.get("reported", {}).get(name)
    found: list[tuple[float, Value | None, str, float]] = []
    if reported is not None and link.reported_at is not None:
        found.append((reported["source_time"], reported["value"], reported["quality"], link.reported_at.timestamp()))
    if block is not None and name in block[0]["variables"]:
        last = len(block[0]["times"]) - 1
        quality = (block[0].get("qualities") or {}).get(name, {}).get(str(last), "good")
        found.append((block[0]["times"][last], block[0]["variables"][name][last], quality, block[1].timestamp()))
    if not found:
        return Reading(name, None, unit, "bad", None, None, Freshness.STALE, period)
    source, value, quality, _ = max(found, key=lambda one: one[0])
    received = max(one[3] for one in found)
    fresh = bool(link.report.get("link")) and now.timestamp() - received <= STALE_FACTOR * max(period, DELIVERY)
    return Reading(name, value, unit, quality, source, received, Freshness.LIVE if fresh else Freshness.STALE, period)


def blocks_since(asset_id: UUID, chunk_id: int, limit: int = 300) -> list[tuple[int, dict[str, Any]]]:
    """Chunks of the last minute after this one: the replay of a stream."""
    newest = sa.select(sa.func.max(TelemetryChunk.last_at)).where(TelemetryChunk.asset_id == asset_id).scalar_subquery()
    query = (
        sa.select(TelemetryChunk.id, TelemetryChunk.block)
        .where(TelemetryChunk.asset_id == asset_id, TelemetryChunk.id > chunk_id)
        .where(TelemetryChunk.last_at > newest - timedelta(seconds=60))
        .order_by(TelemetryChunk.id)
        .limit(limit)
    )
    return [(row.id, from_json(row.block)) for row in db.session.execute(query)]


def cursor_at(gateway_id: UUID) -> datetime | None:
    """Time of the newest sample that was taken in from this gateway, whichever store."""
    return db.session.scalar(sa.select(sa.func.max(GatewayCursor.last_at)).filter_by(gateway_id=gateway_id))


def gaps_since(asset_ids: Collection[UUID], since: datetime) -> int:
    """How many gaps in the data of these assets were found after ``since``."""
    query = (
        sa.select(sa.func.count())
        .select_from(DataGap)
        .where(DataGap.asset_id.in_(asset_ids), DataGap.created_at > since)
    )
    return db.session.scalar(query) or 0
