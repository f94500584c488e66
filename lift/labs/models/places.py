"""Labs, their opening hours, and what stands in them. Wall-clock rules are in the lab's IANA zone."""

from __future__ import annotations

from datetime import date, time
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lift.core.db import Base, BigKey, Created, Instants, Json, Key, Texts, one_of, state_column
from lift.labs.enums import AccessClass, Preset


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
        one_of("preset", Preset),
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
    preset: Mapped[Preset | None] = state_column(Preset)  # None: as the lab
    rules: Mapped[Json] = mapped_column(default=dict)
    public_tile: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[Created]

    lab: Mapped[Lab] = relationship(back_populates="assets")
    type: Mapped[AssetType] = relationship()
