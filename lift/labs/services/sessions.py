"""What training asks for: asset, room and trainers of one session, in one booking that stands or falls with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa

from lift.core import audit, clock, events
from lift.core.actor import Actor
from lift.core.db import Instants, db, transaction
from lift.core.errors import Refused
from lift.core.ids import short_code
from lift.core.locks import lock_rows
from lift.labs.enums import HOLDING, BookingStatus, Purpose, Release
from lift.labs.models import Booking
from lift.labs.services.claims import claim_units, end_bookings, end_expired_holds
from lift.labs.services.plans import Unfit, judged_for_session, plan_for, tells_nearest


@dataclass(frozen=True)
class SessionBundle:
    """What a session takes, for each of its parts. Rooms are named as in the lab; people are the trainers."""

    asset_ids: tuple[UUID, ...]
    parts: tuple[Instants, ...]
    room_names: tuple[str, ...] = ()
    person_ids: tuple[UUID, ...] = ()


@tells_nearest
def book_for_session(
    bundle: SessionBundle, session_id: UUID, *, organisation_id: UUID, title: str, actor: Actor
) -> Booking:
    """One confirmed booking with every claim of the session, or none.

    The caller, a verb of training in its own transaction, has authorised the actor; opening, blocks and what others
    hold are judged here. The parts may have begun. Raises Refused with every problem.
    """
    with transaction() as session:
        now = clock.now()
        plan = plan_for(bundle.asset_ids, bundle.parts, person_ids=bundle.person_ids, rooms=bundle.room_names)
        end_expired_holds(plan.unit_ids, now)
        choices = judged_for_session(plan, now).choices
        booking = Booking(
            code=short_code(8),
            lab_id=plan.lab.id,
            organisation_id=organisation_id,
            session_id=session_id,
            title=title,
            purpose=Purpose.TRAINING,
            status=BookingStatus.CONFIRMED,
            during=plan.during,
            created_by=actor.person_id,
        )
        session.add(booking)
        session.flush()
        try:
            claim_units(booking, choices)
        except Refused as refused:
            raise Unfit(refused.problems, plan) from refused
        audit.record(actor, "labs.book_for_session", "booking", booking.id, after={"session": session_id})
        return booking


def release_for_session(session_id: UUID, *, actor: Actor, reason: str = "") -> int:
    """A cancelled session gives everything back; returns how many bookings that were. Doing it twice changes nothing."""
    with transaction():
        ids = db.session.scalars(sa.select(Booking.id).where(Booking.session_id == session_id)).all()
        standing: Sequence[Booking] = [b for b in lock_rows(Booking, ids) if b.status in HOLDING]
        for booking in standing:
            booking.reason = reason or None
        end_bookings(standing, BookingStatus.CANCELLED_IN_TIME, Release.CANCELLED, clock.now(), {})
        for booking in standing:
            audit.record(actor, "labs.release_for_session", "booking", booking.id, reason=reason or None)
            events.announce("labs.booking_ended", booking_id=booking.id, status=booking.status.value)
        return len(standing)
