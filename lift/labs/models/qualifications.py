"""What a lab asks of people before a kind of machine, and what a person has shown."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from lift.core.db import Base, Json, Key, one_of, state_column
from lift.labs.enums import AccessClass, Need


class Qualification(Base):
    """A person may use assets of a type, in a class, for a time."""

    __tablename__ = "qualification"
    __table_args__ = (one_of("access", AccessClass), sa.Index(None, "person_id", "type_key"))

    id: Mapped[Key]
    person_id: Mapped[UUID] = mapped_column(sa.ForeignKey("person.id"))
    type_key: Mapped[str] = mapped_column(sa.ForeignKey("asset_type.key"))
    access: Mapped[AccessClass] = state_column(AccessClass, AccessClass.SUPERVISED)
    item: Mapped[str]  # labs.enums.Need, and briefing
    minutes: Mapped[int] = mapped_column(default=0)  # of supervised time, for the item that counts it
    evidence: Mapped[Json] = mapped_column(default=dict)
    valid_from: Mapped[datetime] = mapped_column(server_default=sa.func.now())
    valid_until: Mapped[datetime | None]
    granted_by: Mapped[UUID | None] = mapped_column(sa.ForeignKey("person.id"))
    revoked_at: Mapped[datetime | None]
    revoked_why: Mapped[str | None]


class Requirement(Base):
    """One thing that a lab asks of whoever books or drives its assets of a type.

    It runs out ``valid_days`` after it was shown, or ``unused_days`` after the person last worked with such an asset;
    None: never by that clock.
    """

    __tablename__ = "requirement"
    __table_args__ = (
        one_of("item", Need),
        sa.UniqueConstraint("lab_id", "type_key", "item"),
        sa.Index(None, "type_key"),
        sa.CheckConstraint("minutes >= 0", name="minutes_not_negative"),
        sa.CheckConstraint("valid_days > 0", name="valid_days_ahead"),
        sa.CheckConstraint("unused_days > 0", name="unused_days_ahead"),
    )

    id: Mapped[Key]
    lab_id: Mapped[UUID] = mapped_column(sa.ForeignKey("lab.id"))
    type_key: Mapped[str] = mapped_column(sa.ForeignKey("asset_type.key"))
    item: Mapped[Need] = state_column(Need)
    minutes: Mapped[int] = mapped_column(default=0)  # of supervised time that are needed
    valid_days: Mapped[int | None]
    unused_days: Mapped[int | None]
