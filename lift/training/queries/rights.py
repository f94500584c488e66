"""Who may do what at a session's machines, and what is missing: for the live path's guard and for the learner's card."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from lift.content.enums import StepKind
from lift.content.models import ModuleStep, ModuleVersion
from lift.core import clock
from lift.core.actor import Actor
from lift.core.db import db
from lift.core.errors import Problem, Way
from lift.core.i18n import At, Text
from lift.labs.models import Asset, Booking, Claim, Lab, Resource, Unit
from lift.live.permissions import BenchRight, is_lab_staff
from lift.live.queries.qualified import qualification_problems
from lift.people.models import Person
from lift.training import texts
from lift.training.enums import ADMITTED
from lift.training.models import Briefing, Enrolment, PilotSession, SessionPart, SessionTrainer
from lift.training.permissions import can_teach
from lift.training.queries.progress import seat_of
from lift.twins.models import Twin
from lift.twins.queries.twin_sessions import twin_check_passed, twin_of
from lift.twins.simulators.machining import MODEL_KEY


@dataclass(frozen=True)
class MachineWay:
    """The way to the machine of a session: which, when, for which step, and the checks before it."""

    asset: Asset
    lab: Lab
    booking: Booking
    step: ModuleStep
    starts_at: datetime
    ends_at: datetime
    running: bool
    twin_needed: bool
    twin_passed: bool
    briefing: Briefing | None
    briefed_by: str
    problems: tuple[Problem, ...]

    @property
    def open(self) -> bool:
        """Everything is there: the button leads to the bench."""
        return not self.problems


def right_in_session(actor: Actor, booking: Booking, asset: Asset) -> BenchRight | None:
    """What the actor may do at this asset in a session's booking; None for bookings without a session.

    Registered with the live path, which asks at each act: the answer is of this instant. Who has a seat lacks what
    `drive_problems` names. A trainer gives the day's briefing and has none ticked, so a trainer who drives needs the
    lab's qualification for this kind of machine instead. The lab's manager supervises without driving.
    """
    if booking.session_id is None:
        return None
    session = db.session.get(PilotSession, booking.session_id, options=[joinedload(PilotSession.parts)])
    if session is None or actor.person_id is None:
        return BenchRight()
    trainers, works = _trainers_and_seat(session.id, actor.person_id)
    trains = actor.person_id in trainers
    missing: tuple[Problem, ...] = ()
    if works:
        missing = drive_problems(actor.person_id, session, asset, clock.now())
    elif trains:
        missing = qualification_problems(actor.person_id, asset)
    return BenchRight(
        works=works,
        trains=trains,
        supervises=can_teach(actor, session, trainers),
        has_trainer=bool(trainers),
        rearms=is_lab_staff(actor, session.lab_id),
        missing=missing,
    )


def _trainers_and_seat(session_id: UUID, person_id: UUID) -> tuple[frozenset[UUID], bool]:
    """Who teaches the session, and whether the person has a seat in it."""
    trainers = sa.select(SessionTrainer.person_id).where(SessionTrainer.session_id == session_id).scalar_subquery()
    seat = sa.exists().where(
        Enrolment.session_id == session_id, Enrolment.person_id == person_id, Enrolment.status.in_(ADMITTED)
    )
    row = db.session.execute(sa.select(sa.func.array(trainers), seat)).one()
    return frozenset(row[0]), row[1]


def bench_right(person_id: UUID, session: PilotSession, version: ModuleVersion, now: datetime) -> MachineWay | None:
    """The learner's way to the machine: roster, hour, twin check and briefing, each missing one named. None: no machine."""
    step = next((s for s in version.steps if s.kind is StepKind.LIVE), None)
    asset = session_asset(session, str(version.requirements.get("asset_type", "")))
    if step is None or asset is None or session.booking_id is None:
        return None
    part = part_at(session, now) or next_part(session, now) or max(session.parts, key=lambda p: p.starts_at)
    briefing, by = briefing_of(person_id, asset.lab, now)
    problems = list(drive_problems(person_id, session, asset, now))
    if seat_of(person_id, session.id) is None:
        problems.insert(0, Problem("X6", Text(texts.NOT_ON_ROSTER), owner="training"))
    return MachineWay(
        asset=asset, lab=asset.lab, booking=db.session.get_one(Booking, session.booking_id), step=step,
        starts_at=part.starts_at, ends_at=part.ends_at, running=part_at(session, now) is not None,
        twin_needed=twin_of(asset.id) is not None, twin_passed=twin_check_passed(person_id, asset.type_key),
        briefing=briefing, briefed_by=by, problems=tuple(problems),
    )  # fmt: skip


