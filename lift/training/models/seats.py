"""Seats: the pools' counters under a check, a ledger row per movement, and who sits or waits."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lift.core.db import Base, BigKey, Created, Json, Key, Texts, one_of, state_column
from lift.training.enums import LIVE, AidAnswer, EnrolmentStatus, LedgerReason

if TYPE_CHECKING:
    from lift.training.models.sessions import PilotSession

_LIVE_SQL = ", ".join(f"'{s.value}'" for s in LIVE)


class Pool(Base):
    """A quota of a session's seats. ``size`` None is unlimited, zero is zero. ``next_ticket`` orders the waiting.

    At ``release_at`` its unused seats go to ``fallback_id`` (N2), once: ``released_at`` says when that was done.
    """

    __tablename__ = "pool"
    __table_args__ = (
        sa.CheckConstraint("taken >= 0 AND (size IS NULL OR taken <= size)", name="taken_within_size"),
        sa.CheckConstraint("release_at IS NULL OR fallback_id IS NOT NULL", name="release_leads_somewhere"),
        sa.UniqueConstraint("session_id", "name"),
        sa.Index("ix_pool_to_release", "release_at", postgresql_where=sa.text("released_at IS NULL")),
    )

    id: Mapped[Key]
    session_id: Mapped[UUID] = mapped_column(sa.ForeignKey("pilot_session.id"))
    name: Mapped[str] = mapped_column(default="general")
    title: Mapped[Texts] = mapped_column(default=dict)
    condition: Mapped[Json] = mapped_column(default=dict)  # {"hub": …}, {"size_class": […]}, {} for everybody
    code: Mapped[str | None]  # opens the pool for who types it, on top of the condition
    release_at: Mapped[datetime | None]
    released_at: Mapped[datetime | None]
    fallback_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("pool.id"))
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
    """A person's (or a nameless company's) place in a session, or its place in the queue.

    Rows of one request share ``group_id``; where they wait ``together`` they are offered seats as a whole or not at all
    (S11). A clock runs from ``clock_began_at`` to ``expires_at`` where the latter is set; what ends then follows from the
    status (policy/clocks.py).
    """

    __tablename__ = "enrolment"
    __table_args__ = (
        one_of("status", EnrolmentStatus),
        one_of("aid", AidAnswer),
        sa.Index("uq_enrolment_live_person", "session_id", "person_id", unique=True,
                 postgresql_where=sa.text(f"person_id IS NOT NULL AND status IN ({_LIVE_SQL})")),
        sa.Index("ix_enrolment_waiting", "pool_id", "ticket", postgresql_where=sa.text("status = 'waiting'")),
        sa.Index(None, "organisation_id", "session_id"),
        sa.Index(None, "person_id"),
        sa.Index("ix_enrolment_clock", "expires_at", postgresql_where=sa.text("expires_at IS NOT NULL")),
        sa.Index("ix_enrolment_clock_of_pool", "pool_id", postgresql_where=sa.text("expires_at IS NOT NULL")),
        sa.Index("ix_enrolment_group", "group_id"),
        sa.CheckConstraint("price_cents >= 0 AND aid_cents >= 0 AND voucher_cents >= 0", name="money_not_negative"),
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
    voucher_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("voucher.id"))
    voucher_cents: Mapped[int] = mapped_column(default=0)
    pool_code: Mapped[str] = mapped_column(default="")  # as typed; it opens its pool also for who waits
    group_id: Mapped[UUID | None]
    together: Mapped[bool] = mapped_column(default=False)
    needs_yes: Mapped[bool] = mapped_column(default=False)  # the employee asked; the company has to say yes (S5)
    declines: Mapped[int] = mapped_column(default=0)
    clock_began_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]
    warned_at: Mapped[datetime | None]  # its first warning stands in the outbox since (E28)
    warned_again: Mapped[bool] = mapped_column(default=False)  # the one 24 h before
    extended: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[Created]
    created_by: Mapped[UUID | None] = mapped_column(sa.ForeignKey("person.id"))
    confirmed_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]

    session: Mapped[PilotSession] = relationship()
    pool: Mapped[Pool] = relationship()
