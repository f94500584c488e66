"""The learner's own page: what is next, what is running, what is to do, what is done. Works for people without e-mail."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from lift.content.models import ModuleStep, ModuleVersion
from lift.content.queries import version_with_steps
from lift.core.db import db
from lift.people.models import Person
from lift.training.enums import SEATED, EnrolmentStatus, SessionStatus, StepState
from lift.training.models import Certificate, Enrolment, PilotSession, SessionTrainer, StepProgress
from lift.training.queries.catalogue import SessionCard, cards_by_id
from lift.training.queries.progress import session_by_code
from lift.training.queries.rights import MachineWay, bench_right


@dataclass(frozen=True)
class MySession:
    """One session in which the person has a place."""

    card: SessionCard
    enrolment: Enrolment
    steps: int
    done: int
    minutes_left: int
    next_step: str
    next_title: dict[str, str]
    certificate: Certificate | None
    now: datetime

    @property
    def running(self) -> tuple[datetime, datetime] | None:
        """The part that runs now."""
        return next(((s, e) for s, e, _ in self.card.parts if s <= self.now < e), None)

    @property
    def waits(self) -> bool:
        """A place in the queue is no seat."""
        return self.enrolment.status is EnrolmentStatus.WAITING

    @property
    def seated(self) -> bool:
        """Has a seat that needs no further yes."""
        return self.enrolment.status in SEATED and self.enrolment.status is not EnrolmentStatus.OFFERED

    @property
    def is_past(self) -> bool:
        """Over or cancelled."""
        return self.card.ends_at <= self.now or self.card.status is SessionStatus.CANCELLED


@dataclass(frozen=True)
class MyTraining:
    """Everything of the page."""

    running: MySession | None
    coming: list[MySession]
    past: list[MySession]


def my_training(person_id: UUID, now: datetime) -> MyTraining:
    """The person's sessions, soonest first, with how far they are. A constant number of statements."""
    live = [*SEATED, EnrolmentStatus.WAITING]
    query = sa.select(Enrolment).where(Enrolment.person_id == person_id, Enrolment.status.in_(live))
    enrolments = {e.session_id: e for e in db.session.scalars(query, execution_options={"populate_existing": True})}
    cards = cards_by_id(enrolments)
    versions = [card.version_id for card in cards.values()]
    steps, done = _steps(versions), _done(person_id, versions)
    certificates = _certificates(person_id)
    mine = [
        _mine(card, enrolments[card.id], steps.get(card.version_id, []), done, certificates.get(card.id), now)
        for card in sorted(cards.values(), key=lambda c: c.starts_at)
    ]
    running = next((m for m in mine if m.running and m.seated), None)
    ahead = [m for m in mine if not m.is_past and m is not running]
    return MyTraining(running, ahead, [m for m in reversed(mine) if m.is_past and not m.waits])


def _mine(card: SessionCard, enrolment: Enrolment, steps: Sequence[ModuleStep], done: set[tuple[UUID, str]],
          certificate: Certificate | None, now: datetime) -> MySession:  # fmt: skip
    left = [s for s in steps if (card.version_id, s.key) not in done]
    following = left[0] if left else steps[-1] if steps else None
    return MySession(
        card=card, enrolment=enrolment, steps=len(steps), done=len(steps) - len(left),
        minutes_left=sum(s.minutes for s in left), next_step=following.key if following else "",
        next_title=following.title if following else {}, certificate=certificate, now=now,
    )  # fmt: skip


def _steps(versions: Sequence[UUID]) -> dict[UUID, list[ModuleStep]]:
    found: dict[UUID, list[ModuleStep]] = {}
    query = sa.select(ModuleStep).where(ModuleStep.version_id.in_(versions)).order_by(ModuleStep.position)
    for step in db.session.scalars(query):
        found.setdefault(step.version_id, []).append(step)
    return found


def _done(person_id: UUID, versions: Sequence[UUID]) -> set[tuple[UUID, str]]:
    query = sa.select(StepProgress.version_id, StepProgress.step_key).where(
        StepProgress.person_id == person_id,
        StepProgress.version_id.in_(versions),
        StepProgress.state == StepState.DONE,
    )
    return {(row.version_id, row.step_key) for row in db.session.execute(query)}


def _certificates(person_id: UUID) -> dict[UUID, Certificate]:
    query = sa.select(Certificate).filter_by(person_id=person_id)
    return {row.session_id: row for row in db.session.scalars(query)}


def certificates_of(person_id: UUID) -> list[Certificate]:
    """The holder's certificates, newest first."""
    query = sa.select(Certificate).filter_by(person_id=person_id).order_by(Certificate.issued_at.desc())
    return list(db.session.scalars(query))


def certificate_by_code(code: str) -> Certificate | None:
    """The certificate of a code, as typed: case, spaces and dashes do not matter."""
    plain = "".join(code.upper().split()).replace("-", "")[:64]
    return db.session.scalar(sa.select(Certificate).filter_by(code=plain)) if plain else None


def taught_by(person_id: UUID, now: datetime) -> list[SessionCard]:
    """Sessions that the person teaches and that are not over, soonest first."""
    query = (
        sa.select(PilotSession.id)
        .join(SessionTrainer, SessionTrainer.session_id == PilotSession.id)
        .where(
            SessionTrainer.person_id == person_id,
            PilotSession.ends_at > now,
            PilotSession.status != SessionStatus.DRAFT,
        )
    )
    return sorted(cards_by_id(db.session.scalars(query)).values(), key=lambda card: card.starts_at)


@dataclass(frozen=True)
class CheckedCertificate:
    """What anybody may know of a certificate (V5)."""

    initials: str
    title: dict[str, str]
    number: str
    issued_at: datetime
    issuer: str
    revoked_at: datetime | None


def checked_certificate(code: str) -> CheckedCertificate | None:
    """The public answer to a code; None for an unknown one."""
    row = certificate_by_code(code)
    if row is None:
        return None
    person = db.session.get_one(Person, row.person_id)
    title = db.session.scalars(sa.select(ModuleVersion.title).filter_by(id=row.version_id)).one()
    initials = "" if person.erased_at else person.initials
    issuer = str(row.content.get("issuer", ""))
    return CheckedCertificate(initials, title, row.number, row.issued_at, issuer, row.revoked_at)


def way_of(person_id: UUID, code: str, now: datetime) -> MachineWay | None:
    """What a person still needs before the machine of a session."""
    session = session_by_code(code)
    version = version_with_steps(session.version_id) if session else None
    return bench_right(person_id, session, version, now) if session and version else None


def zone_of(person_id: UUID) -> str:
    """The person's own time zone, '' when it was never told."""
    return db.session.scalar(sa.select(Person.zone).where(Person.id == person_id)) or ""
