"""A dated training, its parts and who teaches it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine.default import DefaultExecutionContext
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lift.core.db import Base, Json, Key, Texts, one_of, state_column
from lift.training.enums import Decision, SessionKind, SessionMode, SessionStatus
from lift.training.models.seats import Pool


def _before(column: str, *, days: int = 0) -> Callable[[DefaultExecutionContext], datetime]:
    """So long before another instant of the same row, where nothing else was said."""

    def instant(context: DefaultExecutionContext) -> datetime:
        told: datetime = context.get_current_parameters()[column]  # type: ignore[no-untyped-call]
        return told - timedelta(days=days)

    return instant


class PilotSession(Base):
    """A dated training: one module version, one host lab, parts, pools."""

    __tablename__ = "pilot_session"
    __table_args__ = (
        one_of("kind", SessionKind),
        one_of("status", SessionStatus),
        one_of("mode", SessionMode),
        sa.CheckConstraint("list_price_cents >= 0 AND partner_price_cents >= 0", name="prices_not_negative"),
        sa.CheckConstraint("capacity >= 0", name="capacity_not_negative"),
        sa.CheckConstraint("company_cap >= 0", name="cap_not_negative"),
        one_of("decision", Decision),
        sa.Index(None, "status", "starts_at"),
        sa.Index(None, "lab_id"),
        sa.Index(None, "version_id"),
        sa.Index("ix_pilot_session_to_decide", "decide_at", postgresql_where=sa.text("decision IS NULL")),
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
    names_until: Mapped[datetime] = mapped_column(default=_before("starts_at", days=5))  # seats without a name end (S3)
    last_call_at: Mapped[datetime] = mapped_column(
        default=_before("starts_at", days=1)
    )  # no offer leaves after it (E9)
    company_cap: Mapped[int | None]  # places of one company; None: no limit (S4)
    cap_until: Mapped[datetime | None]  # the cap holds until then; None: for good
    decide_at: Mapped[datetime] = mapped_column(default=_before("enrol_until"))  # go / no-go (E15)
    auto_cancel: Mapped[bool] = mapped_column(default=False)
    decision: Mapped[Decision | None] = state_column(Decision)
    decided_at: Mapped[datetime | None]
    cancelled_because: Mapped[str | None]  # read by everybody who had a place
    priced: Mapped[bool] = mapped_column(default=True)  # False: a draft whose price nobody told yet (N4)
    wants: Mapped[Json] = mapped_column(default=dict)  # {"assets": [id], "rooms": [name]}: what it claims when opened
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
