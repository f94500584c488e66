"""What a person says yes to, asks us to consider, takes away, and leaves behind."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from lift.core.db import Base, Created, Json, Key, one_of, state_column
from lift.people.enums import ConsentPurpose


class Consent(Base):
    """A dated yes (and its end) to one purpose, in one text version."""

    __tablename__ = "consent"
    __table_args__ = (one_of("purpose", ConsentPurpose), sa.Index(None, "person_id", "purpose"))

    id: Mapped[Key]
    person_id: Mapped[UUID] = mapped_column(sa.ForeignKey("person.id"))
    purpose: Mapped[ConsentPurpose] = state_column(ConsentPurpose)
    text_version: Mapped[str]
    given_at: Mapped[Created]
    withdrawn_at: Mapped[datetime | None]


class DataExport(Base):
    """A person asked for all that is held of them; the archive lies in the file store until ``ends_at`` (L12)."""

    __tablename__ = "data_export"
    __table_args__ = (
        sa.Index(None, "person_id"),
        sa.Index("uq_data_export_waiting", "person_id", unique=True, postgresql_where=sa.text("ready_at IS NULL")),
        sa.Index(None, "ends_at"),
    )

    id: Mapped[Key]
    person_id: Mapped[UUID] = mapped_column(sa.ForeignKey("person.id"))
    asked_at: Mapped[datetime]
    ready_at: Mapped[datetime | None]
    ends_at: Mapped[datetime | None]
    file_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("stored_file.id"))


class ErasureReport(Base):
    """What an erasure removed and what it kept, by feature, as counts; names nobody (L12, E26)."""

    __tablename__ = "erasure_report"

    id: Mapped[Key]
    pseudonym: Mapped[UUID] = mapped_column(unique=True)
    erased_at: Mapped[datetime]
    certificates_revoked: Mapped[bool]
    counts: Mapped[Json]  # feature: {thing: [held before, still there without a name]}
