"""The class as its trainer sees it: stuck learners first, who is on which bench, who drives, who was briefed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from lift.content.models import ModuleStep
from lift.core.db import db
from lift.labs.models import Asset, Lab
from lift.live.models import Bench, ControlGrant, Cut, Recording, Stop
from lift.live.queries.bench import DRIVING, link_of
from lift.people.models import Organisation, Person
from lift.training.enums import SEATED, StepState
from lift.training.models import Answer, Briefing, Enrolment, HelpRequest, PilotSession, StepProgress
from lift.training.queries.progress import Standing
from lift.training.queries.rights import local_day


@dataclass(frozen=True)
class Learner:
    """One person of the roster."""

    person: Person
    organisation: Organisation
    done: int
    briefed: bool
    bench: Bench | None
    asset: Asset | None
    drives: bool


@dataclass(frozen=True)
class Asked:
    """One open request for help."""

    request: HelpRequest
    person: Person
    step_title: dict[str, str]


@dataclass(frozen=True)
class ClassRoll:
    """A session's class at one instant."""

    steps: int
    learners: list[Learner]
    asked: list[Asked]
    stops: dict[UUID, Stop]
    nameless: int


def class_roll(session: PilotSession, now: datetime) -> ClassRoll:
    """Everything of the class page, in a constant number of statements."""
    lab = db.session.get_one(Lab, session.lab_id)
    seats: Sequence[tuple[Enrolment, Person | None, Organisation]] = db.session.execute(
        sa.select(Enrolment, Person, Organisation)
        .outerjoin(Person, Person.id == Enrolment.person_id)
        .join(Organisation, Organisation.id == Enrolment.organisation_id)
        .where(Enrolment.session_id == session.id, Enrolment.status.in_(SEATED))
        .order_by(Person.name, Enrolment.ticket)
    ).all()
    people = [person for _, person, _ in seats if person is not None]
    ids = [person.id for person in people]
    done, briefed = _done(ids, session.version_id), _briefed(ids, lab, now)
    benches = _benches(session)
    driving = {bench_id for (bench_id,) in _driving(list(benches.values()))}
    learners = [
        _learner(person, organisation, done, briefed, benches.get(person.id), driving)
        for _, person, organisation in seats
        if person is not None
    ]
    total = sa.select(sa.func.count()).select_from(ModuleStep).filter_by(version_id=session.version_id)
    assets = {bench.asset_id for bench in benches.values()}
    return ClassRoll(db.session.scalar(total) or 0, learners, _asked(session), _stops(assets), len(seats) - len(people))


def _learner(person: Person, organisation: Organisation, done: dict[UUID, int], briefed: set[UUID], bench: Bench | None,
             driving: set[UUID]) -> Learner:  # fmt: skip
    asset = db.session.get_one(Asset, bench.asset_id) if bench else None
    return Learner(person, organisation, done.get(person.id, 0), person.id in briefed, bench, asset,
                   bench is not None and bench.id in driving)  # fmt: skip


def _done(ids: Sequence[UUID], version_id: UUID) -> dict[UUID, int]:
    query = (
        sa.select(StepProgress.person_id, sa.func.count())
        .where(
            StepProgress.person_id.in_(ids), StepProgress.version_id == version_id, StepProgress.state == StepState.DONE
        )
        .group_by(StepProgress.person_id)
    )
    return {row[0]: row[1] for row in db.session.execute(query)}


def _briefed(ids: Sequence[UUID], lab: Lab, now: datetime) -> set[UUID]:
    query = sa.select(Briefing.person_id).where(
        Briefing.person_id.in_(ids), Briefing.lab_id == lab.id, Briefing.day == local_day(lab, now)
    )
    return set(db.session.scalars(query))


def _benches(session: PilotSession) -> dict[UUID, Bench]:
    query = sa.select(Bench).filter_by(booking_id=session.booking_id, closed_at=None).order_by(Bench.opened_at)
    return {bench.person_id: bench for bench in db.session.scalars(query)} if session.booking_id else {}


def _driving(benches: Sequence[Bench]) -> Sequence[sa.Row[UUID]]:
    query = sa.select(ControlGrant.bench_id).where(
        ControlGrant.bench_id.in_([b.id for b in benches]),
        ControlGrant.level.in_(DRIVING),
        ControlGrant.ended_at.is_(None),
    )
    return db.session.execute(query).all()


def _stops(assets: set[UUID]) -> dict[UUID, Stop]:
    query = sa.select(Stop).where(Stop.asset_id.in_(assets), Stop.released_at.is_(None)).order_by(Stop.id)
    return {stop.asset_id: stop for stop in db.session.scalars(query)}


def _asked(session: PilotSession) -> list[Asked]:
    query = (
        sa.select(HelpRequest, Person, ModuleStep.title)
        .join(Person, Person.id == HelpRequest.person_id)
        .join(
            ModuleStep, sa.and_(ModuleStep.version_id == HelpRequest.version_id, ModuleStep.key == HelpRequest.step_key)
        )
        .where(HelpRequest.session_id == session.id, HelpRequest.answered_at.is_(None))
        .order_by(HelpRequest.asked_at)
    )
    return [Asked(row, person, title) for row, person, title in db.session.execute(query)]


def open_help_of(person_id: UUID, session_id: UUID) -> HelpRequest | None:
    """The request that nobody has answered yet."""
    query = sa.select(HelpRequest).filter_by(person_id=person_id, session_id=session_id, answered_at=None)
    return db.session.scalar(query.limit(1))


def help_context(person_id: UUID, session: PilotSession, standing: Standing, step_key: str) -> dict[str, Any]:
    """What the trainer sees beside the sentence: the last answer and the machine's last values (L17)."""
    answers = [a for (key, _), found in standing.answers.items() if key == step_key for a in found]
    context: dict[str, Any] = {}
    if answers:
        last: Answer = max(answers, key=lambda a: a.answered_at)
        context["answer"] = {"typed": last.typed, "correct": last.correct}
    query = sa.select(Bench).filter_by(booking_id=session.booking_id, person_id=person_id, closed_at=None)
    bench = db.session.scalar(query.limit(1)) if session.booking_id else None
    if bench is not None:
        values = link_of(bench.asset_id).report.get("values", {})
        context["bench"], context["values"] = str(bench.id), values
    return context


def cuts_of_bench(bench_id: UUID) -> list[Cut]:
    """The datasets taken on a bench, newest first."""
    query = sa.select(Cut).join(Recording, Recording.id == Cut.recording_id).where(Recording.bench_id == bench_id)
    return list(db.session.scalars(query.order_by(Cut.number.desc())))


def cuts_of_person(person_id: UUID, version_id: UUID) -> list[Cut]:
    """The learner's own datasets from benches that were opened for this version, newest first."""
    query = (
        sa.select(Cut)
        .join(Recording, Recording.id == Cut.recording_id)
        .join(Bench, Bench.id == Recording.bench_id)
        .where(Cut.person_id == person_id, Bench.attempt_ref["version_id"].astext == str(version_id))
        .order_by(Cut.asked_at.desc())
    )
    return list(db.session.scalars(query))
