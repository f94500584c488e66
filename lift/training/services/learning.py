"""A learner works through a version: steps begin and end by their own rules, answers are kept, read and judged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from lift.content.folder.exercises import ChoiceExercise, CutKpiExercise, NumberExercise, SimulationExercise
from lift.content.models import ModuleStep
from lift.content.queries import recalled_steps
from lift.content.texts import RECALLED
from lift.core import audit, clock, files, jobs
from lift.core.actor import Actor
from lift.core.db import db, transaction
from lift.core.errors import Invalid, NotFound, Problem, Refused, require_found
from lift.core.i18n import Text
from lift.core.ids import uuid7
from lift.core.models import StoredFile
from lift.live.enums import CutState
from lift.live.models import Cut
from lift.live.services import from_parquet
from lift.training import queries, texts
from lift.training.enums import StepState
from lift.training.models import Answer, PilotSession, StepProgress
from lift.training.queries.progress import Standing
from lift.training.services import checking
from lift.training.services.checking import Judged

ISSUE_CERTIFICATE = jobs.JobKind("training.issue_certificate")
CHECK_ATTEMPTS = jobs.JobKind("training.check_attempts")


@dataclass(frozen=True)
class Attempt:
    """A learner at one step of a session: checked to be theirs."""

    session: PilotSession
    standing: Standing
    step: ModuleStep
    person_id: UUID


def attempt_of(code: str, step_key: str, *, actor: Actor) -> Attempt:
    """The learner's own attempt. Raises NotFound for an unknown session or step, and for who has no seat in it."""
    session = require_found(queries.session_by_code(code))
    if actor.person_id is None or queries.seat_of(actor.person_id, session.id) is None:
        raise NotFound
    standing = queries.standing_of(actor.person_id, session.version_id)
    step = require_found(next((s for s in standing.version.steps if s.key == step_key), None))
    return Attempt(session, standing, step, actor.person_id)


def start_step(code: str, step_key: str, *, actor: Actor) -> Attempt:
    """Note that the learner opened the step; again is the same. Stored states are brought up to the record."""
    with transaction():
        attempt = attempt_of(code, step_key, actor=actor)
        recall = recalled_steps(attempt.session.version_id).get(step_key)
        if recall is not None:
            raise Refused(Problem("A19", Text(RECALLED, {"reason": recall.reason}), owner="content"))
        if attempt.standing.facts[step_key].started_at is None:
            _insert_progress(
                attempt.person_id, attempt.session.version_id, attempt.session.id, step_key, StepState.OPEN
            )
        settle(attempt.person_id, attempt.session.version_id, attempt.session.id, clock.now())
        return attempt


def finish_reading(code: str, step_key: str, *, actor: Actor) -> Attempt:
    """The learner says that the step was read. Raises Refused before the seconds that the step asks for."""
    now = clock.now()
    with transaction():
        attempt = start_step(code, step_key, actor=actor)
        row = _row(attempt)
        least = timedelta(seconds=attempt.step.completion.get("seconds", 0))
        if now - min(row.started_at, now) < least:
            said = Text(texts.NOT_READ_LONG_ENOUGH, {"seconds": int(least.total_seconds())})
            raise Refused(Problem("L2", said, owner="training"))
        row.evidence = {**row.evidence, "read_at": now.isoformat()}
        settle(attempt.person_id, attempt.session.version_id, attempt.session.id, now)
        return attempt


@dataclass(frozen=True)
class Typed:
    """What came with an answer: a text or chosen options, and the cut it names."""

    text: str = ""
    chosen: tuple[str, ...] = ()
    cut_id: UUID | None = None


def give_answer(code: str, step_key: str, place: int, typed: Typed, *, actor: Actor, language: str) -> Answer:
    """Keep an answer and judge it. One that names a cut not sealed yet waits for it.

    Raises Invalid for what cannot be read (nothing is kept), NotFound for what is not theirs, Refused without a cut.
    """
    with transaction() as session:
        attempt = start_step(code, step_key, actor=actor)
        exercise = _exercise_at(attempt, place)
        cut = _own_cut(typed.cut_id, attempt.person_id) if isinstance(exercise, CutKpiExercise) else None
        judged = _judge(exercise, typed, cut, attempt, language)
        row = Answer(
            person_id=attempt.person_id, version_id=attempt.session.version_id, step_key=step_key, exercise=place,
            typed=typed.text or ", ".join(typed.chosen), cut_id=cut.id if cut else None,
        )  # fmt: skip
        session.add(row)
        _keep_verdict(row, judged, cut, clock.now())
        session.flush()
        audit.record(actor, "training.answer", "answer", row.id, after={"step": step_key, "correct": row.correct})
        settle(attempt.person_id, attempt.session.version_id, attempt.session.id, clock.now())
        return row


