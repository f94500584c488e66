"""Places of a company: who could come, what confirming would do, and what it has already."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from lift.content.models import ModuleVersion
from lift.core import clock
from lift.core.db import db
from lift.core.errors import Problem
from lift.people.models import Account, Company, Membership, Organisation, Person
from lift.training.enums import LIVE, SEATED, AidAnswer, EnrolmentStatus
from lift.training.models import Certificate, Enrolment, PilotSession, Pool
from lift.training.policy import Candidate, EnrolRequest, Split, Standing, enrolment_problems, split_of
from lift.training.queries.firms import company_facts, pool_admits
from lift.training.queries.seats import candidates, enrollable_session

AID_CEILING_CENTS = 300_000_00
"""Regulation (EU) 2023/2831: per single undertaking and Member State over three rolling years."""
AID_YEARS = timedelta(days=3 * 365 + 1)


@dataclass(frozen=True)
class Choice:
    """One of the company's people as the enrol page lists them."""

    person: Person
    standing: Candidate

    @property
    def free(self) -> bool:
        """Whether ticking this person can lead to a seat."""
        return not (self.standing.enrolled or self.standing.elsewhere)


@dataclass(frozen=True)
class Preview:
    """What confirming would do at this moment; nothing is held. Money in cents."""

    split: Split
    problems: Sequence[Problem]
    names: Sequence[str]
    list_cents: int
    aid_cents: int
    aid_before_cents: int
    declared_cents: int

    @property
    def pay_cents(self) -> int:
        """What the seats taken now cost."""
        return self.split.seated * (self.list_cents - self.aid_cents)

    @property
    def headroom_cents(self) -> int:
        """What is left of the ceiling after this request."""
        used = self.declared_cents + self.aid_before_cents + self.split.seated * self.aid_cents
        return AID_CEILING_CENTS - used


@dataclass(frozen=True)
class Place:
    """One enrolment with what stands ahead of it."""

    enrolment: Enrolment
    person: Person | None
    session: PilotSession
    title: dict[str, str]
    ahead: int
    certified: bool = False


def company_people(session: PilotSession, company: UUID) -> list[Choice]:
    """The company's people by name, each with what speaks against a seat in this session."""
    query = (
        sa.select(Person)
        .join(Membership, Membership.person_id == Person.id)
        .where(Membership.organisation_id == company, Membership.ended_on.is_(None), Person.erased_at.is_(None))
        .order_by(Person.name, Person.id)
    )
    people = {person.id: person for person in db.session.scalars(query)}
    return [Choice(people[c.person_id], c) for c in candidates(session, list(people), company)]


def enrol_preview(session_id: UUID, request: EnrolRequest, company: UUID) -> Preview | None:
    """The split and the money of a request, with every problem it would meet; writes and locks nothing."""
    session = enrollable_session(session_id)
    if session is None:
        return None
    standing = Standing(candidates(session, request.people, company))
    problems = enrolment_problems(session, request, standing, now=clock.now()) if request.seats else []
    free, ahead = _room(session, company)
    aid = 0 if request.aid is AidAnswer.FULL_PRICE else session.list_price_cents - session.partner_price_cents
    return Preview(
        split=split_of(request, free, ahead),
        problems=problems,
        names=[c.name for c in standing.candidates],
        list_cents=session.list_price_cents,
        aid_cents=aid,
        aid_before_cents=aid_granted(company, clock.now() - AID_YEARS),
        declared_cents=request.aid_declared_cents or 0,
    )


def _room(session: PilotSession, company: UUID) -> tuple[int | None, int]:
    """Free seats and how many wait in the pool that this company would be given."""
    facts = company_facts(company)
    eligible = sorted(
        (p for p in session.pools if pool_admits(p.condition, facts)), key=lambda p: (-len(p.condition), p.id)
    )
    if not eligible:
        return 0, 0
    pool = next((p for p in eligible if p.size is None or p.taken < p.size), eligible[-1])
    free = None if pool.size is None else pool.size - pool.taken
    return free, waiting_in(pool)


def waiting_in(pool: Pool) -> int:
    """How many stand in the queue of a pool."""
    query = sa.select(sa.func.count()).where(Enrolment.pool_id == pool.id, Enrolment.status == EnrolmentStatus.WAITING)
    return db.session.scalar(query) or 0


