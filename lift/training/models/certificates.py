"""What a learner takes home."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from lift.core.db import Base, Created, Json, Key


class Certificate(Base):
    """Issued once per learner and session; checked by anybody with the code; revocable."""

    __tablename__ = "certificate"
    __table_args__ = (sa.UniqueConstraint("person_id", "session_id"), sa.UniqueConstraint("number"))

    id: Mapped[Key]
    serial: Mapped[int] = mapped_column(sa.BigInteger, sa.Identity(), unique=True)  # gaps are allowed
    code: Mapped[str] = mapped_column(unique=True)  # 128 random bits
    number: Mapped[str]
    person_id: Mapped[UUID] = mapped_column(sa.ForeignKey("person.id"))
    version_id: Mapped[UUID] = mapped_column(sa.ForeignKey("module_version.id"))
    session_id: Mapped[UUID] = mapped_column(sa.ForeignKey("pilot_session.id"))
    language: Mapped[str]
    issued_at: Mapped[Created]
    minutes_attended: Mapped[int] = mapped_column(default=0)
    content: Mapped[Json]  # what is printed: title, version, skills, hours, issuer
    file_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("stored_file.id"))
    revoked_at: Mapped[datetime | None]
    revoked_reason: Mapped[str | None]
