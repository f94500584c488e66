"""What is bookable and what holds it when. All ranges are half-open ``[)`` instants in UTC."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lift.core.db import Base, Created, Instants, Key, one_of, state_column
from lift.labs.enums import BlockKind, BookingStatus, Purpose, ResourceKind
from lift.labs.models.places import Lab


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
        sa.Index(
            "ix_booking_due",
            "due_at",
            postgresql_where=sa.text("seen_at IS NULL AND status IN ('confirmed', 'active')"),
        ),
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
    due_at: Mapped[datetime | None]  # nobody seen by then: the rest is released (M11)
    seen_at: Mapped[datetime | None]

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
