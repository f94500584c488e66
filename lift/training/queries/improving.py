"""Where learners stumble (A20): per step who began and finished, wrong answers, help asked for. Groups under five are hidden."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa

from lift.content.models import ModuleVersion
from lift.core.db import db
from lift.training.enums import StepState
from lift.training.models import Answer, HelpRequest, StepProgress

LEAST = 5
SENTENCES = 5


@dataclass(frozen=True)
class Stumbled:
    """One step over all learners of all sessions of a version; ``sentences`` are what they asked, without names."""

    key: str
    began: int
    finished: int
    answers: int
    wrong: int
    asked: int
    sentences: list[str]

    @property
    def shown(self) -> bool:
        """Enough people for figures (R10)."""
        return self.began >= LEAST

    @property
    def left(self) -> float:
        """Share of those who began and did not finish, 0..1."""
        return 1 - self.finished / self.began if self.began else 0.0


def stumbled_over(version: ModuleVersion) -> list[Stumbled]:
    """Every step of the version, in order. Three statements at any number."""
    progress = _progress(version.id)
    answers = _answers(version.id)
    asked = _asked(version.id)
    return [
        Stumbled(step.key, *progress.get(step.key, (0, 0)), *answers.get(step.key, (0, 0)),
                 len(asked.get(step.key, [])), [s for s in asked.get(step.key, []) if s][:SENTENCES])
        for step in version.steps
    ]  # fmt: skip


def _progress(version_id: UUID) -> dict[str, tuple[int, int]]:
    done = sa.func.count().filter(StepProgress.state == StepState.DONE)
    query = sa.select(StepProgress.step_key, sa.func.count(), done).where(StepProgress.version_id == version_id)
    return {key: (n, finished) for key, n, finished in db.session.execute(query.group_by(StepProgress.step_key))}


def _answers(version_id: UUID) -> dict[str, tuple[int, int]]:
    wrong = sa.func.count().filter(Answer.correct.is_(False))
    query = sa.select(Answer.step_key, sa.func.count(), wrong).where(Answer.version_id == version_id)
    return {key: (n, w) for key, n, w in db.session.execute(query.group_by(Answer.step_key))}


def _asked(version_id: UUID) -> dict[str, list[str]]:
    query = sa.select(HelpRequest.step_key, HelpRequest.sentence).where(HelpRequest.version_id == version_id)
    found: dict[str, list[str]] = {}
    for key, sentence in db.session.execute(query.order_by(HelpRequest.asked_at.desc())):
        found.setdefault(key, []).append(sentence)
    return found
