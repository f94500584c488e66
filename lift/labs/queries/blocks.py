"""What a block would take: the units of a resource or a lab, and the bookings that stand on them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from lift.core.db import Instants, db
from lift.labs.enums import HOLDING
from lift.labs.models import Asset, Booking, Claim, Resource, Unit


def units_of(lab_id: UUID, resource_id: UUID | None) -> Sequence[UUID]:
    """The units of one resource, or of every asset and room of a lab."""
    query = sa.select(Unit.id).join(Unit.resource).outerjoin(Asset, Asset.id == Resource.asset_id)
    if resource_id is not None:
        return db.session.scalars(query.where(Resource.id == resource_id)).all()
    return db.session.scalars(query.where(sa.or_(Asset.lab_id == lab_id, Resource.lab_id == lab_id))).all()


def bookings_in_the_way(unit_ids: Collection[UUID], during: Instants) -> Sequence[Booking]:
    """Bookings with a claim on one of these units that touches ``during`` and may still be given up."""
    claimed = sa.select(Claim.booking_id).where(Claim.unit_id.in_(unit_ids), Claim.during.overlaps(during))
    query = sa.select(Booking).where(Booking.id.in_(claimed), Booking.status.in_(HOLDING))
    return db.session.scalars(query.options(joinedload(Booking.lab)).order_by(Booking.id)).all()
