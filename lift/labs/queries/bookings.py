"""Bookings: one by its code, the resources it has or had, what a person is on right now, pages for the API."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from lift.core.actor import Actor, Role, Scope
from lift.core.db import db
from lift.labs.enums import HOLDING, BookingStatus, ResourceKind
from lift.labs.models import Booking, Claim, ClaimReleased, Lab, Qualification, Resource, Unit

RUNS = (Role.LAB_MANAGER, Role.LAB_TECHNICIAN)
LIVE = (BookingStatus.CONFIRMED, BookingStatus.ACTIVE)
"""States in which a booking gives rights while its time runs; which of the two is the sweeper's business."""


_ASSETS = sa.text("""
WITH claimed AS (SELECT booking_id, unit_id FROM claim WHERE booking_id = ANY(CAST(:ids AS uuid[]))),
had AS (
  SELECT r.booking_id, r.unit_id, rank() OVER (PARTITION BY r.booking_id ORDER BY r.released_at DESC) AS age
  FROM claim_released r WHERE r.booking_id = ANY(CAST(:ids AS uuid[]))
    AND NOT EXISTS (SELECT FROM claimed c WHERE c.booking_id = r.booking_id)
)
SELECT DISTINCT h.booking_id, s.asset_id, s.kind, s.name
FROM (SELECT * FROM claimed UNION ALL SELECT booking_id, unit_id FROM had WHERE age = 1) h
JOIN unit u ON u.id = h.unit_id JOIN resource s ON s.id = u.resource_id
WHERE s.asset_id IS NOT NULL ORDER BY s.kind, s.name
""")


def booking_by_code(code: str) -> Booking | None:
    """A booking with its lab."""
    return db.session.scalar(sa.select(Booking).where(Booking.code == code).options(joinedload(Booking.lab)))


def booking_by_id(booking_id: UUID) -> Booking | None:
    """A booking with its lab."""
    return db.session.scalar(sa.select(Booking).where(Booking.id == booking_id).options(joinedload(Booking.lab)))


def resources_held(booking: Booking) -> Sequence[Resource]:
    """What a booking holds, or held when it was last given back; with all units, assets first by name."""
    return resources_of_bookings([booking])[booking.id]


def resources_of_bookings(bookings: Sequence[Booking]) -> dict[UUID, list[Resource]]:
    """``resources_held`` of many, in two queries."""
    ids = [b.id for b in bookings]
    newest = sa.func.rank().over(partition_by=ClaimReleased.booking_id, order_by=ClaimReleased.released_at.desc())
    released = (
        sa.select(ClaimReleased.booking_id, ClaimReleased.unit_id, newest.label("age"))
        .where(ClaimReleased.booking_id.in_(ids))
        .subquery()
    )
    claimed = sa.select(Claim.booking_id, Claim.unit_id).where(Claim.booking_id.in_(ids))
    had = sa.select(released.c.booking_id, released.c.unit_id).where(
        released.c.age == 1, released.c.booking_id.not_in(sa.select(Claim.booking_id).where(Claim.booking_id.in_(ids)))
    )
    either = sa.union(claimed, had).subquery()
    rows = db.session.execute(
        sa.select(either.c.booking_id, Resource)
        .join(Unit, Unit.id == either.c.unit_id)
        .join(Resource, Resource.id == Unit.resource_id)
        .options(selectinload(Resource.units))
        .order_by(Resource.kind, Resource.name)
    )
    found: dict[UUID, list[Resource]] = {booking_id: [] for booking_id in ids}
    for booking_id, resource in rows.unique():
        if resource not in found[booking_id]:
            found[booking_id].append(resource)
    return found


def assets_of_bookings(booking_ids: Sequence[UUID]) -> dict[UUID, list[UUID]]:
    """The ids of the assets that bookings hold, or held when they were last given back, by name."""
    found: dict[UUID, list[UUID]] = {booking_id: [] for booking_id in booking_ids}
    for row in db.session.execute(_ASSETS, {"ids": list(booking_ids)}):
        found[row.booking_id].append(row.asset_id)
    return found


def units_held(booking_id: UUID) -> set[UUID]:
    """The units on which a booking has claims."""
    return set(db.session.scalars(sa.select(Claim.unit_id).where(Claim.booking_id == booking_id)))


def live_booking(person_id: UUID, asset_id: UUID, now: datetime) -> Booking | None:
    """The booking in which this person may be at this asset now: held by the person, its time running."""
    return db.session.scalar(_live_at(asset_id, now).where(Booking.holder_id == person_id).limit(1))


def is_live_at(booking_id: UUID, asset_id: UUID, now: datetime) -> bool:
    """True while this booking gives rights at this asset."""
    return db.session.scalar(_live_at(asset_id, now).where(Booking.id == booking_id)) is not None


def _live_at(asset_id: UUID, now: datetime) -> sa.Select[Booking]:
    """Bookings whose time runs at this asset: visible time and a claim on it both hold ``now``."""
    return (
        sa.select(Booking)
        .join(Booking.claims)
        .join(Claim.unit)
        .join(Unit.resource)
        .where(
            Resource.asset_id == asset_id,
            Resource.kind == ResourceKind.ASSET,
            Booking.status.in_(LIVE),
            Booking.during.contains(now),
            Claim.during.contains(now),
        )
        .options(joinedload(Booking.lab))
        .order_by(Booking.id)
    )


def bookings_page(
    actor: Actor, *, lab_id: UUID | None, since: datetime | None, until: datetime | None, after: UUID | None, limit: int
) -> Sequence[Booking]:
    """Bookings that the actor may see (own, of the organisation acted for, of labs run), by id, for cursor pages."""
    runs = [g.scope_id for g in actor.grants if g.role in RUNS and g.scope == Scope.LAB and g.scope_id]
    theirs = sa.select(Lab.id).where(Lab.organisation_id == actor.organisation_id)
    query = sa.select(Booking).where(
        sa.or_(
            Booking.holder_id == actor.person_id,
            Booking.organisation_id == actor.organisation_id,
            Booking.lab_id.in_(runs),
            Booking.lab_id.in_(theirs),
        )
    )
    query = query.where(Booking.lab_id == lab_id) if lab_id is not None else query
    query = query.where(sa.func.upper(Booking.during) > since) if since is not None else query
    query = query.where(sa.func.lower(Booking.during) < until) if until is not None else query
    query = query.where(Booking.id > after) if after is not None else query
    return db.session.scalars(query.options(joinedload(Booking.lab)).order_by(Booking.id).limit(limit)).all()


def bookings_held(person_id: UUID, now: datetime) -> Sequence[Booking]:
    """Bookings of a person that have not begun and may still be given back; a session's belong to the session."""
    query = sa.select(Booking).where(
        Booking.holder_id == person_id,
        Booking.session_id.is_(None),
        Booking.status.in_(HOLDING),
        sa.func.lower(Booking.during) > now,
    )
    return db.session.scalars(query.options(joinedload(Booking.lab)).order_by(Booking.id)).all()


def bookings_of_person(person_id: UUID) -> Sequence[Booking]:
    """Every booking a person held."""
    return db.session.scalars(sa.select(Booking).where(Booking.holder_id == person_id).order_by(Booking.id)).all()


def qualifications_of(person_id: UUID) -> Sequence[Qualification]:
    """What a person has shown, oldest first."""
    query = sa.select(Qualification).where(Qualification.person_id == person_id)
    return db.session.scalars(query.order_by(Qualification.id)).all()
