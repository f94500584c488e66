"""Did it work (A18): what one learner has answered, and the gain of a module by mode; groups under five are hidden."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa

from lift.content.models import ModuleVersion
from lift.core.db import db
from lift.training.models import Answer, CheckAnswer, Feedback

LEAST = 5
"""Fewer people than this are never shown as a group (R10)."""


@dataclass(frozen=True)
class Gain:
    """People who answered at both ends: share of right answers before and after, 0..1. ``mode``: live, twin, reading."""

    number: int
    method: str | None
    mode: str
    people: int
    before: float
    after: float

    @property
    def points(self) -> float:
        """Percentage points gained."""
        return 100 * (self.after - self.before)


def checks_of(person_id: UUID, session_id: UUID) -> dict[bool, dict[str, CheckAnswer]]:
    """A learner's answers in a session: at the start (False) and at the end (True), by question."""
    found: dict[bool, dict[str, CheckAnswer]] = {False: {}, True: {}}
    for row in db.session.scalars(sa.select(CheckAnswer).filter_by(person_id=person_id, session_id=session_id)):
        found[row.at_exit][row.question] = row
    return found


def feedback_given(person_id: UUID, session_id: UUID) -> bool:
    """Whether the learner has said what they think."""
    query = sa.select(Feedback.id).filter_by(person_id=person_id, session_id=session_id)
    return db.session.scalar(query) is not None


def gains_of(module_id: UUID) -> tuple[list[Gain], int]:
    """Gains by version and mode, the newest first, and how many people stand in groups too small to be shown."""
    shares = _shares(module_id)
    groups: dict[tuple[int, str | None, str], list[tuple[float, float]]] = defaultdict(list)
    for number, method, mode, before, after in shares:
        groups[number, method, mode].append((before, after))
    shown = [
        Gain(
            number,
            method,
            mode,
            len(pairs),
            sum(p[0] for p in pairs) / len(pairs),
            sum(p[1] for p in pairs) / len(pairs),
        )
        for (number, method, mode), pairs in groups.items()
        if len(pairs) >= LEAST
    ]
    hidden = sum(len(pairs) for pairs in groups.values() if len(pairs) < LEAST)
    return sorted(shown, key=lambda g: (-g.number, g.mode)), hidden


def _shares(module_id: UUID) -> list[tuple[int, str | None, str, float, float]]:
    """One row a person and session with answers at both ends; the mode is what their checked recordings came from."""
    right = sa.func.avg(sa.case((CheckAnswer.correct, 1.0), else_=0.0))
    at = {end: right.filter(CheckAnswer.at_exit == end) for end in (False, True)}
    own = sa.and_(
        Answer.person_id == CheckAnswer.person_id,
        Answer.version_id == CheckAnswer.version_id,
        Answer.cut_id.is_not(None),
    )
    twin = Answer.verdict["source"].astext == "twin"
    live = (
        sa.exists().where(own, sa.func.coalesce(Answer.verdict["source"].astext, "") != "twin").correlate(CheckAnswer)
    )
    copied = sa.exists().where(own, twin).correlate(CheckAnswer)
    mode = sa.case((live, "live"), (copied, "twin"), else_="reading")
    query = (
        sa.select(ModuleVersion.number, ModuleVersion.method, mode, at[False], at[True])
        .join(ModuleVersion, ModuleVersion.id == CheckAnswer.version_id)
        .where(ModuleVersion.module_id == module_id)
        .group_by(
            ModuleVersion.number,
            ModuleVersion.method,
            CheckAnswer.version_id,
            CheckAnswer.person_id,
            CheckAnswer.session_id,
        )
        .having(at[False].is_not(None), at[True].is_not(None))
    )
    return [(number, method, m, float(b), float(a)) for number, method, m, b, a in db.session.execute(query)]


def marks_of(module_id: UUID) -> tuple[int, dict[str, float]]:
    """How many gave feedback, and the mean mark by question; empty under five."""
    query = sa.select(Feedback.marks).join(ModuleVersion, ModuleVersion.id == Feedback.version_id)
    rows = list(db.session.scalars(query.where(ModuleVersion.module_id == module_id)))
    if len(rows) < LEAST:
        return len(rows), {}
    return len(rows), {key: sum(row[key] for row in rows) / len(rows) for key in rows[0]}
