"""A learner's standing in a session: who is on the roster, what is on record, what follows from it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from lift.content.models import Module, ModuleStep, ModuleVersion
from lift.content.queries import version_with_steps
from lift.core.db import db
from lift.live.models import Cut
from lift.network.models import WorkingGroup
from lift.training.enums import ADMITTED, SessionStatus, StepState
from lift.training.models import Answer, Certificate, Enrolment, PilotSession, SessionTrainer, StepProgress
from lift.training.policy import StepFacts, percent_done, rule_of, step_done
from lift.twins.enums import RunState
from lift.twins.models import SimulationRun
from lift.twins.queries.twin_sessions import twin_check_passed


@dataclass(frozen=True)
class Standing:
    """One learner in one version: facts and states by step key."""

    version: ModuleVersion
    facts: dict[str, StepFacts]
    answers: dict[tuple[str, int], list[Answer]] = field(default_factory=dict)

    @property
    def done(self) -> set[str]:
        """Keys of the steps whose rule is fulfilled."""
        return {s.key for s in self.version.steps if step_done(s, self.facts[s.key])}

    @property
    def percent(self) -> int:
        """Of the required steps' minutes."""
        return percent_done(self.version.steps, self.done)

    @property
    def complete(self) -> bool:
        """Every required step is done."""
        return self.percent == 100

    @property
    def next_step(self) -> ModuleStep | None:
        """The first step that is not done."""
        done = self.done
        return next((s for s in self.version.steps if s.key not in done), None)

    @property
    def minutes_left(self) -> int:
        """Of the steps that are not done."""
        done = self.done
        return sum(s.minutes for s in self.version.steps if s.key not in done)


def session_by_code(code: str) -> PilotSession | None:
    """A published session with its parts."""
    query = sa.select(PilotSession).where(PilotSession.code == code, PilotSession.status != SessionStatus.DRAFT)
    return db.session.scalar(query.options(joinedload(PilotSession.parts)))


def seat_of(person_id: UUID, session_id: UUID) -> Enrolment | None:
    """The person's seat in a session, if it is one."""
    query = sa.select(Enrolment).where(
        Enrolment.session_id == session_id, Enrolment.person_id == person_id, Enrolment.status.in_(ADMITTED)
    )
    return db.session.scalar(query)


def trainers_of(session_id: UUID) -> frozenset[UUID]:
    """Who teaches the session."""
    return frozenset(db.session.scalars(sa.select(SessionTrainer.person_id).filter_by(session_id=session_id)))


def standing_of(person_id: UUID, version_id: UUID) -> Standing:
    """Computed from the record alone; the stored states are not asked."""
    version = version_with_steps(version_id)
    if version is None:
        raise LookupError(version_id)
    answers = _answers(person_id, version_id)
    progress = {row.step_key: row for row in _progress(person_id, version_id)}
    asset_type = version.requirements.get("asset_type", "")
    needs_twin = any(rule_of(s) == "twin_check" for s in version.steps)
    passed = needs_twin and twin_check_passed(person_id, asset_type)
    facts = {s.key: _facts(s, answers, progress.get(s.key), passed) for s in version.steps}
    return Standing(version, facts, answers)


def _facts(
    step: ModuleStep, answers: dict[tuple[str, int], list[Answer]], row: StepProgress | None, twin_passed: bool
) -> StepFacts:
    mine = {place: answers.get((step.key, place), []) for place in range(len(step.exercises))}
    uploads = [a for place, found in mine.items() if step.exercises[place].get("kind") == "upload" for a in found]
    evidence = row.evidence if row else {}
    read_at = evidence.get("read_at")
    return StepFacts(
        started_at=row.started_at if row else None,
        read_at=datetime.fromisoformat(read_at) if read_at else None,
        right=frozenset(place for place, found in mine.items() if any(a.correct for a in found)),
        kept=len(uploads),
        twin_passed=twin_passed,
        signed_off="signed_off_by" in evidence,
    )


def _answers(person_id: UUID, version_id: UUID) -> dict[tuple[str, int], list[Answer]]:
    query = (
        sa.select(Answer).filter_by(person_id=person_id, version_id=version_id).order_by(Answer.answered_at, Answer.id)
    )
    found: dict[tuple[str, int], list[Answer]] = defaultdict(list)
    for answer in db.session.scalars(query, execution_options={"populate_existing": True}):
        found[answer.step_key, answer.exercise].append(answer)
    return found


def _progress(person_id: UUID, version_id: UUID) -> Sequence[StepProgress]:
    query = sa.select(StepProgress).filter_by(person_id=person_id, version_id=version_id)
    return db.session.scalars(query, execution_options={"populate_existing": True}).all()


def stored_done(person_id: UUID, version_id: UUID) -> set[str]:
    """Keys of the steps that are stored as done; equal to what the record gives, by test."""
    return {row.step_key for row in _progress(person_id, version_id) if row.state is StepState.DONE}


def files_of_person(person_id: UUID) -> list[UUID]:
    """Evidence that the person sent, and the papers of their certificates."""
    sent = sa.select(Answer.read_as["file_id"].astext).where(
        Answer.person_id == person_id, Answer.read_as.has_key("file_id")
    )
    papers = sa.select(Certificate.file_id).where(Certificate.person_id == person_id, Certificate.file_id.is_not(None))
    return [*map(UUID, db.session.scalars(sent)), *(file for file in db.session.scalars(papers) if file)]


def waiting_answers(cut_ids: Sequence[UUID]) -> list[Answer]:
    """Answers that name one of these cuts and still have their value (an erased person's have not), oldest first."""
    named = sa.and_(Answer.cut_id.in_(cut_ids), Answer.read_as.has_key("value"))
    query = sa.select(Answer).where(named).order_by(Answer.answered_at, Answer.id)
    return list(db.session.scalars(query))


def cuts_of_recording(recording_id: UUID) -> list[UUID]:
    """The cuts of a recording."""
    return list(db.session.scalars(sa.select(Cut.id).filter_by(recording_id=recording_id)))


def certificate_of(person_id: UUID, session_id: UUID) -> Certificate | None:
    """The one certificate of a learner in a session."""
    return db.session.scalar(sa.select(Certificate).filter_by(person_id=person_id, session_id=session_id))


def group_of(version: ModuleVersion) -> WorkingGroup | None:
    """The working group that makes the module."""
    query = (
        sa.select(WorkingGroup).join(Module, Module.group_id == WorkingGroup.id).where(Module.id == version.module_id)
    )
    return db.session.scalar(query)


def finished_runs(person_id: UUID, simulator: str) -> list[SimulationRun]:
    """The learner's own finished runs of a simulator, newest first."""
    query = sa.select(SimulationRun).filter_by(person_id=person_id, simulator=simulator, state=RunState.DONE)
    return list(db.session.scalars(query.order_by(SimulationRun.created_at.desc(), SimulationRun.id.desc())))
