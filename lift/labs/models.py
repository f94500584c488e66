"""Tables of labs. All ranges are half-open ``[)`` instants in UTC; wall-clock rules are in the lab's IANA zone."""

from __future__ import annotations

from datetime import date, datetime, time
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lift.core.db import Base, BigKey, Created, Instants, Json, Key, Texts, one_of, state_column
from lift.labs.enums import AccessClass, BlockKind, BookingStatus, Preset, Purpose, ResourceKind


class Lab(Base):
    """A place with assets, run by one organisation."""

    __tablename__ = "lab"
    __table_args__ = (one_of("preset", Preset), sa.Index(None, "organisation_id"))

    id: Mapped[Key]
    organisation_id: Mapped[UUID] = mapped_column(sa.ForeignKey("organisation.id"))
    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    about: Mapped[Texts] = mapped_column(default=dict)
    zone: Mapped[str]
    country: Mapped[str]
    city: Mapped[str]
    address: Mapped[str] = mapped_column(default="")
    lat: Mapped[float | None]
    lon: Mapped[float | None]
    preset: Mapped[Preset] = state_column(Preset, Preset.SUPERVISED_PRACTICE)
    rules: Mapped[Json] = mapped_column(default=dict)  # what differs from the preset, by rule name
    source: Mapped[str] = mapped_column(default="")

    assets: Mapped[list[Asset]] = relationship(back_populates="lab", order_by="Asset.name")


class OpeningRule(Base):
    """Wall-clock hours of one weekday (0 = Monday). ``closes`` 00:00 means midnight at the end of the day."""

    __tablename__ = "opening_rule"
    __table_args__ = (sa.CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday_known"), sa.Index(None, "lab_id"))

    id: Mapped[Key]
    lab_id: Mapped[UUID] = mapped_column(sa.ForeignKey("lab.id"))
    weekday: Mapped[int]
    opens: Mapped[time]
    closes: Mapped[time]


class OpeningException(Base):
    """A day that differs: closed (both None) or with other hours."""

    __tablename__ = "opening_exception"
    __table_args__ = (sa.UniqueConstraint("lab_id", "day"),)

    id: Mapped[Key]
    lab_id: Mapped[UUID] = mapped_column(sa.ForeignKey("lab.id"))
    day: Mapped[date]
    opens: Mapped[time | None]
    closes: Mapped[time | None]
    reason: Mapped[Texts] = mapped_column(default=dict)


class OpenRange(Base):
    """Opening hours as instants, materialised to the horizon; touching ranges are merged."""

    __tablename__ = "open_range"
    __table_args__ = (ExcludeConstraint(("lab_id", "="), ("during", "&&"), name="apart", using="gist"),)

    id: Mapped[BigKey]
    lab_id: Mapped[UUID] = mapped_column(sa.ForeignKey("lab.id"))
    during: Mapped[Instants]


class AssetType(Base):
    """What a step may require: a key and its capabilities."""

    __tablename__ = "asset_type"

    key: Mapped[str] = mapped_column(primary_key=True)
    title: Mapped[Texts]
    capabilities: Mapped[list[str]] = mapped_column(default=list)


class Asset(Base):
    """One real thing. ``minutes`` columns are whole minutes; None falls back to the lab's rules."""

    __tablename__ = "asset"
    __table_args__ = (
        one_of("access", AccessClass),
        sa.Index(None, "lab_id"),
        sa.Index(None, "type_key"),
        sa.CheckConstraint("setup_minutes >= 0 AND teardown_minutes >= 0", name="buffers_not_negative"),
    )

    id: Mapped[Key]
    lab_id: Mapped[UUID] = mapped_column(sa.ForeignKey("lab.id"))
    type_key: Mapped[str] = mapped_column(sa.ForeignKey("asset_type.key"))
    key: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    about: Mapped[Texts] = mapped_column(default=dict)
    access: Mapped[AccessClass] = state_column(AccessClass, AccessClass.ON_SITE_ONLY)
    connected: Mapped[bool] = mapped_column(default=False)
    physical: Mapped[bool] = mapped_column(default=True)
    owner_person_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("person.id"))
    serial_number: Mapped[str | None]  # never leaves the lab's own pages
    hazards: Mapped[Texts] = mapped_column(default=dict)
    safe_state: Mapped[Texts] = mapped_column(default=dict)
    emergency_stop_place: Mapped[Texts] = mapped_column(default=dict)
    risk_assessed_on: Mapped[date | None]
    risk_review_on: Mapped[date | None]
    commissioned_on: Mapped[date | None]
    setup_minutes: Mapped[int] = mapped_column(default=0)
    teardown_minutes: Mapped[int] = mapped_column(default=0)
    rules: Mapped[Json] = mapped_column(default=dict)
    public_tile: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[Created]

    lab: Mapped[Lab] = relationship(back_populates="assets")
    type: Mapped[AssetType] = relationship()


class Resource(Base):
    """What claims are made on: an asset, a room, seats at a twin, or a person's time (a trainer's too)."""

    __tablename__ = "resource"
    __table_args__ = (
        one_of("kind", ResourceKind),
        sa.UniqueConstraint("kind", "asset_id"),
        sa.UniqueConstraint("kind", "person_id"),
        sa.Index("uq_resource_room", "lab_id", "name", unique=True, postgresql_where=sa.text("kind = 'room'")),
        sa.Index(None, "lab_id"),
    )

    id: Mapped[Key]
    kind: Mapped[ResourceKind] = state_column(ResourceKind)
    lab_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("lab.id"))
    asset_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("asset.id"))
    person_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("person.id"))
    name: Mapped[str]

    units: Mapped[list[Unit]] = relationship(back_populates="resource", order_by="Unit.number")


