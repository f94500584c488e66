"""Seats: pools moved under their locks, one ledger row per movement. Nobody overtakes, nothing is oversold.

Order inside a transaction: the session's row, tallies of aid, of companies with a cap, vouchers, pools in id order, then
who waits is read, then enrolments, then the ledger. ``enter`` is the first call of every verb that moves seats.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from lift.core import audit, events, tallies
from lift.core.actor import SYSTEM
from lift.core.db import db
from lift.core.locks import busy_when_locked, lock_rows
from lift.training import queries
from lift.training.enums import SEATED, EnrolmentStatus, LedgerReason
from lift.training.models import Enrolment, PilotSession, Pool, PoolLedger, Voucher
from lift.training.policy import shared_out
from lift.training.policy.pools import queue_of
from lift.training.services import money

_TAKE = sa.text("""
    WITH before AS (SELECT id, taken, next_ticket FROM pool WHERE id = :pool FOR NO KEY UPDATE)
    UPDATE pool SET
      taken = pool.taken + CASE WHEN :whole
        THEN CASE WHEN pool.size IS NULL OR pool.taken + :n <= pool.size THEN :n ELSE 0 END
        ELSE LEAST(:n, COALESCE(pool.size - pool.taken, :n)) END,
      next_ticket = pool.next_ticket + :n
    FROM before WHERE pool.id = before.id
    RETURNING pool.taken - before.taken AS got, before.next_ticket AS ticket
""").bindparams(sa.bindparam("pool", type_=sa.Uuid()), sa.bindparam("n", type_=sa.Integer()))

CLOCK_ENDED = "training.clock_ended"
CLOCK_STOPS: dict[str, Any] = {
    "expires_at": None, "clock_began_at": None, "warned_at": None, "warned_again": False, "extended": False,
}  # fmt: skip


@dataclass(frozen=True)
class Place:
    """Where one row of a request stands: seated in a pool or waiting in it, with its ticket."""

    pool_id: UUID
    ticket: int
    seated: bool


def enter(
    session: PilotSession, now: datetime, *companies: UUID, vouchers: Iterable[UUID] = (), takes: bool = False
) -> None:
    """Lock what a verb moves: tallies of companies under a cap, vouchers, all pools of the session; then end what is
    over, so that no dead place keeps a seat from anybody.

    Who only takes seats of a session with one pool leaves the lock to the statement that takes them.
    """
    pools = [pool.id for pool in session.pools]
    due = queries.places_due(pools, now)
    if session.company_cap is not None:
        tallies.lock(queries.cap_key(session.id, c) for c in {*companies, *(place.organisation_id for place in due)})
    lock_rows(Voucher, {*vouchers, *(place.voucher_id for place in due if place.voucher_id)})
    if due or len(pools) > 1 or not takes:
        lock_rows(Pool, pools)
    if due:
        asked = sa.select(Enrolment).where(Enrolment.id.in_([d.id for d in due]), queries.clock_may_act(now))
        for enrolment in db.session.scalars(asked.order_by(Enrolment.pool_id, Enrolment.ticket)).all():
            _end_clock(enrolment, now)
        for pool in session.pools:
            db.session.refresh(pool)


def _end_clock(enrolment: Enrolment, now: datetime) -> None:
    """Silence frees the seat; of a seat with a name only the aid question was open, so it keeps the seat without aid."""
    if enrolment.status is EnrolmentStatus.CONFIRMED and enrolment.person_id is not None:
        money.drop_aid(enrolment)
    elif not leave(enrolment, EnrolmentStatus.EXPIRED, LedgerReason.EXPIRED, now):
        return
    audit.record(SYSTEM, "training.end_clock", "enrolment", enrolment.id, after={"status": enrolment.status})
    events.announce(CLOCK_ENDED, enrolment_id=enrolment.id)


def take(session: PilotSession, pools: Sequence[Pool], n: int, *, whole: bool) -> list[Place]:
    """Take up to ``n`` seats (``whole``: all or none) of these pools in order; who gets none waits in the last.

    While somebody waits in a pool none of its seats is sold past them. Raises Busy when a pool is locked.
    """
    if len(session.pools) > 1:
        return _take_from_several(session, pools, n, whole=whole)
    pool_id = pools[0].id
    with busy_when_locked():
        row = db.session.execute(_TAKE, {"pool": pool_id, "n": n, "whole": whole}).one()
    got = row.got
    if got and somebody_waits(pool_id):
        give_back(pool_id, got)
        got = 0
    return [Place(pool_id, row.ticket + number, number < got) for number in range(n)]


def _take_from_several(session: PilotSession, pools: Sequence[Pool], n: int, *, whole: bool) -> list[Place]:
    """The pools are locked and fresh."""
    waiting = queries.waiting_in(session.id)
    rooms = [0 if queue_of(p, waiting) else None if p.size is None else p.size - p.taken for p in pools]
    places = []
    for pool, got in zip(pools, shared_out(n, rooms, whole=whole), strict=True):
        places += [Place(pool.id, pool.next_ticket + number, seated=True) for number in range(got)]
        pool.taken += got
        pool.next_ticket += got
    last, left = pools[-1], n - len(places)
    places += [Place(last.id, last.next_ticket + number, seated=False) for number in range(left)]
    last.next_ticket += left
    db.session.flush()
    return places


def give_back(pool_id: UUID, n: int) -> None:
    """Lower the pool's count; its check refuses to go below zero."""
    db.session.execute(
        sa.update(Pool)
        .where(Pool.id == pool_id)
        .values(taken=Pool.taken - n)
        .execution_options(synchronize_session=False)
    )


