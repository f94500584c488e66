"""Two stops (X9): the row first, then the wire. A stop stands until somebody releases it; the gateway keeps it on disk."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from lift.core import audit
from lift.core.actor import Actor
from lift.core.db import db, transaction
from lift.core.errors import Problem, Refused, require, require_found
from lift.core.locks import lock_rows
from lift.labs.models import Asset
from lift.live import permissions, queries, texts
from lift.live.enums import StopKind
from lift.live.models import AssetLink, Bench, ControlGrant, Stop
from lift.live.permissions import BenchRight
from lift.live.services.grants import DRIVING, EndReason, end_grants
from lift.live.services.told import note, tell_all


def press_stop(bench_id: UUID, *, actor: Actor, right: BenchRight) -> Stop:
    """Anyone on the bench stops its machine: safe state, controls taken. Pressing again is the same stop."""
    with transaction():
        bench = require_found(queries.bench.bench_of(bench_id))
        require(permissions.can_stop(actor, bench, right), Problem("X9", texts.NOT_ON_BOOKING, owner="live"))
        return _stop(bench.asset_id, StopKind.STOP, actor, bench=bench)


def press_lab_stop(asset_id: UUID, *, actor: Actor, right: BenchRight, reason: str = "") -> Stop:
    """Trainer or lab: latches until lab staff releases it."""
    with transaction():
        asset = require_found(db.session.get(Asset, asset_id))
        allowed = permissions.can_press_lab_stop(actor, asset.lab_id, right)
        require(allowed, Problem("X9", texts.ONLY_SUPERVISORS, owner="labs"))
        return _stop(asset_id, StopKind.LAB_STOP, actor, reason=reason)


def release_stop(stop_id: UUID, *, actor: Actor, right: BenchRight) -> Stop:
    """After a look at the machine: a Stop by the trainer or the lab, a lab stop by lab staff or who holds re-arm."""
    with transaction():
        stop = require_found(db.session.get(Stop, stop_id))
        asset = db.session.get_one(Asset, stop.asset_id)
        if stop.kind is StopKind.LAB_STOP:
            allowed, why = permissions.can_rearm(actor, asset.lab_id, right), texts.ONLY_LAB
        else:
            allowed, why = permissions.can_press_lab_stop(actor, asset.lab_id, right), texts.ONLY_SUPERVISORS
        require(allowed, Problem("X9", why, owner="labs"))
        release_stops(stop.asset_id, stop.kind, actor, queries.bench.platform_now())
        return stop


def release_stops(asset_id: UUID, kind: StopKind, actor: Actor, now: datetime) -> int:
    """Release the standing stops of one kind; the caller judged who may. Refused while the machine is not seen safe."""
    standing = [stop for stop in queries.bench.standing_stops(asset_id) if stop.kind is kind]
    for stop in lock_rows(Stop, [stop.id for stop in standing]):
        if stop.released_at is not None:
            continue
        if stop.reached_at is None:
            raise Refused(Problem("X9", texts.NOT_REACHED, owner="live"))
        stop.released_at, stop.released_by = now, actor.person_id
        note("stop_released", asset_id, stop.bench_id, stop=str(stop.id), kind_of_stop=kind.value)
        audit.record(actor, "live.stop_released", "stop", stop.id, before={"kind": kind.value})
    if standing:
        tell_all(asset_id, "stops")
    return len(standing)


def _stop(asset_id: UUID, kind: StopKind, actor: Actor, *, bench: Bench | None = None, reason: str = "") -> Stop:
    """One standing stop of a kind per asset: the link's row is locked, so that two presses make one."""
    lock_rows(AssetLink, [asset_id])
    found = next((s for s in queries.bench.standing_stops(asset_id) if s.kind is kind), None)
    stop = found or Stop(
        asset_id=asset_id, bench_id=bench.id if bench else None, kind=kind, pressed_by=actor.person_id, reason=reason
    )
    driving = sa.and_(ControlGrant.asset_id == asset_id, ControlGrant.level.in_(DRIVING))
    end_grants(driving, EndReason.STOPPED, queries.bench.platform_now())
    if found is None:
        db.session.add(stop)
        db.session.flush()
        note("stop", asset_id, stop.bench_id, stop=str(stop.id), kind_of_stop=kind.value)
        audit.record(actor, "live.stop_pressed", "stop", stop.id, after={"kind": kind.value}, reason=reason or None)
    tell_all(asset_id, "stops")
    return stop
