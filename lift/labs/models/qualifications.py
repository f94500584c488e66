"""What a person has shown, by asset type."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from lift.core.db import Base, Json, Key, one_of, state_column
from lift.labs.enums import AccessClass


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