def drive_problems(person_id: UUID, session: PilotSession, asset: Asset, now: datetime) -> tuple[Problem, ...]:
    """What a learner still lacks before driving, each with its way on."""
    problems = []
    if part_at(session, now) is None:
        part = next_part(session, now) or max(session.parts, key=lambda p: p.starts_at)
        params = {"start": At(part.starts_at, session.zone), "end": At(part.ends_at, session.zone, "time")}
        problems.append(Problem("X6", Text(texts.NOT_RUNNING, params), owner="training", passes=part.starts_at))
    has_twin, briefed = _twin_and_briefing(person_id, asset, now)
    if has_twin and not twin_check_passed(person_id, asset.type_key):
        way = Way(Text(texts.TRY_TWIN), "twins.bench", (("asset_key", asset.key),))
        problems.append(Problem("L16", Text(texts.TWIN_FIRST), owner="training", ways=(way,)))
    if not briefed:
        way = Way(Text(texts.READ_BRIEFING), "training.briefing", (("code", session.code),))
        problems.append(Problem("T12", Text(texts.BRIEFING_FIRST), owner=asset.lab.name, ways=(way,)))
    return tuple(problems)


def _twin_and_briefing(person_id: UUID, asset: Asset, now: datetime) -> tuple[bool, bool]:
    """Whether the asset has a copy to try, and whether the person was briefed in its lab today."""
    twin = sa.exists().where(Twin.asset_id == asset.id, Twin.model_key == MODEL_KEY)
    today = local_day(asset.lab, now)
    briefing = sa.exists().where(
        Briefing.person_id == person_id, Briefing.lab_id == asset.lab_id, Briefing.day == today
    )
    row = db.session.execute(sa.select(twin, briefing)).one()
    return row[0], row[1]


def part_at(session: PilotSession, now: datetime) -> SessionPart | None:
    """The part that runs at this instant."""
    return next((p for p in session.parts if p.starts_at <= now < p.ends_at), None)


def next_part(session: PilotSession, now: datetime) -> SessionPart | None:
    """The next part to come."""
    return min((p for p in session.parts if p.starts_at > now), key=lambda p: p.starts_at, default=None)


def session_assets(session: PilotSession) -> Sequence[Asset]:
    """Assets that the session's booking holds, by name."""
    query = (
        sa.select(Asset)
        .join(Resource, Resource.asset_id == Asset.id)
        .join(Unit, Unit.resource_id == Resource.id)
        .join(Claim, Claim.unit_id == Unit.id)
        .where(Claim.booking_id == session.booking_id)
        .options(joinedload(Asset.lab))
        .order_by(Asset.name)
        .distinct()
    )
    return db.session.scalars(query).all() if session.booking_id else []


def session_asset(session: PilotSession, type_key: str) -> Asset | None:
    """The session's asset of the type that the module needs."""
    return next((a for a in session_assets(session) if a.type_key == type_key and a.connected), None)


def local_day(lab: Lab, now: datetime) -> date:
    """The day in the lab."""
    return now.astimezone(ZoneInfo(lab.zone)).date()


def briefing_of(person_id: UUID, lab: Lab, now: datetime) -> tuple[Briefing | None, str]:
    """Today's briefing of a person in a lab and who ticked it ('' for the person)."""
    query = (
        sa.select(Briefing, Person.name)
        .outerjoin(Person, Person.id == Briefing.ticked_by)
        .where(Briefing.person_id == person_id, Briefing.lab_id == lab.id, Briefing.day == local_day(lab, now))
    )
    row = db.session.execute(query).one_or_none()
    return (row[0], row[1] or "") if row else (None, "")


def briefing_text(assets: Sequence[Asset]) -> tuple[list[Asset], str]:
    """The machines whose texts are to be read, and the version of these texts."""
    told = [a for a in assets if a.physical and (a.hazards or a.safe_state or a.emergency_stop_place)]
    content = json.dumps([[a.key, a.hazards, a.safe_state, a.emergency_stop_place] for a in told], sort_keys=True)
    return told, hashlib.sha256(content.encode()).hexdigest()[:12]
