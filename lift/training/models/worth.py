"""Did it work (A18): the same questions before and after a module, and five short ones about it."""

from __future__ import annotations

from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from lift.core.db import Base, Created, Json, Key


class CheckAnswer(Base):
    """One entry question answered at one of the two ends; nobody's certificate hangs on it."""

    __tablename__ = "check_answer"
    __table_args__ = (
        sa.UniqueConstraint("person_id", "session_id", "question", "at_exit"),
        sa.Index(None, "version_id"),
        sa.Index(None, "session_id"),
    )

    id: Mapped[Key]
    person_id: Mapped[UUID] = mapped_column(sa.ForeignKey("person.id"))
    session_id: Mapped[UUID] = mapped_column(sa.ForeignKey("pilot_session.id"))
    version_id: Mapped[UUID] = mapped_column(sa.ForeignKey("module_version.id"))
    question: Mapped[str]
    at_exit: Mapped[bool]
    typed: Mapped[str]
    correct: Mapped[bool]
    answered_at: Mapped[Created]


class Feedback(Base):
    """Five marks from 1 (no) to 5 (yes) and a sentence, once a person and session."""

    __tablename__ = "feedback"
    __table_args__ = (
        sa.UniqueConstraint("person_id", "session_id"),
        sa.Index(None, "version_id"),
        sa.Index(None, "session_id"),
    )

    id: Mapped[Key]
    person_id: Mapped[UUID] = mapped_column(sa.ForeignKey("person.id"))
    session_id: Mapped[UUID] = mapped_column(sa.ForeignKey("pilot_session.id"))
    version_id: Mapped[UUID] = mapped_column(sa.ForeignKey("module_version.id"))
    marks: Mapped[Json]  # question → 1..5
    sentence: Mapped[str] = mapped_column(default="")
    given_at: Mapped[Created]
