"""Tables of training. Seats are the pools' counters under a check; every movement has a ledger row."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lift.core.db import Base, BigKey, Created, Json, Key, Texts, one_of, state_column
from lift.training.enums import (
    LIVE,
    AidAnswer,
    EnrolmentStatus,
    LedgerReason,
    SessionKind,
    SessionMode,
    SessionStatus,
    StepState,
)

_LIVE_SQL = ", ".join(f"'{s.value}'" for s in LIVE)


class PilotSession(Base):
    """A dated training: one module version, one host lab, parts, pools."""

    __tablename__ = "pilot_session"
    __table_args__ = (
        one_of("kind", SessionKind),
        one_of("status", SessionStatus),
        one_of("mode", SessionMode),
        sa.CheckConstraint("list_price_cents >= 0 AND partner_price_cents >= 0", name="prices_not_negative"),
        sa.CheckConstraint("capacity >= 0", name="capacity_not_negative"),
        sa.Index(None, "status", "starts_at"),
        sa.Index(None, "lab_id"),
        sa.Index(None, "version_id"),
    )

    id: Mapped[Key]
    code: Mapped[str] = mapped_column(unique=True)
    version_id: Mapped[UUID] = mapped_column(sa.ForeignKey("module_version.id"))
    lab_id: Mapped[UUID] = mapped_column(sa.ForeignKey("lab.id"))
    organisation_id: Mapped[UUID] = mapped_column(sa.ForeignKey("organisation.id"))
    kind: Mapped[SessionKind] = state_column(SessionKind, SessionKind.PILOT)
    status: Mapped[SessionStatus] = state_column(SessionStatus, SessionStatus.DRAFT)
    mode: Mapped[SessionMode] = state_column(SessionMode)
    language: Mapped[str]
    language_note: Mapped[Texts] = mapped_column(default=dict)
    zone: Mapped[str]
    place: Mapped[Texts] = mapped_column(default=dict)
    bring: Mapped[Texts] = mapped_column(default=dict)
    capacity: Mapped[int]
    minimum: Mapped[int] = mapped_column(default=1)
    list_price_cents: Mapped[int] = mapped_column(default=0)
    partner_price_cents: Mapped[int] = mapped_column(default=0)  # for a small or medium firm; the rest is public aid
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    total_minutes: Mapped[int]
    enrol_until: Mapped[datetime]
    withdraw_until: Mapped[datetime]
    opened_at: Mapped[datetime | None]
    booking_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("booking.id"))

    parts: Mapped[list[SessionPart]] = relationship(back_populates="session", order_by="SessionPart.starts_at")
    pools: Mapped[list[Pool]] = relationship(back_populates="session", order_by="Pool.id")


class SessionPart(Base):
    """One stretch of a session."""

    __tablename__ = "session_part"
    __table_args__ = (one_of("mode", SessionMode), sa.Index(None, "session_id"),
                      sa.CheckConstraint("starts_at < ends_at", name="starts_before_it_ends"))  # fmt: skip

    id: Mapped[Key]
    session_id: Mapped[UUID] = mapped_column(sa.ForeignKey("pilot_session.id"))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    mode: Mapped[SessionMode] = state_column(SessionMode)
    booking_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("booking.id"))

    session: Mapped[PilotSession] = relationship(back_populates="parts")


class SessionTrainer(Base):
    """Who teaches a session."""

    __tablename__ = "session_trainer"
    __table_args__ = (sa.Index(None, "person_id"),)

    session_id: Mapped[UUID] = mapped_column(sa.ForeignKey("pilot_session.id"), primary_key=True)
    person_id: Mapped[UUID] = mapped_column(sa.ForeignKey("person.id"), primary_key=True)


class Pool(Base):
    """A quota of a session's seats. ``size`` None is unlimited, zero is zero. ``next_ticket`` orders the waiting."""

    __tablename__ = "pool"
    __table_args__ = (
        sa.CheckConstraint("taken >= 0 AND (size IS NULL OR taken <= size)", name="taken_within_size"),
        sa.UniqueConstraint("session_id", "name"),
    )

    id: Mapped[Key]
    session_id: Mapped[UUID] = mapped_column(sa.ForeignKey("pilot_session.id"))
    name: Mapped[str] = mapped_column(default="general")
    title: Mapped[Texts] = mapped_column(default=dict)
    condition: Mapped[Json] = mapped_column(default=dict)  # {"hub": …}, {"size_class": […]}, {} for everybody
    size: Mapped[int | None]
    taken: Mapped[int] = mapped_column(default=0)
    next_ticket: Mapped[int] = mapped_column(sa.BigInteger, default=1)

    session: Mapped[PilotSession] = relationship(back_populates="pools")


class PoolLedger(Base):
    """One row per movement of a pool. Append-only; its sum is the pool's ``taken``."""

    __tablename__ = "pool_ledger"
    __table_args__ = (one_of("reason", LedgerReason), sa.Index(None, "pool_id"))

    id: Mapped[BigKey]
    pool_id: Mapped[UUID] = mapped_column(sa.ForeignKey("pool.id"))
    enrolment_id: Mapped[UUID | None]
    change: Mapped[int]
    reason: Mapped[LedgerReason] = state_column(LedgerReason)
    at: Mapped[Created]