class Unit(Base):
    """One place of a resource; what a claim holds."""

    __tablename__ = "unit"
    __table_args__ = (sa.UniqueConstraint("resource_id", "number"),)

    id: Mapped[Key]
    resource_id: Mapped[UUID] = mapped_column(sa.ForeignKey("resource.id"))
    number: Mapped[int] = mapped_column(default=1)

    resource: Mapped[Resource] = relationship(back_populates="units")


class Booking(Base):
    """A bundle of claims that commits or fails as one. ``during`` is what people see and drive in."""

    __tablename__ = "booking"
    __table_args__ = (
        one_of("status", BookingStatus),
        one_of("purpose", Purpose),
        sa.CheckConstraint(
            "NOT isempty(during) AND NOT lower_inf(during) AND NOT upper_inf(during)", name="during_is_a_time"
        ),
        sa.Index("ix_booking_lab_during", "lab_id", "during", postgresql_using="gist"),
        sa.Index(None, "holder_id"),
        sa.Index(None, "organisation_id", "created_at"),
        sa.Index("ix_booking_hold_ends", "expires_at", postgresql_where=sa.text("status = 'hold'")),
        sa.Index(None, "session_id"),
    )

    id: Mapped[Key]
    code: Mapped[str] = mapped_column(unique=True)
    lab_id: Mapped[UUID] = mapped_column(sa.ForeignKey("lab.id"))
    organisation_id: Mapped[UUID] = mapped_column(sa.ForeignKey("organisation.id"))
    holder_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("person.id"))
    session_id: Mapped[UUID | None]  # a training session holds it; no key, since training lies above labs
    title: Mapped[str] = mapped_column(default="")
    purpose: Mapped[Purpose] = state_column(Purpose, Purpose.TRAINING)
    status: Mapped[BookingStatus] = state_column(BookingStatus, BookingStatus.CONFIRMED)
    during: Mapped[Instants]
    expires_at: Mapped[datetime | None]
    note: Mapped[str] = mapped_column(default="")
    reason: Mapped[str | None]
    sequence: Mapped[int] = mapped_column(default=0)  # iCalendar SEQUENCE
    agreement_version: Mapped[str | None]
    created_at: Mapped[Created]
    created_by: Mapped[UUID | None] = mapped_column(sa.ForeignKey("person.id"))
    ended_at: Mapped[datetime | None]

    claims: Mapped[list[Claim]] = relationship(back_populates="booking")
    lab: Mapped[Lab] = relationship()


class Claim(Base):
    """Exists exactly while it holds: hence the exclusion constraint without WHERE. ``during`` includes the buffers."""

    __tablename__ = "claim"
    __table_args__ = (
        ExcludeConstraint(("unit_id", "="), ("during", "&&"), name="one_at_a_time", using="gist"),
        sa.CheckConstraint("NOT isempty(during)", name="during_not_empty"),
        sa.Index(None, "booking_id"),
    )

    id: Mapped[Key]
    unit_id: Mapped[UUID] = mapped_column(sa.ForeignKey("unit.id"))
    booking_id: Mapped[UUID] = mapped_column(sa.ForeignKey("booking.id"))
    during: Mapped[Instants]
    created_at: Mapped[Created]

    booking: Mapped[Booking] = relationship(back_populates="claims")
    unit: Mapped[Unit] = relationship()


class ClaimReleased(Base):
    """A claim that no longer holds: what it was, why and when it ended. Append-only."""

    __tablename__ = "claim_released"
    __table_args__ = (sa.Index(None, "booking_id"), sa.Index(None, "unit_id"))

    id: Mapped[UUID] = mapped_column(primary_key=True)
    unit_id: Mapped[UUID] = mapped_column(sa.ForeignKey("unit.id"))
    booking_id: Mapped[UUID | None]
    during: Mapped[Instants]
    created_at: Mapped[datetime]
    released_at: Mapped[Created]
    why: Mapped[str]


class Block(Base):
    """Time taken away from a resource or a whole lab."""

    __tablename__ = "block"
    __table_args__ = (
        one_of("kind", BlockKind),
        sa.Index("ix_block_lab_during", "lab_id", "during", postgresql_using="gist"),
        sa.Index(None, "resource_id"),
    )

    id: Mapped[Key]
    lab_id: Mapped[UUID] = mapped_column(sa.ForeignKey("lab.id"))
    resource_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("resource.id"))  # None: the whole lab
    kind: Mapped[BlockKind] = state_column(BlockKind)
    during: Mapped[Instants]
    reason: Mapped[str]
    created_by: Mapped[UUID | None] = mapped_column(sa.ForeignKey("person.id"))
    created_at: Mapped[Created]
    removed_at: Mapped[datetime | None]


class Qualification(Base):
    """A person may use assets of a type, in a class, for a time."""

    __tablename__ = "qualification"
    __table_args__ = (one_of("access", AccessClass), sa.Index(None, "person_id", "type_key"))

    id: Mapped[Key]
    person_id: Mapped[UUID] = mapped_column(sa.ForeignKey("person.id"))
    type_key: Mapped[str] = mapped_column(sa.ForeignKey("asset_type.key"))
    access: Mapped[AccessClass] = state_column(AccessClass, AccessClass.SUPERVISED)
    item: Mapped[str]  # twin_check, briefing, signoff
    evidence: Mapped[Json] = mapped_column(default=dict)
    valid_from: Mapped[datetime] = mapped_column(server_default=sa.func.now())
    valid_until: Mapped[datetime | None]
    granted_by: Mapped[UUID | None] = mapped_column(sa.ForeignKey("person.id"))
    revoked_at: Mapped[datetime | None]
