"""The one promotion, called after every event that can free or add seats and by the sweep; pools released once (N2)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from lift.core import audit, events
from lift.core.actor import SYSTEM
from lift.core.db import db, transaction
from lift.core.errors import require_found
from lift.training import queries
from lift.training.enums import EnrolmentStatus, LedgerReason, SessionStatus
from lift.training.models import Enrolment, PilotSession, Pool
from lift.training.policy import who_fits
from lift.training.policy.clocks import offer_ends
from lift.training.policy.pools import queue_of
from lift.training.services import seats

SEAT_FREED = "training.seat_freed"


def promote_waiting(session_id: UUID, *, now: datetime, but: UUID | None = None) -> list[UUID]:
    """Offer what is free in a session to who waits, in order of tickets, each pool's own list. Returns who got an offer.

    ``but``: who declined just now is not asked again by the same act. Pools whose instant has come are released first.
    No offer leaves after the last-call instant (E9): from then on the host telephones.
    """
    with transaction():
        session = require_found(queries.enrollable_session(session_id, held=True))
        seats.enter(session, now)
        for pool in session.pools:
            _release(pool, now)
        if session.status is not SessionStatus.OPEN or now >= session.last_call_at:
            return []
        promoted = [enrolment_id for pool in session.pools for enrolment_id in _offer(pool, session, now, but)]
        for enrolment_id in promoted:
            audit.record(SYSTEM, "training.offer", "enrolment", enrolment_id)
            events.announce(SEAT_FREED, enrolment_id=enrolment_id)
        return promoted


def sweep(now: datetime) -> int:
    """Release pools, end what is past its time, promote. Works by state, twice is once; returns the sessions touched."""
    due = queries.sessions_with_something_due(now)
    for session_id in due:
        promote_waiting(session_id, now=now)
    return len(due)


def _offer(pool: Pool, session: PilotSession, now: datetime, but: UUID | None) -> list[UUID]:
    """The session's pools are locked, so nobody joins, leaves or takes meanwhile."""
    free = None if pool.size is None else pool.size - pool.taken
    waiting = [] if free == 0 else [entry for entry in queries.waiting_in(session.id) if entry.id != but]
    chosen = who_fits(queue_of(pool, waiting), free)
    clock = seats.clock_of(offer_ends(now, session.starts_at), now)
    for enrolment_id in chosen:
        row = db.session.get_one(Enrolment, enrolment_id, populate_existing=True)
        moved = {"pool_id": pool.id} if row.pool_id != pool.id else {}
        seats.swap(row, EnrolmentStatus.WAITING, EnrolmentStatus.OFFERED, **clock, **moved)
    pool.taken += len(chosen)
    db.session.flush()
    seats.write_ledger(pool.id, chosen, 1, LedgerReason.PROMOTED)
    return chosen


def _release(pool: Pool, now: datetime) -> None:
    """Move a pool's unused seats, and who waits in it, to its fall-back: once when its instant has come, and again what
    is given back to it later. Who moves joins the other queue at its end: a ticket changes on joining only."""
    if pool.release_at is None or now < pool.release_at or pool.fallback_id is None:
        return
    other = db.session.get_one(Pool, pool.fallback_id)
    unused = 0 if pool.size is None else pool.size - pool.taken
    if pool.released_at is None:
        pool.released_at = now
        audit.record(SYSTEM, "training.release_pool", "pool", pool.id, after={"seats": unused, "to": other.id})
    pool.size = pool.taken
    other.size = None if other.size is None else other.size + unused
    waiting = sa.select(Enrolment).where(Enrolment.pool_id == pool.id, Enrolment.status == EnrolmentStatus.WAITING)
    for row in db.session.scalars(waiting.order_by(Enrolment.ticket)):
        row.pool_id, row.ticket = other.id, other.next_ticket
        other.next_ticket += 1
    db.session.flush()