class Enrolment(Base):
    """A person's (or a nameless company's) place in a session, or its place in the queue."""

    __tablename__ = "enrolment"
    __table_args__ = (
        one_of("status", EnrolmentStatus),
        one_of("aid", AidAnswer),
        sa.Index("uq_enrolment_live_person", "session_id", "person_id", unique=True,
                 postgresql_where=sa.text(f"person_id IS NOT NULL AND status IN ({_LIVE_SQL})")),
        sa.Index("ix_enrolment_waiting", "pool_id", "ticket", postgresql_where=sa.text("status = 'waiting'")),
        sa.Index(None, "organisation_id", "session_id"),
        sa.Index(None, "person_id"),
        sa.Index("ix_enrolment_hold_ends", "expires_at", postgresql_where=sa.text("status IN ('hold', 'offered')")),
    )  # fmt: skip

    id: Mapped[Key]
    session_id: Mapped[UUID] = mapped_column(sa.ForeignKey("pilot_session.id"))
    pool_id: Mapped[UUID] = mapped_column(sa.ForeignKey("pool.id"))
    organisation_id: Mapped[UUID] = mapped_column(sa.ForeignKey("organisation.id"))
    person_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("person.id"))
    status: Mapped[EnrolmentStatus] = state_column(EnrolmentStatus)
    ticket: Mapped[int] = mapped_column(sa.BigInteger)
    price_cents: Mapped[int] = mapped_column(default=0)
    aid_cents: Mapped[int] = mapped_column(default=0)
    aid: Mapped[AidAnswer] = state_column(AidAnswer, AidAnswer.FULL_PRICE)
    aid_declared_cents: Mapped[int | None]  # earlier support in three years, as the company told it (S8)
    expires_at: Mapped[datetime | None]
    created_at: Mapped[Created]
    created_by: Mapped[UUID | None] = mapped_column(sa.ForeignKey("person.id"))
    confirmed_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]

    session: Mapped[PilotSession] = relationship()
    pool: Mapped[Pool] = relationship()


class StepProgress(Base):
    """Where a learner stands on one step of one version; recomputable from answers and views."""

    __tablename__ = "step_progress"
    __table_args__ = (
        one_of("state", StepState),
        sa.UniqueConstraint("person_id", "version_id", "step_key"),
    )

    id: Mapped[Key]
    person_id: Mapped[UUID] = mapped_column(sa.ForeignKey("person.id"))
    version_id: Mapped[UUID] = mapped_column(sa.ForeignKey("module_version.id"))
    session_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("pilot_session.id"))
    step_key: Mapped[str]
    state: Mapped[StepState] = state_column(StepState, StepState.OPEN)
    started_at: Mapped[Created]
    done_at: Mapped[datetime | None]
    evidence: Mapped[Json] = mapped_column(default=dict)


class Answer(Base):
    """One answer as typed, how it was read, what it was checked against, and the verdict (X19)."""

    __tablename__ = "answer"
    __table_args__ = (sa.Index(None, "person_id", "version_id", "step_key"), sa.Index(None, "cut_id"))

    id: Mapped[Key]
    person_id: Mapped[UUID] = mapped_column(sa.ForeignKey("person.id"))
    version_id: Mapped[UUID] = mapped_column(sa.ForeignKey("module_version.id"))
    step_key: Mapped[str]
    exercise: Mapped[int]
    typed: Mapped[str]
    read_as: Mapped[Json] = mapped_column(default=dict)
    correct: Mapped[bool | None]  # None: waits for its cut to be sealed
    verdict: Mapped[Json] = mapped_column(default=dict)  # exact value, tolerance, hints, intermediate numbers
    cut_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("cut.id"))
    snapshot_sha256: Mapped[str | None]
    check_version: Mapped[str | None]
    answered_at: Mapped[Created]
    checked_at: Mapped[datetime | None]


class Briefing(Base):
    """The safety text was read in this lab on this day, ticked by a trainer or read by the person (T12)."""

    __tablename__ = "briefing"
    __table_args__ = (sa.UniqueConstraint("person_id", "lab_id", "day"),)

    id: Mapped[Key]
    person_id: Mapped[UUID] = mapped_column(sa.ForeignKey("person.id"))
    lab_id: Mapped[UUID] = mapped_column(sa.ForeignKey("lab.id"))
    day: Mapped[date]
    text_version: Mapped[str]
    ticked_by: Mapped[UUID | None] = mapped_column(sa.ForeignKey("person.id"))
    at: Mapped[Created]


class HelpRequest(Base):
    """A learner asks: step, last values, last answer, a sentence (L17)."""

    __tablename__ = "help_request"
    __table_args__ = (sa.Index(None, "session_id", "asked_at"),)

    id: Mapped[Key]
    person_id: Mapped[UUID] = mapped_column(sa.ForeignKey("person.id"))
    session_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("pilot_session.id"))
    version_id: Mapped[UUID] = mapped_column(sa.ForeignKey("module_version.id"))
    step_key: Mapped[str]
    sentence: Mapped[str] = mapped_column(default="")
    context: Mapped[Json] = mapped_column(default=dict)
    asked_at: Mapped[Created]
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[UUID | None] = mapped_column(sa.ForeignKey("person.id"))


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
