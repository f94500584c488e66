"""What a learner does: progress, answers, the briefing, asking for help."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from lift.core.db import Base, Created, Json, Key, one_of, state_column
from lift.training.enums import StepState


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
