"""What the verbs of enrolment need to know."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import aliased, selectinload

from lift.content.models import ModuleVersion
from lift.core.db import db
from lift.core.i18n import pick
from lift.core.locks import busy_when_locked
from lift.core.tallies import TallyKey
from lift.labs.models import Lab
from lift.people.models import Company, Membership, Organisation, Person
from lift.training.enums import LIVE, SEATED, EnrolmentStatus, SessionStatus
from lift.training.models import Enrolment, PilotSession, Pool
from lift.training.policy import Candidate, CompanyFacts
from lift.training.policy.pools import Entry


def enrollable_session(session_id: UUID, *, held: bool = False) -> PilotSession | None:
    """A published session with its pools, fresh. ``held``: nobody cancels or moves it before the transaction is over."""
    query = (
        sa.select(PilotSession)
        .where(PilotSession.id == session_id, PilotSession.status != SessionStatus.DRAFT)
        .options(selectinload(PilotSession.pools))
    )
    with busy_when_locked():
        asked = query.with_for_update(read=True) if held else query
        return db.session.scalar(asked, execution_options={"populate_existing": True})


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


def waiting_in(session_id: UUID) -> list[Entry]:
    """Who waits for this session, in no order (``policy.pools.queue_of`` orders)."""
    query = (
        sa.select(
            Enrolment.id, Enrolment.pool_id, Enrolment.ticket, Enrolment.group_id, Enrolment.together,
            Enrolment.declines, Enrolment.pool_code, Organisation.id, Company.hub_organisation_id, Organisation.nuts,
            Company.size_class, Organisation.country,
        )
        .join(Organisation, Organisation.id == Enrolment.organisation_id)
        .outerjoin(Company, Company.organisation_id == Organisation.id)
        .where(Enrolment.session_id == session_id, Enrolment.status == EnrolmentStatus.WAITING)
    )  # fmt: skip
    return [
        Entry(*row[:6], CompanyFacts(row[7], row[8], row[9] or "", str(row[10] or "unknown"), row[11]), row[6])
        for row in db.session.execute(query)
    ]


def cap_key(session_id: UUID, company: UUID) -> TallyKey:
    """What counts a company's live places in a session that has a cap (S4)."""
    return TallyKey("session places", str(company), str(session_id))


@dataclass(frozen=True)
class Due:
    """A place whose clock is over and may act."""

    id: UUID
    organisation_id: UUID
    voucher_id: UUID | None


def places_due(pool_ids: Sequence[UUID], now: datetime) -> list[Due]:
    """Asked by every verb that takes seats, and hardly ever there: clocks that are over and were warned of in time (E28)."""
    query = sa.select(Enrolment.id, Enrolment.organisation_id, Enrolment.voucher_id)
    query = query.where(Enrolment.pool_id.in_(pool_ids), clock_may_act(now))
    return [Due(*row) for row in db.session.execute(query)]


def clock_may_act(now: datetime) -> sa.ColumnElement[bool]:
    """``policy.clocks.may_act`` as SQL; that the two agree is held by a test."""
    quarter = _share_of_clock(4)
    stood = sa.or_(Enrolment.extended, Enrolment.warned_at <= Enrolment.expires_at - quarter)
    return sa.and_(
        Enrolment.expires_at.is_not(None),
        Enrolment.expires_at <= now,
        sa.or_(sa.func.coalesce(stood, sa.false()), Enrolment.expires_at + quarter <= now),
    )


def _share_of_clock(nth: int) -> sa.ColumnElement[timedelta]:
    length = Enrolment.expires_at - Enrolment.clock_began_at
    return length.op("/", precedence=8, return_type=sa.Interval())(nth)


def sessions_with_something_due(now: datetime) -> list[UUID]:
    """Sessions with a clock that may act, a pool to be released, or a free seat while somebody waits and offers leave."""
    due = sa.select(Enrolment.session_id).where(clock_may_act(now))
    released = sa.select(Pool.session_id).where(
        Pool.release_at <= now, sa.or_(Pool.released_at.is_(None), Pool.taken < Pool.size)
    )
    waiting = (
        sa.select(Enrolment.session_id)
        .join(Pool)
        .join(PilotSession, PilotSession.id == Pool.session_id)
        .where(
            Enrolment.status == EnrolmentStatus.WAITING,
            sa.or_(Pool.size.is_(None), Pool.taken < Pool.size),
            PilotSession.status == SessionStatus.OPEN,
            PilotSession.last_call_at > now,
        )
    )
    return sorted(set(db.session.scalars(due.union(waiting, released))))


def clocks_to_warn(now: datetime) -> list[UUID]:
    """Places whose clock has run half and was not warned of, or is in its last day and was warned of before it.

    Wide by intent: ``policy.clocks.warning_due`` decides on the locked row.
    """
    half = Enrolment.clock_began_at + _share_of_clock(2)
    first = sa.and_(Enrolment.warned_at.is_(None), half <= now)
    day = Enrolment.expires_at - timedelta(days=1)
    last = sa.and_(~Enrolment.warned_again, day <= now, Enrolment.warned_at < day, Enrolment.clock_began_at < day)
    query = sa.select(Enrolment.id).where(Enrolment.expires_at.is_not(None), sa.or_(first, last))
    return list(db.session.scalars(query.order_by(Enrolment.id)))


def confirmed_in(session_id: UUID) -> int:
    """Confirmed seats: what go or no-go counts."""
    query = sa.select(sa.func.count()).where(
        Enrolment.session_id == session_id, Enrolment.status == EnrolmentStatus.CONFIRMED
    )
    return db.session.scalar(query) or 0


def sessions_to_decide(now: datetime) -> list[UUID]:
    """Open sessions whose instant of decision has come, undecided."""
    query = sa.select(PilotSession.id).where(
        PilotSession.decision.is_(None), PilotSession.decide_at <= now, PilotSession.status == SessionStatus.OPEN
    )
    return list(db.session.scalars(query.order_by(PilotSession.decide_at, PilotSession.id)))


def cancelled_places(session_id: UUID) -> list[UUID]:
    """Places that ended because the session was cancelled."""
    query = sa.select(Enrolment.id).where(
        Enrolment.session_id == session_id, Enrolment.status == EnrolmentStatus.SESSION_CANCELLED
    )
    return list(db.session.scalars(query.order_by(Enrolment.id)))