def keep_evidence(code: str, step_key: str, place: int, text: str, upload: tuple[str, bytes] | None, *,
                  actor: Actor) -> Answer:  # fmt: skip
    """Keep a text, a file or both as evidence of a step. Raises Invalid for too little, too much, or a wrong file."""
    with transaction() as session:
        attempt = start_step(code, step_key, actor=actor)
        exercise = _exercise_at(attempt, place)
        stored = _stored_file(exercise, upload) if upload else None
        if stored is None and len(text.strip()) < exercise.text_characters_min:
            said = Text(texts.TOO_SHORT, {"least": exercise.text_characters_min})
            raise Invalid(Problem("L2", said, owner="training", field=exercise.key))
        if len(text) > exercise.text_characters_max:
            said = Text(texts.TOO_LONG_TEXT, {"most": exercise.text_characters_max})
            raise Invalid(Problem("L2", said, owner="training", field=exercise.key))
        kept = {"file_id": str(stored.id), "name": stored.name} if stored else {}
        row = Answer(
            person_id=attempt.person_id, version_id=attempt.session.version_id, step_key=step_key, exercise=place,
            typed=text.strip(), read_as=kept, correct=True, check_version="kept-1", checked_at=clock.now(),
        )  # fmt: skip
        session.add(row)
        session.flush()
        audit.record(actor, "training.keep_evidence", "answer", row.id, after={"step": step_key})
        settle(attempt.person_id, attempt.session.version_id, attempt.session.id, clock.now())
        return row


def check_attempts(cut_ids: Sequence[UUID], now: datetime) -> int:
    """Judge every answer that names one of these cuts, again if it was judged before. Returns how many verdicts moved.

    The same file gives the same verdict; a new version of the file is judged anew, and progress follows.
    """
    moved = 0
    with transaction():
        touched: set[tuple[UUID, UUID]] = set()
        for answer in queries.waiting_answers(cut_ids):
            cut = db.session.get_one(Cut, answer.cut_id)
            before = (answer.correct, answer.snapshot_sha256, answer.check_version)
            exercise = checking.exercise_of(_stored_exercise(answer))
            _keep_verdict(answer, _judge_cut(exercise, float(answer.read_as["value"]), cut), cut, now)
            moved += before != (answer.correct, answer.snapshot_sha256, answer.check_version)
            touched.add((answer.person_id, answer.version_id))
        db.session.flush()
        for person_id, version_id in sorted(touched):
            settle(person_id, version_id, None, now)
    return moved


def settle(person_id: UUID, version_id: UUID, session_id: UUID | None, now: datetime) -> Standing:
    """Store what follows from the record: states of steps, and, once all required ones are done, the certificate's job."""
    standing = queries.standing_of(person_id, version_id)
    done = standing.done
    rows = db.session.scalars(
        sa.select(StepProgress)
        .filter_by(person_id=person_id, version_id=version_id)
        .order_by(StepProgress.id)
        .with_for_update(key_share=True),
        execution_options={"populate_existing": True},
    ).all()
    for row in rows:
        if row.step_key in done and row.state is not StepState.DONE:
            row.state, row.done_at = StepState.DONE, now
        elif row.step_key not in done and row.state is StepState.DONE:
            row.state, row.done_at = StepState.OPEN, None
    for key in sorted(done - {row.step_key for row in rows}):
        _insert_progress(person_id, version_id, session_id, key, StepState.DONE, now)
    if standing.complete:
        _certify(person_id, session_id or next((r.session_id for r in reversed(rows) if r.session_id), None))
    return standing


def _insert_progress(person_id: UUID, version_id: UUID, session_id: UUID | None, key: str, state: StepState,
                     done_at: datetime | None = None) -> None:  # fmt: skip
    """One row per person, version and step, whoever comes first."""
    fresh = insert(StepProgress).values(
        id=uuid7(), person_id=person_id, version_id=version_id, step_key=key, session_id=session_id, state=state,
        done_at=done_at, evidence={},
    )  # fmt: skip
    db.session.execute(fresh.on_conflict_do_nothing())


def _certify(person_id: UUID, session_id: UUID | None) -> None:
    if session_id is not None and queries.certificate_of(person_id, session_id) is None:
        once = f"certificate:{person_id}:{session_id}"
        jobs.enqueue(ISSUE_CERTIFICATE, person_id=person_id, session_id=session_id, once_key=once)


