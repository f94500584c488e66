"""What the verbs of enrolment need to know."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import aliased, selectinload

from lift.content.models import ModuleVersion
from lift.core.db import db
from lift.core.i18n import pick
from lift.labs.models import Lab
from lift.people.models import Membership, Person
from lift.training.enums import LIVE, SEATED, EnrolmentStatus, SessionStatus
from lift.training.models import Enrolment, PilotSession, Pool
from lift.training.policy import Candidate


def enrollable_session(session_id: UUID) -> PilotSession | None:
    """A published session with its pools, fresh."""
    query = (
        sa.select(PilotSession)
        .where(PilotSession.id == session_id, PilotSession.status != SessionStatus.DRAFT)
        .options(selectinload(PilotSession.pools))
    )
    return db.session.scalar(query, execution_options={"populate_existing": True})


def host_lab(lab_id: UUID) -> Lab | None:
    """The lab that would host a session."""
    return db.session.get(Lab, lab_id)


def candidates(session: PilotSession, people: Sequence[UUID], company: UUID) -> list[Candidate]:
    """The people of a request in its order: do they belong, are they in already, are they elsewhere then."""
    if not people:
        return []
    mine = aliased(Membership)
    same = sa.exists().where(
        Enrolment.session_id == session.id, Enrolment.person_id == Person.id, Enrolment.status.in_(LIVE)
    )
    other = (
        sa.select(sa.func.jsonb_build_object("title", ModuleVersion.title, "code", PilotSession.code))
        .select_from(ModuleVersion)
        .join(PilotSession, PilotSession.version_id == ModuleVersion.id)
        .join(Enrolment, Enrolment.session_id == PilotSession.id)
        .where(
            Enrolment.person_id == Person.id,
            Enrolment.status.in_(SEATED),
            PilotSession.id != session.id,
            PilotSession.starts_at < session.ends_at,
            PilotSession.ends_at > session.starts_at,
        )
        .limit(1)
        .scalar_subquery()
    )
    query = (
        sa.select(Person.id, Person.name, mine.id.is_not(None), same, other)
        .outerjoin(mine, sa.and_(mine.person_id == Person.id, mine.organisation_id == company, mine.ended_on.is_(None)))
        .where(Person.id.in_(people))
    )
    found = {row[0]: _candidate(*row) for row in db.session.execute(query)}
    return [found.get(p, Candidate(p, "", belongs=False, enrolled=False)) for p in people]


def _candidate(person_id: UUID, name: str, belongs: bool, enrolled: bool, other: dict[str, Any] | None) -> Candidate:
    title, code = (pick(other["title"], "en"), str(other["code"])) if other else ("", "")
    return Candidate(person_id, name, belongs, enrolled, title, code)


def ahead_of(enrolment: Enrolment) -> int:
    """How many wait before this one in its pool."""
    query = sa.select(sa.func.count()).where(
        Enrolment.pool_id == enrolment.pool_id,
        Enrolment.status == EnrolmentStatus.WAITING,
        Enrolment.ticket < enrolment.ticket,
    )
    return db.session.scalar(query) or 0


def taken_now(pool_id: UUID) -> int:
    """The pool's count, fresh."""
    return db.session.scalar(sa.select(Pool.taken).where(Pool.id == pool_id)) or 0


def pools_with_something_due(now: datetime) -> list[UUID]:
    """Pools with a hold or offer past its time, or with a free seat while somebody waits."""
    due = sa.select(Enrolment.pool_id).where(
        Enrolment.status.in_([EnrolmentStatus.HOLD, EnrolmentStatus.OFFERED]), Enrolment.expires_at <= now
    )
    waiting = (
        sa.select(Enrolment.pool_id)
        .join(Pool)
        .where(Enrolment.status == EnrolmentStatus.WAITING, sa.or_(Pool.size.is_(None), Pool.taken < Pool.size))
    )
    return sorted(set(db.session.scalars(due.union(waiting))))
