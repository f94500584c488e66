"""Opening, keeping and leaving a bench."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from lift.core import audit, clock, jobs
from lift.core.actor import SYSTEM, Actor
from lift.core.db import db, savepoint, transaction
from lift.core.errors import Problem, Refused, refuse_if, require, require_found
from lift.core.i18n import Text
from lift.live import permissions, policy, queries, texts
from lift.live.enums import BenchMode
from lift.live.models import Bench, ControlGrant, Recording
from lift.live.permissions import BenchRight
from lift.live.queries.bench import Place
from lift.live.services.grants import BROWSER_SILENT, EndReason, end_grants
from lift.live.services.kinds import SEAL_RECORDING
from lift.live.services.told import note, tell_all

RELOAD = timedelta(seconds=2)  # how long a page may take to come back after it said that it goes


def open_bench(
    booking_id: UUID,
    asset_id: UUID,
    *,
    actor: Actor,
    right: BenchRight,
    attempt_ref: Mapping[str, Any] | None = None,
    mode: BenchMode = BenchMode.ASSET,
) -> Bench:
    """The person's open bench for this asset in this booking, made if there is none. The recording starts with it.

    ``right`` is computed by the caller (``services.right_of``); ``attempt_ref`` holds ids that training carries through.
    Raises NotFound, Forbidden, Refused (not yet, over, not part of the booking, not connected).
    """
    with transaction() as session:
        place = require_found(queries.bench.place_of(booking_id, asset_id))
        require(permissions.can_open_bench(right), Problem("X6", texts.NOT_ON_BOOKING, owner="training"))
        refuse_if(_opening_problems(place, mode, queries.bench.platform_now()))
        found = _open_bench_of(place, actor)
        if found is not None:
            return _carry_on(found, attempt_ref, mode)
        try:
            with savepoint():
                bench = _new_bench(place, actor, attempt_ref or {}, mode)
        except IntegrityError:
            return require_found(_open_bench_of(place, actor))
        note("bench_opened", asset_id, bench.id, mode=mode.value)
        audit.record(actor, "live.bench_opened", "bench", bench.id, after={"asset": str(asset_id), "mode": mode.value})
        session.flush()
        return bench


def beat(bench_id: UUID, *, actor: Actor) -> datetime | None:
    """The page of the bench's own person is open: keeps the controls alive. None when the bench is not theirs or closed."""
    with transaction() as session:
        seen = sa.func.clock_timestamp()
        return session.execute(
            sa.update(Bench)
            .where(Bench.id == bench_id, Bench.person_id == actor.person_id, Bench.closed_at.is_(None))
            .values(seen_at=seen)
            .returning(Bench.seen_at)
            .execution_options(synchronize_session=False)
        ).scalar_one_or_none()


def leave_page(bench_id: UUID, *, actor: Actor) -> None:
    """The browser says that it goes: the controls end in 2 s, unless the page was only loaded again and beats before."""
    with transaction() as session:
        bench = own_bench(bench_id, actor)
        gone = sa.func.clock_timestamp() - (BROWSER_SILENT - RELOAD)
        where = sa.update(Bench).where(Bench.id == bench.id).values(seen_at=gone)
        session.execute(where.execution_options(synchronize_session=False))


def close_bench(bench_id: UUID, *, actor: Actor, reason: EndReason = EndReason.BENCH_CLOSED) -> Bench:
    """Leave the bench: controls end, recording ends and is sealed once everything has arrived. Closing twice is once."""
    with transaction():
        bench = own_bench(bench_id, actor) if not actor.is_system else require_found(queries.bench.bench_of(bench_id))
        return _close(bench, actor, reason)


def leave_benches(person_id: UUID, *, booking_id: UUID | None = None, reason: EndReason = EndReason.SIGNED_OUT) -> int:
    """Close every open bench of a person (of one booking): signed out, taken off the roster, substituted."""
    with transaction():
        benches = [b for b in queries.bench.open_benches_of(person_id) if booking_id in (None, b.booking_id)]
        for bench in benches:
            _close(bench, SYSTEM, reason)
        return len(benches)


