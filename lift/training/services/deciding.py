"""Changing an open session: seats of a pool, go or no-go at its instant (E15, T8)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from lift.core import audit, clock
from lift.core.actor import SYSTEM, Actor
from lift.core.db import db, transaction
from lift.core.errors import Conflict, Problem, Refused, require, require_found
from lift.core.i18n import Text
from lift.core.locks import lock_rows
from lift.training import queries, texts
from lift.training.enums import Decision, SessionStatus
from lift.training.models import PilotSession, Pool
from lift.training.permissions import can_open_session
from lift.training.services import seats
from lift.training.services.promotion import promote_waiting
from lift.training.services.sessions import cancel_session


def resize_pool(pool_id: UUID, size: int, *, actor: Actor) -> Pool:
    """More or fewer seats in a pool; what is added is offered at once to who waits. Raises Refused below what is taken."""
    now = clock.now()
    with transaction():
        pool = require_found(db.session.get(Pool, pool_id))
        session = _managed(pool.session_id, actor)
        seats.enter(session, now)
        db.session.refresh(pool)
        if size < pool.taken:
            told = Text(texts.SEATS_TAKEN, {"taken": pool.taken})
            raise Refused(Problem("E4", told, owner="training", field="size", passes=pool.taken))
        before, pool.size = pool.size, size
        db.session.flush()
        session.capacity = sum(p.size or 0 for p in session.pools)
        audit.record(actor, "training.resize_pool", "pool", pool.id, before={"size": before}, after={"size": size})
        promote_waiting(session.id, now=now)
        return pool


def decide_go(session_id: UUID, *, actor: Actor) -> PilotSession:
    """The session takes place. Raises Conflict when it was decided before."""
    with transaction():
        row = _managed(session_id, actor)
        if row.decision is not None or row.status is not SessionStatus.OPEN:
            raise Conflict(Problem("E15", Text(texts.DECIDED_ALREADY), owner="training"))
        row.decision, row.decided_at = Decision.GO, clock.now()
        audit.record(actor, "training.decide_go", "pilot_session", row.id)
        return row


def decide_cancel(session_id: UUID, *, actor: Actor, reason: str) -> PilotSession:
    """The session does not take place: cancelled, everything given back, each person told once."""
    with transaction():
        row = cancel_session(session_id, actor=actor, reason=reason)
        row.decision, row.decided_at = Decision.CANCEL, clock.now()
        return row


def decide_due(now: datetime) -> int:
    """At the decision instant (T8): the minimum is reached, so it is go; or a task is raised; or it is cancelled, where that
    was set. Only confirmed seats count. Works by state; returns the sessions decided."""
    return sum(_decide(session_id, now) for session_id in queries.sessions_to_decide(now))


def _decide(session_id: UUID, now: datetime) -> bool:
    with transaction():
        row = lock_rows(PilotSession, [session_id])[0]
        if row.decision is not None or row.status is not SessionStatus.OPEN or row.decide_at > now:
            return False
        if queries.confirmed_in(row.id) >= row.minimum:
            decide_go(row.id, actor=SYSTEM)
        elif row.auto_cancel:
            decide_cancel(row.id, actor=SYSTEM, reason=texts.UNDER_MINIMUM)
        else:
            return False
        return True


def _managed(session_id: UUID, actor: Actor) -> PilotSession:
    """Locked, and the actor may."""
    row = require_found(next(iter(lock_rows(PilotSession, [session_id])), None))
    allowed = can_open_session(actor, row.organisation_id, row.lab_id)
    require(allowed, Problem("R2", Text(texts.MAY_NOT_OPEN, {"lab": ""}), owner="training"))
    return row
