"""Telemetry: the cursor moves in the transaction that keeps the blocks, so a batch counts once or not at all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from pydantic import ValidationError
from pydantic_core import from_json, to_json
from sqlalchemy.dialects.postgresql import Range, insert

from lift.core import redis
from lift.core.db import after_commit, db, transaction
from lift.edge.contract import Batch, BatchAccepted, BatchRefused, Block, SequenceGap
from lift.live.models import DataGap, RefusedBatch
from lift.live.queries.door import Door, last_sequence
from lift.live.services.heartbeat import hold_session

EARLIEST, LATEST = 946_684_800.0, 4_102_444_800.0  # 2000 and 2100: a clock outside is broken
REASON_LENGTH = 2_000
_MOVE = sa.text(
    "UPDATE gateway_cursor SET last_sequence = :n, last_at = greatest(last_at, :last_at)"
    " WHERE gateway_id = :gateway AND store_id = :store AND last_sequence = :n - 1 RETURNING gateway_id"
)
_STORE = sa.text(
    f"WITH moved AS ({_MOVE.text})"  # noqa: S608 both parts are constants
    " INSERT INTO telemetry_chunk (asset_id, gateway_id, first_at, last_at, samples, late, block)"
    " SELECT b.asset_id, moved.gateway_id, b.first_at, b.last_at, b.samples, b.late, b.block FROM moved,"
    " unnest(CAST(:assets AS uuid[]), CAST(:firsts AS timestamptz[]), CAST(:lasts AS timestamptz[]),"
    " CAST(:samples AS int[]), CAST(:lates AS boolean[]), CAST(:blocks AS bytea[])) WITH ORDINALITY"
    " AS b (asset_id, first_at, last_at, samples, late, block, place) ORDER BY b.place RETURNING id"
)


class _NotAcceptable(Exception):
    """The batch cannot be taken in; the text says why."""


@dataclass(frozen=True)
class _Row:
    """One block on its way into a chunk."""

    asset: str
    asset_id: UUID
    first: float
    last: float
    samples: int
    late: bool
    content: bytes


def take_batch(door: Door, body: bytes) -> BatchAccepted | SequenceGap | BatchRefused:
    """Store a batch once: a duplicate is acknowledged, a hole answered with the number expected, nonsense put aside."""
    try:
        batch = _read(body)
        rows = [_row(door, block) for block in batch.blocks]
    except _NotAcceptable as fault:
        return _refuse(door, _whatever(body), str(fault)[:REASON_LENGTH])
    return _store(door, batch, rows)


def _read(body: bytes) -> Batch:
    try:
        return Batch.model_validate_json(body)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise _NotAcceptable(f"{place}: {first['msg']}" if place else first["msg"]) from error


def _whatever(body: bytes) -> dict[str, Any]:
    """What can be read of a batch that is not one."""
    try:
        raw = from_json(body)
    except ValueError:
        return {}
    return raw if isinstance(raw, dict) else {}


def _row(door: Door, block: Block) -> _Row:
    asset_id = door.assets.get(block.asset)
    if asset_id is None:
        raise _NotAcceptable(f"asset {block.asset} is not registered for this gateway")
    first, last = block.times[0], block.times[-1]
    if not EARLIEST <= first <= last <= LATEST:
        raise _NotAcceptable(f"times of {block.asset} are not between the years 2000 and 2100")
    return _Row(block.asset, asset_id, first, last, len(block.times), block.late, to_json(block))


def _store(door: Door, batch: Batch, rows: list[_Row]) -> BatchAccepted | SequenceGap:
    with transaction():
        if batch.store != door.store_id:
            hold_session(door, batch.store)
        if not _take_rows(door, batch, rows):
            expected = last_sequence(door.gateway_id, batch.store) + 1
            if batch.sequence < expected:
                return BatchAccepted(next_sequence=expected, duplicate=True)
            return SequenceGap(expected=expected)
        for gap in batch.gaps:
            if gap.asset in door.assets:
                keep_gap(door.assets[gap.asset], gap.start, gap.end, gap.reason.value)
    return BatchAccepted(next_sequence=batch.sequence + 1)


def _take_rows(door: Door, batch: Batch, rows: list[_Row]) -> bool:
    """Move the cursor and keep the blocks, in one statement; False when the cursor stands elsewhere."""
    if not rows:
        return _move_cursor(door, batch.store, batch.sequence, None)
    values = {
        **_cursor(door, batch.store, batch.sequence, max(row.last for row in rows)),
        "assets": [row.asset_id for row in rows],
        "firsts": [instant(row.first) for row in rows],
        "lasts": [instant(row.last) for row in rows],
        "samples": [row.samples for row in rows],
        "lates": [row.late for row in rows],
        "blocks": [row.content for row in rows],
    }
    ids = list(db.session.scalars(_STORE, values))
    if ids:
        after_commit(lambda: _publish(rows, ids))
    return bool(ids)


def _move_cursor(door: Door, store: str, sequence: int, newest: float | None) -> bool:
    return db.session.execute(_MOVE, _cursor(door, store, sequence, newest)).first() is not None


def _cursor(door: Door, store: str, sequence: int, newest: float | None) -> dict[str, Any]:
    return {"n": sequence, "gateway": door.gateway_id, "store": store, "last_at": instant(newest)}


def _publish(rows: list[_Row], ids: list[int]) -> None:
    for row, chunk_id in zip(rows, ids, strict=True):
        redis.publish(f"asset:{row.asset}", "telemetry", row.content, chunk_id)


def keep_gap(asset_id: UUID, start: float, end: float, reason: str) -> None:
    """A hole in the history, with its reason; an empty or impossible one is left out."""
    if EARLIEST <= start < end <= LATEST:
        during = Range(instant(start), instant(end), bounds="[)")
        db.session.add(DataGap(asset_id=asset_id, during=during, reason=reason))


def _refuse(door: Door, raw: dict[str, Any], reason: str) -> BatchRefused:
    """Keep why, move past it, record the hole. Without a readable number nothing moves: the gateway then renumbers."""
    store, sequence = raw.get("store"), raw.get("sequence")
    if not isinstance(store, str) or not 0 < len(store) <= 64:
        return BatchRefused(reason=reason, sequence=0)
    if not isinstance(sequence, int) or isinstance(sequence, bool) or not 0 < sequence < 2**62:
        return BatchRefused(reason=reason, sequence=0)
    with transaction() as session:
        if store != door.store_id:
            hold_session(door, store)
        if _move_cursor(door, store, sequence, None):
            values = {"gateway_id": door.gateway_id, "store_id": store, "sequence": sequence, "reason": reason}
            session.execute(insert(RefusedBatch).values(values).on_conflict_do_nothing())
            for asset_id, start, end in _holes(door, raw):
                keep_gap(asset_id, start, end, "batch_refused")
    return BatchRefused(reason=reason, sequence=sequence)


def _holes(door: Door, raw: dict[str, Any]) -> list[tuple[UUID, float, float]]:
    """Which time of which known asset is lost with a refused batch, as far as it can be read."""
    found = []
    blocks = raw.get("blocks")
    for block in blocks if isinstance(blocks, list) else []:
        asset_id = door.assets.get(str(block.get("asset"))) if isinstance(block, dict) else None
        times = [t for t in block.get("times") or [] if _is_time(t)] if asset_id and _has_times(block) else []
        if asset_id and times:
            period = block.get("period")
            found.append((asset_id, min(times), max(times) + (period if _is_time(period) else 1.0)))
    return found


def _has_times(block: dict[str, Any]) -> bool:
    return isinstance(block.get("times"), list)


def _is_time(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def instant(seconds: float | None) -> datetime | None:
    """Seconds since the epoch as an aware instant."""
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
