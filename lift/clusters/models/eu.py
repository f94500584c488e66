"""EU-project data as published (CORDIS CSV). The rows carry no foreign keys: they come by COPY and leave with their file.

Ids of projects and bodies (PIC) are numbers. A natural person has no name here and a negative number instead of the PIC.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from lift.clusters.enums import FileState
from lift.core.db import Base, BigKey, Created, Json, Key, one_of, state_column

Id = sa.BigInteger
Euro = sa.Numeric(16, 2)


class EuFile(Base):
    """One published set. ``member`` and ``line`` say how far it is loaded: they move with the rows, in one transaction."""

    __tablename__ = "eu_file"
    __table_args__ = (
        one_of("state", FileState),
        sa.Index("uq_eu_file_current", "programme", unique=True, postgresql_where=sa.text("state = 'current'")),
    )

    id: Mapped[BigKey]
    sha256: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    stored_id: Mapped[UUID] = mapped_column(sa.ForeignKey("stored_file.id"))
    state: Mapped[FileState] = state_column(FileState, FileState.WAITING)
    programme: Mapped[str] = mapped_column(default="")
    member: Mapped[int] = mapped_column(default=0)  # index in the order of loading
    line: Mapped[int] = mapped_column(default=0)  # rows of that member that are dealt with
    bytes_total: Mapped[int] = mapped_column(Id, default=0)
    bytes_done: Mapped[int] = mapped_column(Id, default=0)
    counts: Mapped[Json] = mapped_column(default=dict)  # rows kept, by table; "rejected"
    data_date: Mapped[date | None]  # the newest day on a table in the archive
    first_year: Mapped[int | None]
    last_year: Mapped[int | None]
    asked_by: Mapped[UUID | None] = mapped_column(sa.ForeignKey("person.id"))
    created_at: Mapped[Created]
    ended_at: Mapped[datetime | None]
    error: Mapped[str | None]


class EuProject(Base):
    """A project of a file. Money in EUR; None is unknown, never zero."""

    __tablename__ = "eu_project"

    file_id: Mapped[int] = mapped_column(Id, primary_key=True)
    project_id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    acronym: Mapped[str]
    title: Mapped[str]
    status: Mapped[str]
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]
    total_cost: Mapped[Decimal | None] = mapped_column(Euro)
    ec_max: Mapped[Decimal | None] = mapped_column(Euro)
    programme: Mapped[str]
    scheme: Mapped[str]
    call: Mapped[str]
    call_title: Mapped[str]
    keywords: Mapped[str]


class EuParticipation(Base):
    """A body's row in a project. ``ec`` may include linked third parties; ``net`` is what the body keeps."""

    __tablename__ = "eu_participation"
    __table_args__ = (sa.Index(None, "file_id", "project_id"), sa.Index(None, "pic"))

    file_id: Mapped[int] = mapped_column(Id, primary_key=True)
    line: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    project_id: Mapped[int] = mapped_column(Id)
    pic: Mapped[int] = mapped_column(Id)
    vat: Mapped[str]
    name: Mapped[str]
    short_name: Mapped[str]
    activity: Mapped[str]
    sme: Mapped[bool | None]
    city: Mapped[str]
    country: Mapped[str]  # ISO 3166-1; "" unknown
    nuts: Mapped[str]
    role: Mapped[str]
    ec: Mapped[Decimal | None] = mapped_column(Euro)
    net: Mapped[Decimal | None] = mapped_column(Euro)
    cost: Mapped[Decimal | None] = mapped_column(Euro)
    left: Mapped[bool]


class EuTopic(Base):
    """What EuroSciVoc says a project is about; ``area`` is the third level of the path, ``root`` the first."""

    __tablename__ = "eu_topic"
    __table_args__ = (sa.Index(None, "file_id", "project_id"),)

    file_id: Mapped[int] = mapped_column(Id, primary_key=True)
    line: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    project_id: Mapped[int] = mapped_column(Id)
    code: Mapped[str]
    title: Mapped[str]
    area: Mapped[str]
    root: Mapped[str]


class EuRejected(Base):
    """A row that was not taken, and why: the problem's key in ``texts.ROW_REASONS`` and what stood there."""

    __tablename__ = "eu_rejected"

    file_id: Mapped[int] = mapped_column(Id, primary_key=True)
    member: Mapped[str] = mapped_column(primary_key=True)
    line: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    reason: Mapped[str]
    found: Mapped[str]


class EuBody(Base):
    """Every PIC of the current files and the body it belongs to: PICs with one VAT number are one body (its lowest PIC)."""

    __tablename__ = "eu_body"
    __table_args__ = (
        sa.Index(None, "body"),
        sa.Index("ix_eu_body_name", sa.text("lower(name) text_pattern_ops")),
    )

    pic: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    body: Mapped[int] = mapped_column(Id)
    name: Mapped[str]
    country: Mapped[str]


class EuIdentity(Base):
    """Which PIC one of our organisations has, and who says so."""

    __tablename__ = "eu_identity"

    organisation_id: Mapped[UUID] = mapped_column(sa.ForeignKey("organisation.id"), primary_key=True)
    pic: Mapped[int] = mapped_column(Id, unique=True)
    source: Mapped[str]


class HubSnapshot(Base):
    """A hub's computed profile after a file became current; two of them show what a new file changed."""

    __tablename__ = "hub_snapshot"
    __table_args__ = (sa.UniqueConstraint("hub_id", "file_id"),)

    id: Mapped[Key]
    hub_id: Mapped[UUID] = mapped_column(sa.ForeignKey("hub.id"))
    file_id: Mapped[int] = mapped_column(sa.ForeignKey("eu_file.id"))
    profile: Mapped[Json]
    made_at: Mapped[Created]