def move_to_twin(bench_id: UUID, *, actor: Actor) -> Bench:
    """The asset failed: the same bench goes on with the computer copy, and says so (L9, X16)."""
    return _switch(bench_id, actor, BenchMode.TWIN)


def move_to_asset(bench_id: UUID, *, actor: Actor) -> Bench:
    """Back to the machine itself."""
    return _switch(bench_id, actor, BenchMode.ASSET)


def close_over_benches(now: datetime) -> int:
    """Close the benches whose booking is over; used by the clockwork."""
    over = queries.bench.benches_over(now)
    for bench_id in over:
        close_bench(bench_id, actor=SYSTEM, reason=EndReason.BOOKING_OVER)
    return len(over)


def own_bench(bench_id: UUID, actor: Actor) -> Bench:
    """The actor's own open bench. Raises NotFound, Forbidden, Refused (closed)."""
    bench = require_found(queries.bench.bench_of(bench_id))
    require(permissions.is_own_bench(actor, bench), Problem("X6", texts.NOT_YOUR_BENCH, owner="live"))
    if bench.closed_at is not None:
        raise Refused(Problem("live-bench", texts.BENCH_CLOSED, owner="live"))
    return bench


def _opening_problems(place: Place, mode: BenchMode, now: datetime) -> list[Problem]:
    problems = policy.booking_problems(place.booking, place.lab.zone, now)
    named = {"asset": place.asset.name}
    if not queries.bench.is_claimed(place.booking.id, place.asset.id):
        problems.append(Problem("X6", Text(texts.NOT_CLAIMED.msgid, named), owner="labs"))
    if mode is BenchMode.ASSET and not place.asset.connected:
        problems.append(Problem("M1", Text(texts.NOT_CONNECTED.msgid, named), owner="labs"))
    return problems


def _open_bench_of(place: Place, actor: Actor) -> Bench | None:
    query = sa.select(Bench).filter_by(
        booking_id=place.booking.id, asset_id=place.asset.id, person_id=actor.person_id, closed_at=None
    )
    return db.session.scalar(query)


def _new_bench(place: Place, actor: Actor, attempt_ref: Mapping[str, Any], mode: BenchMode) -> Bench:
    bench = Bench(
        booking_id=place.booking.id,
        asset_id=place.asset.id,
        person_id=actor.person_id,
        organisation_id=actor.organisation_id,
        mode=mode,
        attempt_ref=dict(attempt_ref),
        seen_at=clock.now(),
    )
    db.session.add(bench)
    db.session.flush()
    db.session.add(Recording(bench_id=bench.id, asset_id=place.asset.id))
    db.session.flush()
    return bench


def _carry_on(bench: Bench, attempt_ref: Mapping[str, Any] | None, mode: BenchMode) -> Bench:
    if attempt_ref:
        bench.attempt_ref = {**bench.attempt_ref, **attempt_ref}
    bench.mode = mode
    return bench


def _close(bench: Bench, actor: Actor, reason: EndReason) -> Bench:
    if bench.closed_at is not None:
        return bench
    now = clock.now()
    _end_controls(bench, reason)
    bench.closed_at = now
    recording = bench.recording
    if recording is not None and recording.ended_at is None:
        recording.ended_at = now
        jobs.enqueue(SEAL_RECORDING, recording_id=recording.id, once_key=f"seal:{recording.id}:0")
    note("bench_closed", bench.asset_id, bench.id, reason=reason.value)
    audit.record(actor, "live.bench_closed", "bench", bench.id, reason=reason.value)
    return bench


def _end_controls(bench: Bench, reason: EndReason) -> None:
    if end_grants(ControlGrant.bench_id == bench.id, reason, clock.now()):
        tell_all(bench.asset_id, "controls")


def _switch(bench_id: UUID, actor: Actor, mode: BenchMode) -> Bench:
    with transaction():
        bench = own_bench(bench_id, actor)
        if bench.mode is not mode:
            _end_controls(bench, EndReason.TO_TWIN)
            bench.mode = mode
            note("mode", bench.asset_id, bench.id, mode=mode.value)
            audit.record(actor, "live.bench_mode", "bench", bench.id, after={"mode": mode.value})
            tell_all(bench.asset_id, "mode")
        return bench
