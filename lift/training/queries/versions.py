"""Which sessions teach a module, in which version, and who is told when one changes or is called back (A4, A7, A19)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from lift.content.enums import VersionState
from lift.content.models import ModuleVersion
from lift.core import clock
from lift.core.db import Texts, db
from lift.people.models import Account, Person
from lift.training.enums import SEATED, SessionStatus
from lift.training.models import Enrolment, PilotSession, SessionTrainer, StepProgress

MOST = 50


@dataclass(frozen=True)
class Taught:
    """A session with the version that it keeps."""

    code: str
    starts_at: datetime
    number: int
    status: SessionStatus


def sessions_on(module_id: UUID) -> list[Taught]:
    """Sessions of a module in any version, the newest first, at most fifty."""
    query = (
        sa.select(PilotSession.code, PilotSession.starts_at, ModuleVersion.number, PilotSession.status)
        .join(ModuleVersion, ModuleVersion.id == PilotSession.version_id)
        .where(ModuleVersion.module_id == module_id, PilotSession.status != SessionStatus.DRAFT)
        .order_by(PilotSession.starts_at.desc())
        .limit(MOST)
    )
    return [Taught(*row) for row in db.session.execute(query)]


@dataclass(frozen=True)
class Reader:
    """Somebody to whom a mail goes."""

    email: str
    language: str
    session: PilotSession


def trainers_of_older(version: ModuleVersion) -> list[Reader]:
    """Trainers of sessions that are not over and keep an earlier version of the same module."""
    older = sa.select(ModuleVersion.id).where(
        ModuleVersion.module_id == version.module_id, ModuleVersion.number < version.number
    )
    teaches = sa.select(SessionTrainer.person_id, SessionTrainer.session_id)
    return _readers(teaches.subquery(), PilotSession.version_id.in_(older))


def trainers_of(session_id: UUID) -> list[Reader]:
    """Trainers of one session that is not over."""
    teaches = sa.select(SessionTrainer.person_id, SessionTrainer.session_id)
    return _readers(teaches.subquery(), PilotSession.id == session_id)


def people_on(version_id: UUID) -> list[Reader]:
    """Trainers and seated learners of sessions that are not over and use this version."""
    teaches = sa.select(SessionTrainer.person_id, SessionTrainer.session_id)
    learns = sa.select(Enrolment.person_id, Enrolment.session_id).where(Enrolment.status.in_(SEATED))
    return _readers(teaches.union(learns).subquery(), PilotSession.version_id == version_id)


def _readers(who: sa.Subquery, which: sa.ColumnElement[bool]) -> list[Reader]:
    query = (
        sa.select(Account.email, Person.language, PilotSession)
        .join(who, who.c.person_id == Account.person_id)
        .join(Person, Person.id == Account.person_id)
        .join(PilotSession, PilotSession.id == who.c.session_id)
        .where(
            which,
            PilotSession.ends_at > clock.now(),
            PilotSession.status != SessionStatus.DRAFT,
            Account.email.is_not(None),
        )
        .order_by(Account.email, PilotSession.starts_at)
    )
    return [Reader(email or "", language, session) for email, language, session in db.session.execute(query)]


def versions_for(session: PilotSession) -> list[ModuleVersion]:
    """Versions that the session may use instead of its own: published ones of the module, the newest first."""
    module = sa.select(ModuleVersion.module_id).where(ModuleVersion.id == session.version_id).scalar_subquery()
    offered = (VersionState.PUBLISHED, VersionState.RETIRED)
    query = sa.select(ModuleVersion).where(
        ModuleVersion.module_id == module, ModuleVersion.state.in_(offered), ModuleVersion.id != session.version_id
    )
    return list(db.session.scalars(query.order_by(ModuleVersion.number.desc())))


def started_on(session_id: UUID) -> int:
    """How many learners have begun a step in the session."""
    query = sa.select(sa.func.count(sa.distinct(StepProgress.person_id))).filter_by(session_id=session_id)
    return db.session.scalar(query) or 0


def title_of(version_id: UUID) -> Texts:
    """A version's title."""
    return db.session.scalars(sa.select(ModuleVersion.title).where(ModuleVersion.id == version_id)).one()
