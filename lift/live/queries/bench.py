"""What verbs and pages of the bench read: booking, asset, link, stops, who drives."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from lift.core.db import db
from lift.edge.contract import AssetSpec
from lift.labs.enums import BookingStatus
from lift.labs.models import Asset, Booking, Claim, Lab, Resource, Unit
from lift.live.enums import GrantLevel
from lift.live.models import AssetLink, Bench, BenchEvent, Command, ControlGrant, Cut, Gateway, Recording, Stop
from lift.people.models import Person

DRIVING = (GrantLevel.DRIVE, GrantLevel.SUPERVISED)
RUNNING = (BookingStatus.CONFIRMED, BookingStatus.ACTIVE)


@dataclass(frozen=True)
class Place:
    """Where a bench stands: all that its verbs judge by."""

    booking: Booking
    asset: Asset
    lab: Lab


@dataclass(frozen=True)
class Link:
    """The way to the asset's machine as last heard of; ``seen_at`` is the gateway's last heartbeat."""

    spec: AssetSpec
    report: dict[str, Any]
    reported_at: datetime | None
    seen_at: datetime | None
    clock_offset: float | None
    gateway_id: UUID | None

    @property
    def item_state(self) -> str:
        """As the machine last said."""
        return str(self.report.get("item_state", "NotAvailable"))


NO_LINK = Link(AssetSpec(), {}, None, None, None, None)


def bench_and_place(bench_id: UUID) -> tuple[Bench, Place, datetime] | None:
    """One bench with its recording, where it stands, and the platform's clock: what every press on its page begins with."""
    row = db.session.execute(
        sa.select(Bench, Booking, Asset, sa.func.clock_timestamp())
        .join(Booking, Booking.id == Bench.booking_id)
        .join(Asset, Asset.id == Bench.asset_id)
        .options(joinedload(Bench.recording), joinedload(Asset.lab), joinedload(Asset.type))
        .where(Bench.id == bench_id)
    ).one_or_none()
    return (row[0], Place(row[1], row[2], row[2].lab), row[3]) if row else None


def place_of(booking_id: UUID, asset_id: UUID) -> Place | None:
    """Booking, asset and lab; None when one of them does not exist."""
    booking = db.session.get(Booking, booking_id, options=[joinedload(Booking.lab)])
    asset = db.session.get(Asset, asset_id, options=[joinedload(Asset.lab), joinedload(Asset.type)])
    return Place(booking, asset, asset.lab) if booking and asset else None


def place_by_names(code: str, asset_key: str) -> Place | None:
    """By what people see: the booking's code and the asset's key."""
    booking = db.session.scalar(sa.select(Booking).filter_by(code=code).options(joinedload(Booking.lab)))
    asset = db.session.scalar(sa.select(Asset).filter_by(key=asset_key).options(joinedload(Asset.lab)))
    return Place(booking, asset, asset.lab) if booking and asset else None


def bench_of(bench_id: UUID) -> Bench | None:
    """One bench with its recording."""
    return db.session.get(Bench, bench_id, options=[joinedload(Bench.recording)])


def is_claimed(booking_id: UUID, asset_id: UUID) -> bool:
    """Whether the booking holds the asset (or a seat at its twin)."""
    query = (
        sa.select(Claim.id)
        .join(Unit, Unit.id == Claim.unit_id)
        .join(Resource, Resource.id == Unit.resource_id)
        .where(Claim.booking_id == booking_id, Resource.asset_id == asset_id)
    )
    return db.session.scalar(query.limit(1)) is not None


def link_of(asset_id: UUID) -> Link:
    """The asset's link; an empty one when it was never connected."""
    row = db.session.execute(
        sa.select(AssetLink.spec, AssetLink.report, AssetLink.reported_at, Gateway.last_seen_at, Gateway.clock_offset,
                  Gateway.id, Gateway.revoked_at)
        .join(Gateway, Gateway.id == AssetLink.gateway_id)
        .where(AssetLink.asset_id == asset_id)
    ).one_or_none()  # fmt: skip
    if row is None:
        return NO_LINK
    seen = row.last_seen_at if row.revoked_at is None else None
    return Link(AssetSpec.model_validate(row.spec), row.report, row.reported_at, seen, row.clock_offset, row.id)


def standing_stops(asset_id: UUID) -> Sequence[Stop]:
    """Stops that nobody released, oldest first."""
    return db.session.scalars(sa.select(Stop).filter_by(asset_id=asset_id, released_at=None).order_by(Stop.id)).all()


def driver_of(asset_id: UUID) -> tuple[ControlGrant, str] | None:
    """The live grant that drives the asset, and the driver's name."""
    row = db.session.execute(
        sa.select(ControlGrant, Person.name)
        .join(Person, Person.id == ControlGrant.person_id)
        .where(ControlGrant.asset_id == asset_id, ControlGrant.level.in_(DRIVING), ControlGrant.ended_at.is_(None))
    ).one_or_none()
    return (row[0], row[1]) if row else None


