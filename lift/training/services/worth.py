"""Did it work (A18): the module's questions before and after, and the learner's word about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.dialects.postgresql import insert

from lift.content.folder.exercises import NumberExercise
from lift.core import audit
from lift.core.actor import Actor
from lift.core.db import transaction
from lift.core.errors import Conflict, Invalid, Problem, Refused
from lift.core.i18n import Text
from lift.core.ids import uuid7
from lift.measures.answers import ReadProblem
from lift.training import queries, texts
from lift.training.models import CheckAnswer, Feedback
from lift.training.services import checking
from lift.training.services.learning import Attempt, attempt_of

MARKS = range(1, 6)


def answer_check(code: str, at_exit: bool, typed: Mapping[str, Sequence[str]], *, actor: Actor, language: str) -> int:
    """Keep the answers to all questions at one end; returns how many were right. Each end is answered once.

    Raises Invalid where one is missing or cannot be read, Refused at the end before the required steps are done.
    """
    with transaction() as session:
        attempt = first_attempt(code, actor)
        if at_exit and not attempt.standing.complete:
            raise Refused(Problem("A18", Text(texts.CHECK_TOO_EARLY), owner="training"))
        if queries.checks_of(attempt.person_id, attempt.session.id)[at_exit]:
            raise Conflict(Problem("A18", Text(texts.CHECK_DONE), owner="training"))
        questions = attempt.standing.version.entry_questions
        judged = [(stored["key"], *_judged(stored, typed.get(stored["key"], ()), language)) for stored in questions]
        same = {"person_id": attempt.person_id, "session_id": attempt.session.id, "at_exit": at_exit,
                "version_id": attempt.session.version_id}  # fmt: skip
        for key, said, correct in judged:
            values = {"id": uuid7(), "question": key, "typed": said, "correct": correct, **same}
            session.execute(insert(CheckAnswer).values(**values).on_conflict_do_nothing())
        audit.record(actor, "training.answer_check", "pilot_session", attempt.session.id, after={"exit": at_exit})
        return sum(correct for _key, _said, correct in judged)


def first_attempt(code: str, actor: Actor) -> Attempt:
    """The learner in this session, whichever step; NotFound for who has no seat."""
    found = queries.session_by_code(code)
    version = queries.standing_of(actor.person_id, found.version_id).version if found and actor.person_id else None
    return attempt_of(code, version.steps[0].key if version else "", actor=actor)


def _judged(stored: dict[str, Any], typed: Sequence[str], language: str) -> tuple[str, bool]:
    """What was typed and whether it is right."""
    asked = checking.exercise_of(stored)
    if not any(part.strip() for part in typed):
        raise Invalid(Problem("A18", Text(texts.CHECK_MISSING), owner="training", field=asked.key))
    if isinstance(asked, NumberExercise):
        read = checking.read_typed(asked, typed[0], language)
        if isinstance(read, ReadProblem):
            raise Invalid(Problem("A18", read.text, owner="training", field=asked.key))
        return typed[0], bool(checking.judge_number(asked, typed[0], language).correct)
    return ", ".join(typed), bool(checking.judge_choice(asked, typed).correct)


def give_feedback(code: str, marks: Mapping[str, int], sentence: str, *, actor: Actor) -> None:
    """Five marks and a sentence, once."""
    with transaction() as session:
        attempt = first_attempt(code, actor)
        missing = next((key for key in texts.FEEDBACK if marks.get(key) not in MARKS), None)
        if missing is not None:
            raise Invalid(Problem("A18", Text(texts.MARK_MISSING), owner="training", field=missing))
        if queries.feedback_given(attempt.person_id, attempt.session.id):
            raise Conflict(Problem("A18", Text(texts.CHECK_DONE), owner="training"))
        row = Feedback(
            person_id=attempt.person_id, session_id=attempt.session.id, version_id=attempt.session.version_id
        )
        row.marks, row.sentence = {key: marks[key] for key in texts.FEEDBACK}, sentence.strip()[:2000]
        session.add(row)
        session.flush()
        audit.record(actor, "training.give_feedback", "pilot_session", attempt.session.id)