def somebody_waits(pool_id: UUID) -> bool:
    """True while anybody stands in this pool's queue."""
    query = sa.exists().where(Enrolment.pool_id == pool_id, Enrolment.status == EnrolmentStatus.WAITING)
    return bool(db.session.scalar(sa.select(query)))


def write_ledger(pool_id: UUID, enrolment_ids: Iterable[UUID], change: int, reason: LedgerReason) -> None:
    """One row per movement."""
    rows = [{"pool_id": pool_id, "enrolment_id": e, "change": change, "reason": reason} for e in enrolment_ids]
    if rows:
        db.session.execute(sa.insert(PoolLedger), rows)


def leave(enrolment: Enrolment, status: EnrolmentStatus, reason: LedgerReason, now: datetime) -> bool:
    """End a live place exactly once: compare-and-swap on the status, then pool and ledger where it was a seat, then the
    company's tally. False when somebody was faster."""
    before = enrolment.status
    if not swap(enrolment, before, status, ended_at=now, **CLOCK_STOPS):
        return False
    if before in SEATED:
        give_back(enrolment.pool_id, 1)
        write_ledger(enrolment.pool_id, [enrolment.id], -1, reason)
    if enrolment.session.company_cap is not None:
        tallies.give_back(queries.cap_key(enrolment.session_id, enrolment.organisation_id), 1)
    if status is not EnrolmentStatus.WITHDRAWN_LATE:
        money.give_back(enrolment)
    return True


def swap(enrolment: Enrolment, before: EnrolmentStatus, after: EnrolmentStatus, **values: object) -> bool:
    """The one way a status changes: only from ``before``; False when it is another one by now. The row is read again."""
    moved = db.session.execute(
        sa.update(Enrolment)
        .where(Enrolment.id == enrolment.id, Enrolment.status == before)
        .values(status=after, **values)
        .returning(Enrolment.id)
        .execution_options(synchronize_session=False)
    ).scalar_one_or_none()
    db.session.refresh(enrolment)
    return moved is not None


def clock_of(ends: datetime | None, now: datetime) -> dict[str, Any]:
    """The columns of a clock that begins now; of none where ``ends`` is None."""
    return CLOCK_STOPS | ({"clock_began_at": now, "expires_at": ends} if ends else {})
