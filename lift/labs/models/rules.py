"""What stands beside a booking because of a rule: a waived refusal, a flag, a request for a yes, a strike."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lift.core.db import Base, Created, Key, one_of, state_column
from lift.labs.enums import ApprovalMode, RequestState
from lift.labs.models.time import Booking


class RuleOverride(Base):
    """A refusal that staff waived, and why; told to the people who run the lab every week (RULES, overrides)."""

    __tablename__ = "rule_override"
    __table_args__ = (
        sa.Index(None, "lab_id", "made_at"),
        sa.Index(None, "booking_id"),
        sa.Index("ix_rule_override_untold", "lab_id", postgresql_where=sa.text("told_at IS NULL")),
    )

    id: Mapped[Key]
    lab_id: Mapped[UUID] = mapped_column(sa.ForeignKey("lab.id"))
    booking_id: Mapped[UUID] = mapped_column(sa.ForeignKey("booking.id"))
    rule: Mapped[str]
    said: Mapped[str]  # the refusal, in the source language
    reason: Mapped[str]
    made_by: Mapped[UUID | None] = mapped_column(sa.ForeignKey("person.id"))
    made_at: Mapped[Created]
    told_at: Mapped[datetime | None]


class BookingFlag(Base):
    """A booking ahead that would be refused today: its holder is no longer qualified by then (M8)."""

    __tablename__ = "booking_flag"
    __table_args__ = (sa.UniqueConstraint("booking_id", "rule"),)

    id: Mapped[Key]
    booking_id: Mapped[UUID] = mapped_column(sa.ForeignKey("booking.id"))
    rule: Mapped[str]
    said: Mapped[str]
    raised_at: Mapped[Created]
    cleared_at: Mapped[datetime | None]


class Approver(Base):
    """Somebody who decides about bookings of a lab, or of one of its assets, and who stands in."""

    __tablename__ = "approver"
    __table_args__ = (
        sa.UniqueConstraint("lab_id", "asset_id", "person_id", postgresql_nulls_not_distinct=True),
        sa.CheckConstraint("deputy_id <> person_id", name="deputy_is_another"),
    )

    id: Mapped[Key]
    lab_id: Mapped[UUID] = mapped_column(sa.ForeignKey("lab.id"))
    asset_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("asset.id"))  # None: every asset of the lab
    person_id: Mapped[UUID] = mapped_column(sa.ForeignKey("person.id"))
    deputy_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("person.id"))


class ApprovalRequest(Base):
    """A booking that waits for a yes. ``decide_by`` is reckoned in the lab's opening hours; at it the time-out acts, once."""

    __tablename__ = "approval_request"
    __table_args__ = (
        one_of("mode", ApprovalMode),
        one_of("state", RequestState),
        sa.Index("ix_approval_request_due", "decide_by", postgresql_where=sa.text("state = 'open'")),
    )

    booking_id: Mapped[UUID] = mapped_column(sa.ForeignKey("booking.id"), primary_key=True)
    mode: Mapped[ApprovalMode] = state_column(ApprovalMode)
    state: Mapped[RequestState] = state_column(RequestState, RequestState.OPEN)
    holds: Mapped[bool]  # False: the time stays free for others until the yes
    escalates: Mapped[bool]  # True: at the time-out the deputies and the lab's managers decide
    asked_at: Mapped[Created]
    decide_by: Mapped[datetime]
    escalated_at: Mapped[datetime | None]
    decided_at: Mapped[datetime | None]

    booking: Mapped[Booking] = relationship()
    votes: Mapped[list[ApprovalVote]] = relationship(order_by="ApprovalVote.position")


class ApprovalVote(Base):
    """One approver's place in a request: asked, and perhaps answered, by the approver or the deputy."""

    __tablename__ = "approval_vote"
    __table_args__ = (
        sa.UniqueConstraint("booking_id", "approver_id"),
        sa.Index(None, "approver_id"),
        sa.Index(None, "deputy_id"),
    )

    id: Mapped[Key]
    booking_id: Mapped[UUID] = mapped_column(sa.ForeignKey("approval_request.booking_id"))
    position: Mapped[int]
    approver_id: Mapped[UUID] = mapped_column(sa.ForeignKey("person.id"))
    deputy_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("person.id"))
    yes: Mapped[bool | None]
    reason: Mapped[str] = mapped_column(default="")
    decided_by: Mapped[UUID | None] = mapped_column(sa.ForeignKey("person.id"))
    decided_at: Mapped[datetime | None]


class Strike(Base):
    """A booking to which nobody came; it counts for 180 days."""

    __tablename__ = "strike"
    __table_args__ = (sa.Index(None, "person_id", "lab_id"),)

    booking_id: Mapped[UUID] = mapped_column(sa.ForeignKey("booking.id"), primary_key=True)
    person_id: Mapped[UUID] = mapped_column(sa.ForeignKey("person.id"))
    lab_id: Mapped[UUID] = mapped_column(sa.ForeignKey("lab.id"))
    given_at: Mapped[Created]
    expires_at: Mapped[datetime]
