"""Tables of the kernel: outbox jobs, audit, tallies, idempotency keys, mail, stored files, and the runs of retention."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from lift.core.db import Base, BigKey, Created, Json, Key, one_of, state_column
from lift.core.enums import JobState


class Job(Base):
    """Outbox row: written with the change it belongs to, sent after the commit, done by compare-and-swap."""

    __tablename__ = "job"
    __table_args__ = (
        one_of("state", JobState),
        sa.Index("ix_job_open", "state", "due_at", postgresql_where=sa.text("state IN ('new', 'sent')")),
        sa.Index("ix_job_failed", "created_at", postgresql_where=sa.text("state = 'failed'")),
        sa.UniqueConstraint("once_key"),
    )

    id: Mapped[BigKey]
    kind: Mapped[str]
    arguments: Mapped[Json]
    state: Mapped[JobState] = state_column(JobState, JobState.NEW)
    once_key: Mapped[str | None]
    due_at: Mapped[datetime] = mapped_column(server_default=sa.func.now())
    attempts: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[Created]
    sent_at: Mapped[datetime | None]
    done_at: Mapped[datetime | None]
    error: Mapped[str | None]
    request_id: Mapped[str | None]


class AuditEntry(Base):
    """Who did what, as whom, why. Append-only by trigger; holds pseudonyms, never names."""

    __tablename__ = "audit_entry"
    __table_args__ = (
        sa.Index("ix_audit_entry_thing", "thing_kind", "thing_id", "id"),
        sa.Index("ix_audit_entry_who", "who", "id"),
        sa.Index("ix_audit_entry_at", "at"),
    )

    id: Mapped[BigKey]
    at: Mapped[Created]
    who: Mapped[UUID | None]
    acting_for: Mapped[UUID | None]
    action: Mapped[str]
    thing_kind: Mapped[str]
    thing_id: Mapped[str]
    before: Mapped[Json | None]
    after: Mapped[Json | None]
    reason: Mapped[str | None]
    request_id: Mapped[str | None]


class AuditDay(Base):
    """The chained hash over one closed UTC day of the audit."""

    __tablename__ = "audit_day"

    day: Mapped[date] = mapped_column(primary_key=True)
    entries: Mapped[int]
    sha256: Mapped[str]


class Tally(Base):
    """A counted thing that a rule limits across units: one row per (what, whom, window)."""

    __tablename__ = "tally"
    __table_args__ = (
        sa.UniqueConstraint("what", "whom", "window"),
        sa.CheckConstraint("count >= 0", name="count_not_negative"),
    )

    id: Mapped[Key]
    what: Mapped[str]
    whom: Mapped[str]
    window: Mapped[str]
    count: Mapped[int] = mapped_column(default=0)


class IdempotencyKey(Base):
    """Marker and stored answer of a creating call (RULES section 4)."""

    __tablename__ = "idempotency_key"
    __table_args__ = (
        sa.UniqueConstraint("key", "principal", "route"),
        sa.Index("ix_idempotency_key_created_at", "created_at"),
    )

    id: Mapped[Key]
    key: Mapped[str]
    principal: Mapped[str]
    route: Mapped[str]
    body_sha256: Mapped[str]
    lease_until: Mapped[datetime]
    status: Mapped[int | None]
    answer: Mapped[str | None]
    location: Mapped[str | None]
    created_at: Mapped[Created]


class MailMessage(Base):
    """One mail to one address about one event, once."""

    __tablename__ = "mail_message"
    __table_args__ = (sa.UniqueConstraint("recipient", "event", "kind"), sa.Index(None, "created_at"))

    id: Mapped[Key]
    recipient: Mapped[str]
    event: Mapped[str]
    kind: Mapped[str]
    subject: Mapped[str]
    body: Mapped[str]
    calendar: Mapped[str | None]  # an iCalendar text that travels along where a date is meant
    created_at: Mapped[Created]
    sent_at: Mapped[datetime | None]


class StoredFile(Base):
    """A file kept by content; ``sha256`` names it in the store."""

    __tablename__ = "stored_file"
    __table_args__ = (sa.Index(None, "sha256"),)

    id: Mapped[Key]
    sha256: Mapped[str]
    size: Mapped[int] = mapped_column(sa.BigInteger)
    media_type: Mapped[str]
    name: Mapped[str]
    created_at: Mapped[Created]


class RetentionRun(Base):
    """What one night's retention did for one class of data."""

    __tablename__ = "retention_run"

    id: Mapped[BigKey]
    data_class: Mapped[str]
    at: Mapped[Created]
    removed: Mapped[int]
