"""Bookings that repeat, and time that somebody waits for."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lift.core.db import Base, Created, Instants, Key, one_of, state_column
from lift.labs.enums import WishState
from lift.labs.models.places import Asset, Lab


class Series(Base):
    """A booking that repeats: the first start as wall time of ``zone``, and an RRULE; its bookings are occurrences."""

    __tablename__ = "series"

    id: Mapped[Key]
    lab_id: Mapped[UUID] = mapped_column(sa.ForeignKey("lab.id"))
    zone: Mapped[str]
    first: Mapped[datetime] = mapped_column(sa.DateTime(timezone=False))  # wall time
    minutes: Mapped[int]
    rrule: Mapped[str]
    created_by: Mapped[UUID | None] = mapped_column(sa.ForeignKey("person.id"))
    created_at: Mapped[Created]

    lab: Mapped[Lab] = relationship()


class Occurrence(Base):
    """One booking of a series, with the start that the rule gave it; moving the booking does not change that."""

    __tablename__ = "occurrence"
    __table_args__ = (sa.UniqueConstraint("series_id", "original_start"),)

    booking_id: Mapped[UUID] = mapped_column(sa.ForeignKey("booking.id"), primary_key=True)
    series_id: Mapped[UUID] = mapped_column(sa.ForeignKey("series.id"))
    original_start: Mapped[datetime]


class TimeWish(Base):
    """Somebody waits for time on an asset: a range that would do, a length, and until when the wish stands (M13)."""

    __tablename__ = "time_wish"
    __table_args__ = (
        one_of("state", WishState),
        sa.CheckConstraint("minutes > 0", name="minutes_positive"),
        sa.Index("ix_time_wish_waiting", "asset_id", "id", postgresql_where=sa.text("state = 'waiting'")),
        sa.Index(None, "person_id"),
        sa.Index(None, "booking_id"),
    )

    id: Mapped[Key]
    asset_id: Mapped[UUID] = mapped_column(sa.ForeignKey("asset.id"))
    person_id: Mapped[UUID] = mapped_column(sa.ForeignKey("person.id"))
    organisation_id: Mapped[UUID] = mapped_column(sa.ForeignKey("organisation.id"))
    within: Mapped[Instants]
    minutes: Mapped[int]
    state: Mapped[WishState] = state_column(WishState, WishState.WAITING)
    booking_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("booking.id"))  # the hold that was offered
    created_at: Mapped[Created]
    ended_at: Mapped[datetime | None]

    asset: Mapped[Asset] = relationship()
