"""What a holder or an organisation has booked besides: for chains, gaps, minutes, expired holds aside."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from lift.core.db import Instants, db
from lift.labs.enums import HOLDING, BookingStatus
from lift.labs.models import Booking, Claim
from lift.labs.queries.claims import hold_is_over

COUNTED = (*HOLDING, BookingStatus.DONE, BookingStatus.NO_SHOW)


def on_resource(
    holder_id: UUID, unit_ids: Collection[UUID], within: Instants, now: datetime, but: UUID | None
) -> list[Instants]:
    """The visible times of a holder's other bookings on these units that touch a range."""
    query = _visible(within, now, but).where(Booking.holder_id == holder_id)
    claimed = sa.select(Claim.booking_id).where(Claim.unit_id.in_(unit_ids))
    return list(db.session.scalars(query.where(Booking.id.in_(claimed))))


def of_person(holder_id: UUID, lab_id: UUID, within: Instants, now: datetime, but: UUID | None) -> list[Instants]:
    """The same over a whole lab."""
    query = _visible(within, now, but).where(Booking.holder_id == holder_id, Booking.lab_id == lab_id)
    return list(db.session.scalars(query))


def of_organisation(body: UUID, lab_id: UUID, within: Instants, now: datetime, but: UUID | None) -> list[Instants]:
    """The same for everybody who booked for an organisation."""
    query = _visible(within, now, but).where(Booking.organisation_id == body, Booking.lab_id == lab_id)
    return list(db.session.scalars(query))


def _visible(within: Instants, now: datetime, but: UUID | None) -> sa.Select[Instants]:
    query = sa.select(Booking.during).where(
        Booking.status.in_(COUNTED),
        Booking.session_id.is_(None),
        Booking.during.overlaps(within),
        sa.not_(hold_is_over(now)),
    )
    return query if but is None else query.where(Booking.id != but)
