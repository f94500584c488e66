"""Calendars out and in, the last look at a desk, and how much of a month was used."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lift.core.db import Base, BigKey, Created, Key, one_of, state_column
from lift.labs.enums import FeedOf, Purpose
from lift.labs.models.places import Asset, Lab


class CalendarFeed(Base):
    """A private address at which a person's own calendar program reads bookings. Only the token's hash is kept."""

    __tablename__ = "calendar_feed"
    __table_args__ = (
        one_of("of", FeedOf),
        sa.CheckConstraint("(of = 'lab') = (lab_id IS NOT NULL) AND (of = 'asset') = (asset_id IS NOT NULL)",
                           name="of_one_thing"),
        sa.Index("uq_calendar_feed_person", "owner_id", unique=True,
                 postgresql_where=sa.text("of = 'person' AND revoked_at IS NULL")),
        sa.Index("uq_calendar_feed_asset", "owner_id", "asset_id", unique=True,
                 postgresql_where=sa.text("of = 'asset' AND revoked_at IS NULL")),
        sa.Index("uq_calendar_feed_lab", "owner_id", "lab_id", unique=True,
                 postgresql_where=sa.text("of = 'lab' AND revoked_at IS NULL")),
    )  # fmt: skip

    id: Mapped[Key]
    of: Mapped[FeedOf] = state_column(FeedOf)
    owner_id: Mapped[UUID] = mapped_column(sa.ForeignKey("person.id"))  # whose rights are asked at every reading
    organisation_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("organisation.id"))
    lab_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("lab.id"))
    asset_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("asset.id"))
    token_hash: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[Created]
    revoked_at: Mapped[datetime | None]

    lab: Mapped[Lab | None] = relationship()
    asset: Mapped[Asset | None] = relationship()


class BusyFeed(Base):
    """The calendar of a lab's own system: its busy time stands as blocks (``BusyBlock``) until it says otherwise.

    ``tried_at`` is the last attempt, ``read_at`` the last one that worked; between them lies ``failing_since``.
    """

    __tablename__ = "busy_feed"
    __table_args__ = (
        sa.Index(None, "lab_id"),
        sa.Index("ix_busy_feed_due", "tried_at", postgresql_where=sa.text("removed_at IS NULL")),
        sa.CheckConstraint("(failing_since IS NULL) = (failure = '')", name="failure_said"),
    )

    id: Mapped[Key]
    lab_id: Mapped[UUID] = mapped_column(sa.ForeignKey("lab.id"))
    asset_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("asset.id"))  # None: the whole lab
    name: Mapped[str]
    url: Mapped[str]  # may carry a secret: pages show its host only
    created_by: Mapped[UUID | None] = mapped_column(sa.ForeignKey("person.id"))
    created_at: Mapped[Created]
    tried_at: Mapped[datetime | None]
    read_at: Mapped[datetime | None]
    failing_since: Mapped[datetime | None]
    failure: Mapped[str] = mapped_column(default="")
    removed_at: Mapped[datetime | None]

    lab: Mapped[Lab] = relationship()
    asset: Mapped[Asset | None] = relationship()


class BusyBlock(Base):
    """A block that an outside calendar keeps."""

    __tablename__ = "busy_block"
    __table_args__ = (sa.Index(None, "feed_id"),)

    block_id: Mapped[UUID] = mapped_column(sa.ForeignKey("block.id"), primary_key=True)
    feed_id: Mapped[UUID] = mapped_column(sa.ForeignKey("busy_feed.id"))


class DeskVisit(Base):
    """When a person last looked at a lab's desk. ``since``: from when the page tells what happened."""

    __tablename__ = "desk_visit"

    person_id: Mapped[UUID] = mapped_column(sa.ForeignKey("person.id"), primary_key=True)
    lab_id: Mapped[UUID] = mapped_column(sa.ForeignKey("lab.id"), primary_key=True)
    since: Mapped[datetime]
    seen_at: Mapped[datetime]


class UseMonth(Base):
    """A month of a lab whose figures stand for good. Append-only."""

    __tablename__ = "use_month"
    __table_args__ = (sa.CheckConstraint("extract(day FROM month) = 1", name="month_begins"),)

    lab_id: Mapped[UUID] = mapped_column(sa.ForeignKey("lab.id"), primary_key=True)
    month: Mapped[date] = mapped_column(primary_key=True)
    closed_at: Mapped[datetime]


class UseFact(Base):
    """Minutes of one asset by person, organisation and purpose in a closed month. Append-only."""

    __tablename__ = "use_fact"
    __table_args__ = (
        one_of("purpose", Purpose),
        sa.ForeignKeyConstraint(["lab_id", "month"], ["use_month.lab_id", "use_month.month"]),
        sa.Index(None, "lab_id", "month"),
        sa.CheckConstraint(
            "booked >= 0 AND used >= 0 AND idle >= 0 AND overrun >= 0 AND no_show >= 0 AND booked = used + idle + no_show",
            name="minutes_add_up",
        ),
    )

    id: Mapped[BigKey]
    lab_id: Mapped[UUID]
    month: Mapped[date]
    asset_id: Mapped[UUID] = mapped_column(sa.ForeignKey("asset.id"))
    person_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("person.id"))  # None: a session, or nobody's time
    organisation_id: Mapped[UUID] = mapped_column(sa.ForeignKey("organisation.id"))
    purpose: Mapped[Purpose] = state_column(Purpose)
    bookings: Mapped[int]
    booked: Mapped[int]
    used: Mapped[int]
    idle: Mapped[int]
    overrun: Mapped[int]
    no_show: Mapped[int]
