"""Places of a company: who could come, what confirming would do, and what it has already."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from lift.content.models import ModuleVersion
from lift.core import clock
from lift.core.actor import Role, Scope
from lift.core.db import db
from lift.core.errors import Problem
from lift.core.tallies import count_of
from lift.people.models import Account, Company, Membership, Organisation, Person, RoleGrant
from lift.training.enums import LIVE, EnrolmentStatus
from lift.training.models import Certificate, Enrolment, PilotSession, Pool, Voucher
from lift.training.policy import (
    Candidate,
    EnrolRequest,
    PriceLines,
    Split,
    Standing,
    cap_of,
    eligible_pools,
    enrolment_problems,
    price_lines,
    split_of,
)
from lift.training.policy.pools import code_is_known, queue_of
from lift.training.policy.price import is_valid
from lift.training.queries.firms import company_facts
from lift.training.queries.money import AidRoom, aid_room, country_of, voucher_by_code
from lift.training.queries.seats import candidates, cap_key, enrollable_session, waiting_in

TEAM_PAGE = 50


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
    lines: Sequence[PriceLines]  # of the seats taken now
    later: PriceLines  # of a seat taken from the queue
    aid: AidRoom

    @property
    def pay_cents(self) -> int:
        """What the seats taken now cost."""
        return sum(line.pay_cents for line in self.lines)

    @property
    def aid_cents(self) -> int:
        """Public aid of the seats taken now."""
        return sum(line.aid_cents for line in self.lines)

    @property
    def voucher_cents(self) -> int:
        """What the voucher takes off them."""
        return sum(line.voucher_cents for line in self.lines)

    @property
    def headroom_cents(self) -> int:
        """What is left of the ceiling after this request."""
        return self.aid.left - self.aid_cents


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
    now, facts = clock.now(), company_facts(company)
    voucher = voucher_by_code(request.voucher)
    standing = standing_for(session, request, company, voucher, now)
    split = split_of(request, *_rooms(session, eligible_pools(session.pools, facts, request.code)))
    aid = aid_room(company, country_of(session.organisation_id), now, request.aid_declared_cents)
    priced = partial(price_lines, session, request.aid, headroom=aid.left)
    return Preview(
        split=split,
        problems=enrolment_problems(session, request, standing, now=now) if request.seats else [],
        names=[c.name for c in standing.candidates],
        lines=priced(split.seated, voucher=voucher if standing.voucher_valid else None),
        later=priced(1)[0],
        aid=aid,
    )


def standing_for(
    session: PilotSession, request: EnrolRequest, company: UUID, voucher: Voucher | None, now: datetime
) -> Standing:
    """What the rules of enrolling ask about this request."""
    return Standing(
        candidates=candidates(session, request.people, company),
        has=count_of(cap_key(session.id, company)) if cap_of(session, now) is not None else 0,
        code_known=code_is_known(session.pools, request.code),
        voucher_valid=not request.voucher.strip() or is_valid(voucher, session, company, now),
    )


def _rooms(session: PilotSession, pools: Sequence[Pool]) -> tuple[list[int | None], int]:
    """What each pool would give now, and how many wait in the last, which is where a request would wait."""
    waiting = waiting_in(session.id)
    free = [0 if queue_of(p, waiting) else None if p.size is None else p.size - p.taken for p in pools]
    return free, sum(entry.pool_id == pools[-1].id for entry in waiting) if pools else 0


def session_places(session_id: UUID, company: UUID) -> list[Place]:
    """A company's live places in one session, seats first, then those waiting in their order."""
    query = _places().where(Enrolment.session_id == session_id, Enrolment.organisation_id == company)
    return _rows(query.where(Enrolment.status.in_(LIVE)))


def place_of(enrolment_id: UUID, company: UUID) -> Place | None:
    """One place of this company; None for those of others."""
    found = _rows(_places().where(Enrolment.id == enrolment_id, Enrolment.organisation_id == company))
    return found[0] if found else None


def team_places(company: UUID, page: int = 1) -> list[Place]:
    """Live places of a company, next session first, one more than a page: for its own page (S10 shows no answers)."""
    mine = _places().where(Enrolment.organisation_id == company, Enrolment.status.in_(LIVE))
    return _rows(mine.order_by(Enrolment.id).offset((page - 1) * TEAM_PAGE).limit(TEAM_PAGE + 1))


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
class PlaceTold:
    """Whom to tell about a place, in which language. ``own`` is empty where the person has no address (L14)."""

    enrolment: Enrolment
    session: PilotSession
    title: dict[str, str]
    name: str
    language: str
    own: str
    company: tuple[str, ...]  # who may act for it, and a deputy


def place_told_to(enrolment_id: UUID) -> PlaceTold | None:
    """The person and the company of a place; None when it is gone."""
    query = (
        sa.select(Enrolment, PilotSession, ModuleVersion.title, Person, Account.email, Organisation)
        .join(PilotSession, PilotSession.id == Enrolment.session_id)
        .join(ModuleVersion, ModuleVersion.id == PilotSession.version_id)
        .join(Organisation, Organisation.id == Enrolment.organisation_id)
        .outerjoin(Person, Person.id == Enrolment.person_id)
        .outerjoin(Account, Account.person_id == Person.id)
        .where(Enrolment.id == enrolment_id)
    )
    row = db.session.execute(query, execution_options={"populate_existing": True}).one_or_none()
    if row is None:
        return None
    enrolment, session, title, person, own, body = row
    name, language = (person.name, person.language) if person else (body.name, session.language)
    return PlaceTold(enrolment, session, title, name, language, own or "", _company_addresses(body.id))


def _company_addresses(company: UUID) -> tuple[str, ...]:
    """The company's contact and its owners, two at most."""
    contact = db.session.scalar(sa.select(Company.contact_email).where(Company.organisation_id == company))
    owners = (
        sa.select(Account.email)
        .join(RoleGrant, RoleGrant.person_id == Account.person_id)
        .where(
            RoleGrant.role == Role.OWNER, RoleGrant.scope == Scope.COMPANY, RoleGrant.scope_id == company,
            sa.or_(RoleGrant.ends_at.is_(None), RoleGrant.ends_at > clock.now()),
        )
        .order_by(RoleGrant.id)
    )  # fmt: skip
    found = [contact, *db.session.scalars(owners)]
    return tuple(dict.fromkeys(address for address in found if address))[:2]
