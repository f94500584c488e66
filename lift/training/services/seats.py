"""Seats: pools moved by conditional updates, one ledger row per movement. Nobody overtakes, nothing is oversold.

Order inside a transaction: pools in id order, then who waits is read, then enrolments, then the ledger.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa

from lift.core.db import db
from lift.core.locks import busy_when_locked
from lift.training.enums import EnrolmentStatus, LedgerReason
from lift.training.models import Enrolment, Pool, PoolLedger

OFFER_LASTS = timedelta(hours=48)
OFFER_AT_LEAST = timedelta(hours=2)

_TAKE = sa.text("""
    WITH before AS (SELECT id, taken, next_ticket FROM pool WHERE id = :pool FOR NO KEY UPDATE)
    UPDATE pool SET
      taken = pool.taken + CASE WHEN :all_or_none
        THEN CASE WHEN pool.size IS NULL OR pool.taken + :n <= pool.size THEN :n ELSE 0 END
        ELSE LEAST(:n, COALESCE(pool.size - pool.taken, :n)) END,
      next_ticket = pool.next_ticket + :n
    FROM before WHERE pool.id = before.id
    RETURNING pool.taken - before.taken AS got, before.next_ticket AS ticket
""").bindparams(sa.bindparam("pool", type_=sa.Uuid()), sa.bindparam("n", type_=sa.Integer()))

# Asked by every verb that takes seats, and hardly ever there.
_OVER = sa.text(
    "SELECT id FROM enrolment WHERE pool_id = ANY(CAST(:pools AS uuid[])) AND status IN ('hold', 'offered')"
    " AND expires_at <= :now"
)


def take_seats(pool_id: UUID, n: int, *, all_or_none: bool) -> tuple[int, int]:
    """Take up to ``n`` seats (or all or none) and draw ``n`` tickets: (seats got, first ticket).

    While somebody waits in this pool no seat is sold past them: then 0 are got. Raises Busy when the pool is locked.
    """
    with busy_when_locked():
        row = db.session.execute(_TAKE, {"pool": pool_id, "n": n, "all_or_none": all_or_none}).one()
    if row.got and somebody_waits(pool_id):
        give_back(pool_id, row.got)
        return 0, row.ticket
    return row.got, row.ticket


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


def free_seat(enrolment: Enrolment, status: EnrolmentStatus, reason: LedgerReason, now: datetime) -> bool:
    """Give up one seat exactly once: compare-and-swap on the status, then pool and ledger. False when it was given up already."""
    changed = db.session.execute(
        sa.update(Enrolment)
        .where(Enrolment.id == enrolment.id, Enrolment.status == enrolment.status)
        .values(status=status, ended_at=now)
        .returning(Enrolment.id)
        .execution_options(synchronize_session=False)
    ).scalar_one_or_none()
    if changed is None:
        return False
    give_back(enrolment.pool_id, 1)
    write_ledger(enrolment.pool_id, [enrolment.id], -1, reason)
    return True


def end_expired(pool_ids: Sequence[UUID], now: datetime) -> int:
    """End holds and offers whose time is over in these pools: called by every verb that takes seats, and by the sweeper."""
    over = list(db.session.scalars(_OVER, {"pools": list(pool_ids), "now": now}))
    if not over:
        return 0
    query = (  # asks again: between the two statements one may have been confirmed
        sa.select(Enrolment)
        .where(
            Enrolment.id.in_(over),
            Enrolment.status.in_([EnrolmentStatus.HOLD, EnrolmentStatus.OFFERED]),
            Enrolment.expires_at <= now,
        )
        .order_by(Enrolment.pool_id, Enrolment.ticket)
    )
    late = list(db.session.scalars(query))
    ended = sum(free_seat(e, EnrolmentStatus.EXPIRED, LedgerReason.EXPIRED, now) for e in late)
    for enrolment in late:
        db.session.expire(enrolment)
    return ended


def promote(pool_id: UUID, starts_at: datetime, now: datetime) -> list[UUID]:
    """Offer freed seats in order of tickets; the one function for it. Returns the enrolments that got an offer.

    Called after every event that can free or add seats, and by the sweep. An offer lasts 48 h, never more than half
    the time left and never under 2 h (E9).
    """
    promoted: list[UUID] = []
    while (waiting := _first_waiting(pool_id)) is not None and _take_one(pool_id):
        until = now + max(OFFER_AT_LEAST, min(OFFER_LASTS, (starts_at - now) / 2))
        moved = db.session.execute(
            sa.update(Enrolment)
            .where(Enrolment.id == waiting, Enrolment.status == EnrolmentStatus.WAITING)
            .values(status=EnrolmentStatus.OFFERED, expires_at=until)
            .returning(Enrolment.id)
            .execution_options(synchronize_session=False)
        ).scalar_one_or_none()
        if moved is None:
            give_back(pool_id, 1)
            continue
        write_ledger(pool_id, [waiting], 1, LedgerReason.PROMOTED)
        promoted.append(waiting)
    return promoted


def _take_one(pool_id: UUID) -> bool:
    with busy_when_locked():
        moved = db.session.execute(
            sa.update(Pool)
            .where(Pool.id == pool_id, sa.or_(Pool.size.is_(None), Pool.taken < Pool.size))
            .values(taken=Pool.taken + 1)
            .returning(Pool.id)
            .execution_options(synchronize_session=False)
        )
        return moved.scalar_one_or_none() is not None


def _first_waiting(pool_id: UUID) -> UUID | None:
    query = sa.select(Enrolment.id).where(Enrolment.pool_id == pool_id, Enrolment.status == EnrolmentStatus.WAITING)
    return db.session.scalar(query.order_by(Enrolment.ticket).limit(1))
