"""Problems of assets: what is open in a lab and what became of the rest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from lift.core.db import db
from lift.labs.models import Asset, Block, Booking, Claim, Displacement, Failure, Lab, Resource, Unit
from lift.people.models import Person

RECENT = timedelta(days=14)
MOST_CLOSED = 20


@dataclass(frozen=True)
class FailureRow:
    """A problem with its asset, who reported it, its block while the asset is down, and how many bookings gave way."""

    failure: Failure
    reporter: str | None
    block: Block | None
    displaced: int


def failure_by_id(failure_id: UUID) -> Failure | None:
    """A problem with its asset and lab."""
    query = sa.select(Failure).where(Failure.id == failure_id)
    return db.session.scalar(query.options(joinedload(Failure.asset).joinedload(Asset.lab)))


def open_failure(asset_id: UUID) -> Failure | None:
    """The problem of an asset for which it is down now."""
    query = sa.select(Failure).where(
        Failure.asset_id == asset_id, Failure.closed_at.is_(None), Failure.block_id.is_not(None)
    )
    return db.session.scalar(query.order_by(Failure.id).limit(1))


def failures_of(lab: Lab, now: datetime) -> list[FailureRow]:
    """Open problems, the oldest first, then the last ones closed in two weeks. One query."""
    gone = sa.select(sa.func.count()).where(Displacement.block_id == Failure.block_id).scalar_subquery()
    query = (
        sa.select(Failure, Person.name, Block, gone)
        .join(Failure.asset)
        .outerjoin(Person, Person.id == Failure.reported_by)
        .outerjoin(Block, Block.id == Failure.block_id)
        .where(Asset.lab_id == lab.id, sa.or_(Failure.closed_at.is_(None), Failure.closed_at > now - RECENT))
        .options(joinedload(Failure.asset))
        .order_by(Failure.closed_at.is_not(None), Failure.closed_at.desc(), Failure.id)
        .limit(100)
    )
    rows = [FailureRow(*row) for row in db.session.execute(query)]
    standing = [row for row in rows if row.failure.closed_at is None]
    return standing + [row for row in rows if row.failure.closed_at is not None][:MOST_CLOSED]


def has_booked(person_id: UUID | None, asset_id: UUID) -> bool:
    """True for somebody who holds or held a booking with a claim on the asset."""
    query = (
        sa.select(Booking.id)
        .join(Claim, Claim.booking_id == Booking.id)
        .join(Unit, Unit.id == Claim.unit_id)
        .join(Resource, Resource.id == Unit.resource_id)
        .where(Booking.holder_id == person_id, Resource.asset_id == asset_id)
    )
    return person_id is not None and db.session.scalar(query.limit(1)) is not None


def bookings_before(unit_ids: Sequence[UUID], now: datetime, untils: Sequence[datetime]) -> list[int]:
    """How many bookings stand on these units between ``now`` and each of ``untils``. One query."""
    columns = [
        sa.func.count(sa.distinct(Claim.booking_id)).filter(Claim.during.op("&&")(sa.func.tstzrange(now, until)))
        for until in untils
    ]
    query = sa.select(*columns).where(
        Claim.unit_id.in_(unit_ids), Claim.during.op("&&")(sa.func.tstzrange(now, max(untils)))
    )
    return list(db.session.execute(query).one())
