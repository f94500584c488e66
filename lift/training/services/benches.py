"""From a step to its machine, the safety briefing before it, and help beside it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert

from lift.core import audit, clock
from lift.core.actor import Actor
from lift.core.db import db, transaction
from lift.core.errors import NotFound, Problem, refuse_if, require, require_found
from lift.core.i18n import Text
from lift.core.ids import uuid7
from lift.core.locks import lock_rows
from lift.labs.models import Asset, Booking, Lab
from lift.live import queries as live_reads
from lift.live import services as live
from lift.live.models import Bench
from lift.live.permissions import BenchRight
from lift.training import queries, texts
from lift.training.models import Briefing, HelpRequest, PilotSession
from lift.training.permissions import can_teach
from lift.training.services.learning import attempt_of, start_step

HELP_ASKED = "training.help_asked"


def go_to_machine(code: str, step_key: str, *, actor: Actor) -> Bench:
    """Open the bench of a live step, carrying session, version and step. Raises Refused with what is missing (L3, L16)."""
    with transaction():
        attempt = start_step(code, step_key, actor=actor)
        way = require_found(
            queries.bench_right(attempt.person_id, attempt.session, attempt.standing.version, clock.now())
        )
        refuse_if(way.problems)
        ref = {"session": code, "session_id": str(attempt.session.id), "version_id": str(attempt.session.version_id),
               "step": step_key}  # fmt: skip
        right = live.right_of(actor, way.booking, way.asset)
        return live.open_bench(way.booking.id, way.asset.id, actor=actor, right=right, attempt_ref=ref)


def read_briefing(code: str, *, actor: Actor) -> None:
    """The learner read today's safety texts of the lab and ticks it."""
    with transaction():
        session = require_found(queries.session_by_code(code))
        if actor.person_id is None or queries.seat_of(actor.person_id, session.id) is None:
            raise NotFound
        _brief(session, actor.person_id, None, actor)


def tick_briefing(code: str, person_id: UUID, *, actor: Actor) -> None:
    """A trainer ticks that somebody on the roster was briefed today."""
    with transaction():
        session = taught_session(code, actor)
        require_found(queries.seat_of(person_id, session.id))
        _brief(session, person_id, actor.person_id, actor)


def _brief(session: PilotSession, person_id: UUID, ticked_by: UUID | None, actor: Actor) -> None:
    lab = db.session.get_one(Lab, session.lab_id)
    _told, version = queries.briefing_text(queries.session_assets(session))
    row = insert(Briefing).values(
        id=uuid7(), person_id=person_id, lab_id=lab.id, day=queries.local_day(lab, clock.now()), text_version=version,
        ticked_by=ticked_by,
    )  # fmt: skip
    made = db.session.execute(row.on_conflict_do_nothing().returning(Briefing.id)).scalar_one_or_none()
    if made is not None:
        audit.record(actor, "training.briefing", "briefing", made, after={"text": version})


def ask_for_help(code: str, step_key: str, sentence: str, *, actor: Actor) -> HelpRequest:
    """Send step, last answer, last values and a sentence to the trainer; a second press adds to the open request."""
    with transaction() as session:
        attempt = attempt_of(code, step_key, actor=actor)
        row = queries.open_help_of(attempt.person_id, attempt.session.id) or HelpRequest(
            person_id=attempt.person_id, session_id=attempt.session.id, version_id=attempt.session.version_id,
            step_key=step_key, sentence="",
        )  # fmt: skip
        row.step_key, row.sentence = step_key, sentence.strip() or row.sentence
        row.context = queries.help_context(attempt.person_id, attempt.session, attempt.standing, step_key)
        session.add(row)
        session.flush()
        audit.record(actor, "training.ask_for_help", "help_request", row.id)
        return row


def answer_help(request_id: UUID, *, actor: Actor) -> HelpRequest:
    """The trainer has helped."""
    with transaction():
        row = require_found(next(iter(lock_rows(HelpRequest, [request_id])), None))
        session = require_found(db.session.get(PilotSession, row.session_id))
        taught_session(session.code, actor)
        if row.answered_at is None:
            row.answered_at, row.answered_by = clock.now(), actor.person_id
            audit.record(actor, "training.answer_help", "help_request", row.id)
        return row


def stop_all(code: str, *, actor: Actor) -> int:
    """Stop every machine on which somebody of this session works. Returns how many benches that were."""
    with transaction():
        session = taught_session(code, actor)
        benches = live_reads.bench.open_benches_at(session.booking_id) if session.booking_id else []
        for bench in benches:
            live.press_stop(bench.id, actor=actor, right=right_at(bench, actor))
        return len(benches)


def right_at(bench: Bench, actor: Actor) -> BenchRight:
    """What the actor may do at this bench now."""
    booking, asset = db.session.get_one(Booking, bench.booking_id), db.session.get_one(Asset, bench.asset_id)
    return live.right_of(actor, booking, asset)


def taught_session(code: str, actor: Actor) -> PilotSession:
    """The session, for its trainers and the people who run the lab. Learners are told who may; others find nothing."""
    session = require_found(queries.session_by_code(code))
    allowed = can_teach(actor, session, queries.trainers_of(session.id))
    if not allowed and (actor.person_id is None or queries.seat_of(actor.person_id, session.id) is None):
        raise NotFound
    require(allowed, Problem("R3", Text(texts.NOT_TRAINER), owner="training"))
    return session


def bench_panels(bench: Bench, actor: Actor) -> dict[str, Any]:
    """What the bench page shows at its left: the step that it was opened for, and the learner's answers to it."""
    ref = bench.attempt_ref
    if not ref.get("session") or actor.person_id != bench.person_id:
        return {}
    attempt = attempt_of(str(ref["session"]), str(ref["step"]), actor=actor)
    return {"attempt": attempt, "cuts": queries.cuts_of_bench(bench.id)}
