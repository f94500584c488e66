"""Beginning and ending sign-ins. The end of one announces ``people.signed_out``: benches reach their safe state first."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa

from lift.core import audit, clock, events
from lift.core.actor import SYSTEM, Actor
from lift.core.db import db, transaction
from lift.people.models import SharedSignIn

IDLE_LIMIT = timedelta(minutes=15)
SEEN_STEP = timedelta(seconds=30)  # how often a busy browser writes that it was seen


def begin_shared_sign_in(person_id: UUID) -> UUID:
    """A new sign-in on a shared computer; its id goes into the cookie."""
    with transaction() as session:
        row = SharedSignIn(person_id=person_id, seen_at=clock.now())
        session.add(row)
        session.flush()
        return row.id


def keep_shared_sign_in(sign_in_id: UUID, *, seen: bool) -> bool:
    """True while it goes on; moves the idle clock when ``seen``. An idle one is ended here, whoever asks first."""
    now = clock.now()
    row = db.session.get(SharedSignIn, sign_in_id, populate_existing=True)
    if row is None or row.ended_at is not None:
        return False
    if row.seen_at < now - IDLE_LIMIT:
        end_idle_sign_ins(now)
        return False
    if seen and row.seen_at < now - SEEN_STEP:
        with transaction():
            row.seen_at = now
    return True


def end_idle_sign_ins(now: datetime) -> int:
    """End every shared sign-in that nobody touched for 15 minutes; returns how many. Also called by the clock."""
    with transaction() as session:
        ended = session.execute(
            sa.update(SharedSignIn)
            .where(SharedSignIn.ended_at.is_(None), SharedSignIn.seen_at < now - IDLE_LIMIT)
            .values(ended_at=now)
            .returning(SharedSignIn.id, SharedSignIn.person_id)
            .execution_options(synchronize_session=False)
        ).all()
        for row in ended:
            audit.record(SYSTEM, "people.sign_in_idle", "shared_sign_in", row.id)
            events.announce("people.signed_out", person_id=row.person_id)
    return len(ended)


def sign_out(actor: Actor, shared_id: UUID | None) -> None:
    """End one sign-in by the person's own wish."""
    with transaction() as session:
        if shared_id is not None:
            session.execute(
                sa.update(SharedSignIn)
                .where(SharedSignIn.id == shared_id, SharedSignIn.ended_at.is_(None))
                .values(ended_at=clock.now())
                .execution_options(synchronize_session=False)
            )
        audit.record(actor, "people.signed_out", "person", actor.person_id or "")
        events.announce("people.signed_out", person_id=actor.person_id)
