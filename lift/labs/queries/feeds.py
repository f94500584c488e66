"""Calendar addresses, what they show, outside calendars and the bookings that these run across."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from lift.core.db import Instants, db
from lift.labs.enums import HOLDING, FeedOf
from lift.labs.models import (
    Block,
    Booking,
    BusyBlock,
    BusyFeed,
    CalendarFeed,
    Claim,
    ClaimReleased,
    Lab,
    Resource,
    Unit,
)
from lift.labs.policy.ics import Entry
from lift.people.models import Organisation, Person
from lift.people.queries import token_hash

KEPT_BACK = timedelta(days=60)
MOST_EVENTS = 2000
EVERY = timedelta(minutes=15)
STALE = 3 * EVERY
"""An outside calendar that was last read longer ago than this is told on the desk, failing or not."""


@dataclass(frozen=True)
class Row:
    """A booking in a feed: what ``Entry`` needs, before the words are chosen."""

    booking: Booking
    who: str
    standing: bool


@dataclass(frozen=True)
class Clash:
    """A booking that stands although an outside calendar says busy."""

    code: str
    title: str
    during: Instants
    feed: str
    asset: str


def feed_by_token(token: str) -> CalendarFeed | None:
    """The address that ends in ``token``, while it is not revoked."""
    query = sa.select(CalendarFeed).where(
        CalendarFeed.token_hash == token_hash(token), CalendarFeed.revoked_at.is_(None)
    )
    return db.session.scalar(query.options(joinedload(CalendarFeed.lab), joinedload(CalendarFeed.asset)))


def feeds_of(person_id: UUID) -> Sequence[CalendarFeed]:
    """A person's addresses that work, oldest first, with what they are about."""
    query = sa.select(CalendarFeed).where(CalendarFeed.owner_id == person_id, CalendarFeed.revoked_at.is_(None))
    return (
        db.session.scalars(
            query.options(joinedload(CalendarFeed.lab), joinedload(CalendarFeed.asset)).order_by(CalendarFeed.id)
        )
        .unique()
        .all()
    )


def bookings_in_feed(feed: CalendarFeed, now: datetime) -> list[Row]:
    """What a feed shows in one query, from two months back, in order of time; given back bookings stay as cancelled."""
    standing, concerned = _concerned(feed)
    query = (
        sa.select(Booking, sa.func.coalesce(Person.name, Organisation.short_name), standing)
        .join(Organisation, Organisation.id == Booking.organisation_id)
        .outerjoin(Person, Person.id == Booking.holder_id)
        .where(concerned, sa.func.upper(Booking.during) > now - KEPT_BACK)
        .options(joinedload(Booking.lab))
        .order_by(Booking.during, Booking.id)
        .limit(MOST_EVENTS)
    )
    return [Row(*row) for row in db.session.execute(query)]


def _concerned(feed: CalendarFeed) -> tuple[sa.ColumnElement[bool], sa.ColumnElement[bool]]:
    """Does the booking still hold it, and did it ever? A booking moved off an asset is cancelled in the asset's calendar."""
    if feed.of == FeedOf.LAB:
        return sa.true(), Booking.lab_id == feed.lab_id
    of_person = feed.of == FeedOf.PERSON  # claims too: a trainer of a session holds no booking
    thing = Resource.person_id == feed.owner_id if of_person else Resource.asset_id == feed.asset_id
    units = sa.select(Unit.id).join(Unit.resource).where(thing)
    has = Booking.id.in_(sa.select(Claim.booking_id).where(Claim.unit_id.in_(units)))
    had = Booking.id.in_(sa.select(ClaimReleased.booking_id).where(ClaimReleased.unit_id.in_(units)))
    holds = sa.or_(has, Booking.holder_id == feed.owner_id) if of_person else has
    return holds, sa.or_(holds, had)


def entry_of(row: Row, summary: str, url: str) -> Entry:
    """The row as a calendar shows it."""
    booking = row.booking
    return Entry(
        booking.id, booking.sequence, booking.status, booking.during, summary, booking.lab.name, url,
        booking.created_at, row.standing,
    )  # fmt: skip


def busy_feeds(lab_id: UUID) -> Sequence[BusyFeed]:
    """The outside calendars of a lab, by name."""
    query = sa.select(BusyFeed).where(BusyFeed.lab_id == lab_id, BusyFeed.removed_at.is_(None))
    return db.session.scalars(query.options(joinedload(BusyFeed.asset)).order_by(BusyFeed.name, BusyFeed.id)).all()


def busy_feed(feed_id: UUID) -> BusyFeed | None:
    """One outside calendar that is in use, with lab and asset."""
    query = sa.select(BusyFeed).where(BusyFeed.id == feed_id, BusyFeed.removed_at.is_(None))
    return db.session.scalar(query.options(joinedload(BusyFeed.lab), joinedload(BusyFeed.asset)))


def busy_feeds_due(now: datetime) -> Sequence[UUID]:
    """Outside calendars that were not tried for a quarter of an hour, the longest waiting first."""
    query = sa.select(BusyFeed.id).where(
        BusyFeed.removed_at.is_(None), sa.or_(BusyFeed.tried_at.is_(None), BusyFeed.tried_at <= now - EVERY)
    )
    return db.session.scalars(query.order_by(BusyFeed.tried_at.nulls_first(), BusyFeed.id)).all()


def alarms(lab_id: UUID, now: datetime) -> list[BusyFeed]:
    """Outside calendars of a lab that cannot be read, or were not read for too long."""
    return [
        feed for feed in busy_feeds(lab_id) if feed.failing_since or (feed.read_at or feed.created_at) < now - STALE
    ]


def blocks_of_feed(feed_id: UUID) -> Sequence[Block]:
    """The blocks that an outside calendar keeps, standing ones only."""
    kept = sa.select(BusyBlock.block_id).where(BusyBlock.feed_id == feed_id)
    query = sa.select(Block).where(Block.id.in_(kept), Block.removed_at.is_(None))
    return db.session.scalars(query.order_by(Block.during)).all()


def clashes(lab: Lab, now: datetime, limit: int = 20) -> list[Clash]:
    """Bookings to come that stand although an outside calendar says busy: nobody is sent away without a person's word."""
    query = (
        sa.select(Booking.code, Booking.title, Booking.during, BusyFeed.name, Resource.name)
        .select_from(BusyBlock)
        .join(BusyFeed, BusyFeed.id == BusyBlock.feed_id)
        .join(Block, Block.id == BusyBlock.block_id)
        .join(Resource, sa.or_(Resource.id == Block.resource_id,
                               sa.and_(Block.resource_id.is_(None), Resource.lab_id == Block.lab_id)))
        .join(Unit, Unit.resource_id == Resource.id)
        .join(Claim, sa.and_(Claim.unit_id == Unit.id, Claim.during.overlaps(Block.during)))
        .join(Booking, Booking.id == Claim.booking_id)
        .where(BusyFeed.lab_id == lab.id, Block.removed_at.is_(None), sa.func.upper(Block.during) > now,
               Booking.status.in_(HOLDING))
        .order_by(Booking.during, Booking.code)
        .limit(limit)
    )  # fmt: skip
    found = {row[0]: Clash(*row) for row in db.session.execute(query)}
    return list(found.values())