def driving_grant(bench_id: UUID) -> ControlGrant | None:
    """The live grant with which this bench drives."""
    query = sa.select(ControlGrant).where(
        ControlGrant.bench_id == bench_id, ControlGrant.level.in_(DRIVING), ControlGrant.ended_at.is_(None)
    )
    return db.session.scalar(query)


def driving_benches(bench_ids: Sequence[UUID]) -> set[UUID]:
    """Those of the benches that drive now."""
    query = sa.select(ControlGrant.bench_id).where(
        ControlGrant.bench_id.in_(bench_ids), ControlGrant.level.in_(DRIVING), ControlGrant.ended_at.is_(None)
    )
    return set(db.session.scalars(query))


def last_command_at(asset_id: UUID, name: str, *, action: bool) -> datetime | None:
    """When the last command for this variable or action was asked that was not refused."""
    column = Command.action if action else Command.variable
    query = sa.select(sa.func.max(Command.asked_at)).where(
        Command.asset_id == asset_id, column == name, Command.state.in_(("pending", "accepted", "done", "failed"))
    )
    return db.session.scalar(query)


def commands_of(bench_id: UUID, limit: int = 50) -> Sequence[Command]:
    """The bench's commands, newest first, with the value before and after (X15)."""
    query = sa.select(Command).filter_by(bench_id=bench_id).order_by(Command.asked_at.desc(), Command.id.desc())
    return db.session.scalars(query.limit(limit)).all()


def events_of(bench: Bench, limit: int = 200) -> Sequence[BenchEvent]:
    """What happened on the bench or at its asset while it was open, newest first."""
    during = [BenchEvent.at >= bench.opened_at, BenchEvent.asset_id == bench.asset_id]
    if bench.closed_at is not None:
        during.append(BenchEvent.at <= bench.closed_at)
    mine = sa.or_(BenchEvent.bench_id == bench.id, BenchEvent.bench_id.is_(None))
    query = sa.select(BenchEvent).where(mine, *during).order_by(BenchEvent.at.desc(), BenchEvent.id.desc())
    return db.session.scalars(query.limit(limit)).all()


def cuts_of(recording_id: UUID) -> Sequence[Cut]:
    """The datasets of a recording, newest first."""
    return db.session.scalars(sa.select(Cut).filter_by(recording_id=recording_id).order_by(Cut.number.desc())).all()


def cut_of(cut_id: UUID) -> Cut | None:
    """One dataset with its recording."""
    return db.session.get(Cut, cut_id, options=[joinedload(Cut.recording).joinedload(Recording.bench)])


def open_benches_of(person_id: UUID) -> Sequence[Bench]:
    """Benches that a person has open, newest first."""
    query = sa.select(Bench).filter_by(person_id=person_id, closed_at=None).order_by(Bench.opened_at.desc())
    return db.session.scalars(query).all()


def benches_over(now: datetime) -> Sequence[UUID]:
    """Open benches whose booking no longer runs."""
    query = (
        sa.select(Bench.id)
        .join(Booking, Booking.id == Bench.booking_id)
        .where(Bench.closed_at.is_(None))
        .where(sa.or_(sa.func.upper(Booking.during) <= now, Booking.status.not_in(RUNNING)))
    )
    return db.session.scalars(query.order_by(Bench.id)).all()


def benches_of(person_id: UUID) -> Sequence[Bench]:
    """All benches of a person, oldest first."""
    return db.session.scalars(sa.select(Bench).filter_by(person_id=person_id).order_by(Bench.id)).all()


def cuts_by(person_id: UUID) -> Sequence[Cut]:
    """All datasets that a person took, oldest first."""
    return db.session.scalars(sa.select(Cut).filter_by(person_id=person_id).order_by(Cut.id)).all()


def is_at(person_id: UUID, asset_id: UUID) -> bool:
    """Whether the person has an open bench at this asset."""
    query = sa.select(Bench.id).filter_by(person_id=person_id, asset_id=asset_id, closed_at=None)
    return db.session.scalar(query.limit(1)) is not None


def asset_of(asset_id: UUID) -> Asset | None:
    """One asset with its lab."""
    return db.session.get(Asset, asset_id, options=[joinedload(Asset.lab)])


def open_benches_at(booking_id: UUID) -> Sequence[Bench]:
    """Open benches of a booking, oldest first: who is on which bench (class page)."""
    return db.session.scalars(
        sa.select(Bench).filter_by(booking_id=booking_id, closed_at=None).order_by(Bench.id)
    ).all()


def person_name(person_id: UUID) -> str:
    """What the person is called."""
    return db.session.scalar(sa.select(Person.name).where(Person.id == person_id)) or ""


def platform_now() -> datetime:
    """The database's clock: the one that grants and commands are dated by."""
    now: datetime = db.session.execute(sa.select(sa.func.clock_timestamp())).scalar_one()
    return now