def aid_granted(company: UUID, since: datetime) -> int:
    """Cents of aid that this company's confirmed seats carry since then (E20, E21)."""
    query = sa.select(sa.func.sum(Enrolment.aid_cents)).where(
        Enrolment.organisation_id == company,
        Enrolment.aid != AidAnswer.FULL_PRICE,
        Enrolment.status.in_(SEATED),
        Enrolment.confirmed_at >= since,
    )
    return db.session.scalar(query) or 0


def session_places(session_id: UUID, company: UUID) -> list[Place]:
    """A company's live places in one session, seats first, then those waiting in their order."""
    query = _places().where(Enrolment.session_id == session_id, Enrolment.organisation_id == company)
    return _rows(query.where(Enrolment.status.in_(LIVE)))


def team_places(company: UUID) -> list[Place]:
    """All live places of a company, next session first: for the company's own page (S10 shows no answers)."""
    return _rows(_places().where(Enrolment.organisation_id == company, Enrolment.status.in_(LIVE)))


def offers_of(person_id: UUID, company: UUID | None = None) -> list[Place]:
    """Offers that wait for a yes: the person's own and, for who may enrol, those of the company."""
    mine = Enrolment.person_id == person_id
    whose = sa.or_(mine, Enrolment.organisation_id == company) if company else mine
    return _rows(_places().where(Enrolment.status == EnrolmentStatus.OFFERED, whose))


def _places() -> sa.Select[Enrolment, Person, PilotSession, dict[str, str], int, bool]:
    before = aliased(Enrolment)
    ahead = (
        sa.select(sa.func.count())
        .where(
            before.pool_id == Enrolment.pool_id,
            before.status == EnrolmentStatus.WAITING,
            before.ticket < Enrolment.ticket,
        )
        .scalar_subquery()
    )
    certified = sa.exists().where(
        Certificate.person_id == Enrolment.person_id,
        Certificate.session_id == Enrolment.session_id,
        Certificate.revoked_at.is_(None),
    )
    return (
        sa.select(Enrolment, Person, PilotSession, ModuleVersion.title, ahead, certified)
        .outerjoin(Person, Person.id == Enrolment.person_id)
        .join(PilotSession, PilotSession.id == Enrolment.session_id)
        .join(ModuleVersion, ModuleVersion.id == PilotSession.version_id)
        .order_by(PilotSession.starts_at, Enrolment.status == EnrolmentStatus.WAITING, Enrolment.ticket)
    )


def _rows(query: sa.Select[Enrolment, Person, PilotSession, dict[str, str], int, bool]) -> list[Place]:
    rows = db.session.execute(query, execution_options={"populate_existing": True})
    return [Place(e, person, session, title, ahead, certified) for e, person, session, title, ahead, certified in rows]


@dataclass(frozen=True)
class OfferTold:
    """Whom to tell about an offer, in which language."""

    enrolment: Enrolment
    session: PilotSession
    title: dict[str, str]
    name: str
    address: str
    language: str
    to_company: bool


def offer_told_to(enrolment_id: UUID) -> OfferTold | None:
    """The person's own address, else the company's contact; None when there is neither."""
    query = (
        sa.select(
            Enrolment, PilotSession, ModuleVersion.title, Person, Account.email, Company.contact_email, Organisation
        )
        .join(PilotSession, PilotSession.id == Enrolment.session_id)
        .join(ModuleVersion, ModuleVersion.id == PilotSession.version_id)
        .join(Organisation, Organisation.id == Enrolment.organisation_id)
        .outerjoin(Company, Company.organisation_id == Enrolment.organisation_id)
        .outerjoin(Person, Person.id == Enrolment.person_id)
        .outerjoin(Account, Account.person_id == Person.id)
        .where(Enrolment.id == enrolment_id)
    )
    row = db.session.execute(query, execution_options={"populate_existing": True}).one_or_none()
    if row is None or not (row[4] or row[5]):
        return None
    enrolment, session, title, person, own, company, body = row
    name, language = (person.name, person.language) if person else (body.name, session.language)
    return OfferTold(enrolment, session, title, name, str(own or company), language, own is None)