def _row(attempt: Attempt) -> StepProgress:
    query = sa.select(StepProgress).filter_by(
        person_id=attempt.person_id, version_id=attempt.session.version_id, step_key=attempt.step.key
    )
    return db.session.scalars(query, execution_options={"populate_existing": True}).one()


def _exercise_at(attempt: Attempt, place: int) -> Any:
    if not 0 <= place < len(attempt.step.exercises):
        raise NotFound
    return checking.exercise_of(attempt.step.exercises[place])


def _stored_exercise(answer: Answer) -> dict[str, Any]:
    query = sa.select(ModuleStep.exercises).filter_by(version_id=answer.version_id, key=answer.step_key)
    found: dict[str, Any] = db.session.scalars(query).one()[answer.exercise]
    return found


def _own_cut(cut_id: UUID | None, person_id: UUID) -> Cut:
    if cut_id is None:
        raise Refused(Problem("X19", Text(texts.NO_CUT), owner="training"))
    cut = require_found(db.session.get(Cut, cut_id, populate_existing=True))
    if cut.person_id != person_id:
        raise NotFound
    if cut.state is CutState.FAILED:
        raise Refused(Problem("X19", Text(texts.CUT_FAILED), owner="live"))
    return cut


def _judge(exercise: Any, typed: Typed, cut: Cut | None, attempt: Attempt, language: str) -> Judged:
    if isinstance(exercise, CutKpiExercise) and cut is not None:
        return _judge_cut(exercise, checking.must_read(exercise, typed.text, language).value, cut)
    if isinstance(exercise, NumberExercise):
        return checking.judge_number(exercise, typed.text, language)
    if isinstance(exercise, ChoiceExercise):
        return checking.judge_choice(exercise, typed.chosen)
    if isinstance(exercise, SimulationExercise):
        runs = queries.finished_runs(attempt.person_id, exercise.simulator)
        return checking.judge_simulation(exercise, typed.text or "".join(typed.chosen[:1]), runs, language)
    raise NotFound


def _judge_cut(exercise: CutKpiExercise, value: float, cut: Cut) -> Judged:
    """Against the sealed file; while there is none the verdict waits."""
    if cut.state is not CutState.SEALED or cut.file_id is None or cut.during.lower is None or cut.during.upper is None:
        said = {"said": {"msgid": texts.CUT_FAILED, "params": {}}} if cut.state is CutState.FAILED else {}
        waits = False if cut.state is CutState.FAILED else None
        return Judged({"value": value, "shown": checking.shown_value(exercise, value)}, waits, said)
    path = files.path_of(db.session.get_one(StoredFile, cut.file_id).sha256)
    samples = from_parquet(path)
    samples.period = float(cut.provenance.get("period", samples.period))
    window = (cut.during.lower.timestamp(), cut.during.upper.timestamp())
    return checking.judge_cut(exercise, value, checking.facts_of_cut(exercise, samples, window))


def _keep_verdict(row: Answer, judged: Judged, cut: Cut | None, now: datetime) -> None:
    row.read_as, row.correct, row.verdict = judged.read_as, judged.correct, judged.verdict
    row.check_version = judged.version if judged.correct is not None else None
    row.checked_at = now if judged.correct is not None else None
    if cut is not None:
        row.snapshot_sha256 = cut.sha256
        row.verdict = {**judged.verdict, "source": cut.provenance.get("source", "asset"), "dataset": cut.number}


_KINDS = {"pdf": b"%PDF-", "png": b"\x89PNG\r\n\x1a\n", "jpg": b"\xff\xd8\xff"}
_MEDIA = {"pdf": "application/pdf", "png": "image/png", "jpg": "image/jpeg", "csv": "text/csv", "txt": "text/plain"}


def _stored_file(exercise: Any, upload: tuple[str, bytes]) -> StoredFile:
    """Typed by its content, never by its name; kept as an attachment."""
    name, content = upload
    if len(content) > exercise.max_bytes:
        said = Text(texts.FILE_TOO_LARGE, {"mb": exercise.max_bytes // 1_000_000})
        raise Invalid(Problem("L2", said, owner="training", field=exercise.key))
    kind = _kind_of(content)
    allowed = [k for k in exercise.kinds if k == kind or (kind == "txt" and k in ("csv", "txt"))]
    if not allowed:
        said = Text(texts.WRONG_FILE, {"kinds": ", ".join(exercise.kinds)})
        raise Invalid(Problem("L2", said, owner="training", field=exercise.key))
    return files.put(content, name=name[-80:] or "evidence", media_type=_MEDIA[allowed[0]])


def _kind_of(content: bytes) -> str:
    for kind, start in _KINDS.items():
        if content.startswith(start):
            return kind
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return "unknown"
    return "unknown" if b"\x00" in content else "txt"
