"""What happens by the clock. Each function works by state and takes ``now``, so a missed or doubled tick does no harm."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from lift.core.db import db, transaction
from lift.labs.enums import BookingStatus
from lift.labs.models import Booking, Claim
from lift.labs.queries.claims import hold_is_over
from lift.labs.services.claims import end_expired_holds

BATCH = 100


def sweep_holds(now: datetime) -> int:
    """End the holds that nobody came across, by the function that every verb uses. Returns how many were due."""
    with transaction() as session:
        due = session.scalars(sa.select(Booking.id).where(hold_is_over(now)).order_by(Booking.expires_at).limit(BATCH))
        ids = due.all()
        units = session.scalars(sa.select(Claim.unit_id).where(Claim.booking_id.in_(ids)).distinct()).all()
        end_expired_holds(units, now)
        return len(ids)


def finish_bookings(now: datetime) -> int:
    """Confirmed bookings begin, begun ones are over and keep their claims. Nothing waits for it: rights follow the time."""
    begun = sa.update(Booking).where(Booking.status == BookingStatus.CONFIRMED, sa.func.lower(Booking.during) <= now)
    over = sa.update(Booking).where(Booking.status == BookingStatus.ACTIVE, sa.func.upper(Booking.during) <= now)
    with transaction():
        changed = [
            db.session.execute(statement.returning(Booking.id).execution_options(synchronize_session=False)).all()
            for statement in (
                begun.values(status=BookingStatus.ACTIVE),
                over.values(status=BookingStatus.DONE, ended_at=sa.func.upper(Booking.during)),
            )
        ]
    return sum(len(rows) for rows in changed)
