"""What a block would take: the units of a resource or a lab, and the bookings that stand on them. Blocks of a lab."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from lift.core.db import Instants, db
from lift.labs.enums import HOLDING, BlockKind
from lift.labs.models import Asset, Block, Booking, Claim, Displacement, Lab, Resource, Unit
from lift.people.models import Organisation, Person

Place = tuple[UUID, UUID | None]
"""A lab, and a resource of it; None for the whole lab."""


@dataclass(frozen=True)
class Hit:
    """A booking that would give way, as its preview shows it. ``session``: a training session holds it."""

    code: str
    during: Instants
    zone: str
    title: str
    who: str
    takes: str
    session: bool


@dataclass(frozen=True)
class BlockRow:
    """A block that still stands, with how many bookings gave way to it."""

    block: Block
    name: str
    displaced: int


def units_of(lab_id: UUID, resource_id: UUID | None) -> Sequence[UUID]:
    """The units of one resource, or of every asset and room of a lab."""
    query = sa.select(Unit.id).join(Unit.resource).outerjoin(Asset, Asset.id == Resource.asset_id)
    if resource_id is not None:
        return db.session.scalars(query.where(Resource.id == resource_id)).all()
    return db.session.scalars(query.where(sa.or_(Asset.lab_id == lab_id, Resource.lab_id == lab_id))).all()


def bookings_in_the_way(unit_ids: Collection[UUID], during: Instants) -> Sequence[Booking]:
    """Bookings with a claim on one of these units that touches ``during`` and may still be given up.

    In the order in which they are offered something else: teaching sessions, then by creation.
    """
    claimed = sa.select(Claim.booking_id).where(Claim.unit_id.in_(unit_ids), Claim.during.overlaps(during))
    query = sa.select(Booking).where(Booking.id.in_(claimed), Booking.status.in_(HOLDING))
    ordered = query.order_by(Booking.session_id.is_(None), Booking.id)
    return db.session.scalars(ordered.options(joinedload(Booking.lab))).all()


def impact(places: Sequence[Place], during: Instants) -> list[Hit]:
    """Whose bookings would give way, in the order of the offers. Two queries, and one a place."""
    units = [unit for lab_id, resource_id in places for unit in units_of(lab_id, resource_id)]
    standing = bookings_in_the_way(units, during)
    ids = [booking.id for booking in standing]
    takes = sa.func.string_agg(sa.func.coalesce(Asset.name, Resource.name), ", ")
    query = (
        sa.select(Booking.id, Person.name, Organisation.short_name, takes)
        .join(Organisation, Organisation.id == Booking.organisation_id)
        .outerjoin(Person, Person.id == Booking.holder_id)
        .join(Claim, Claim.booking_id == Booking.id)
        .join(Unit, Unit.id == Claim.unit_id)
        .join(Resource, sa.and_(Resource.id == Unit.resource_id, Resource.person_id.is_(None)))
        .outerjoin(Asset, Asset.id == Resource.asset_id)
        .where(Booking.id.in_(ids))
        .group_by(Booking.id, Person.name, Organisation.short_name)
    )
    said = {row[0]: (row[1] or row[2], row[3]) for row in db.session.execute(query)} if ids else {}
    return [Hit(b.code, b.during, b.lab.zone, b.title, *said[b.id], session=b.session_id is not None) for b in standing]


def block_by_id(block_id: UUID) -> Block | None:
    """A block, removed or not."""
    return db.session.get(Block, block_id)


def standing_blocks(lab: Lab, now: datetime) -> list[BlockRow]:
    """Blocks that are not over, by start; those of outside calendars change there."""
    gone = sa.select(sa.func.count()).where(Displacement.block_id == Block.id).scalar_subquery()
    query = (
        sa.select(Block, sa.func.coalesce(Asset.name, Resource.name, sa.literal(lab.name)), gone)
        .outerjoin(Resource, Resource.id == Block.resource_id)
        .outerjoin(Asset, Asset.id == Resource.asset_id)
        .where(
            Block.lab_id == lab.id,
            Block.removed_at.is_(None),
            Block.during.op("&&")(sa.func.tstzrange(now, None)),
            Block.kind != BlockKind.OUTSIDE,
        )
        .order_by(Block.during, Block.id)
        .limit(100)
    )
    return [BlockRow(*row) for row in db.session.execute(query)]


def displacement_of(booking_id: UUID) -> Displacement | None:
    """To which block a booking gave way, and until when its old time is offered back."""
    return db.session.get(Displacement, booking_id)


def displaced_by(block_id: UUID) -> Sequence[Displacement]:
    """Who gave way to a block, in the order in which they did."""
    query = sa.select(Displacement).where(Displacement.block_id == block_id)
    return db.session.scalars(query.order_by(Displacement.displaced_at, Displacement.booking_id)).all()
