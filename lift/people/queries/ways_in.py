"""Invitations, requests to join and proposals: what is open, for whom."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from lift.core import clock
from lift.core.actor import Grant, Role, Scope
from lift.core.db import db
from lift.people.enums import JoinState, OrganisationKind
from lift.people.models import (
    Account,
    Company,
    Invitation,
    JoinRequest,
    Membership,
    Organisation,
    Person,
    RoleGrant,
    RoleProposal,
)
from lift.people.queries.actors import account_of, token_hash

# Domains of mailboxes that anybody can open: they tell nothing of an organisation.
EVERYBODYS = frozenset(
    {"aol.com", "gmail.com", "gmx.at", "gmx.de", "gmx.net", "googlemail.com", "hotmail.com", "hotmail.it", "icloud.com",
     "libero.it", "live.com", "mail.com", "me.com", "msn.com", "orange.fr", "outlook.com", "outlook.de", "outlook.it",
     "pec.it", "posteo.de", "proton.me", "protonmail.com", "t-online.de", "tiscali.it", "virgilio.it", "web.de",
     "yahoo.com", "yahoo.de", "yahoo.it"}
)  # fmt: skip
ADMINS = ((Role.OWNER, Scope.COMPANY), (Role.PARTNER_ADMIN, Scope.PARTNER))


@dataclass(frozen=True)
class Asked:
    """A request to join as the administrator sees it."""

    id: UUID
    name: str
    email: str | None
    same_domain: bool
    decide_by: datetime


def invitation_by_token(token: str) -> Invitation | None:
    """The invitation behind a link, with its organisation."""
    query = sa.select(Invitation).options(joinedload(Invitation.organisation))
    return db.session.scalar(query.where(Invitation.token_hash == token_hash(token)))


def is_over(row: Invitation) -> bool:
    """Used, revoked, or older than 14 days."""
    return row.used_at is not None or row.revoked_at is not None or row.expires_at <= clock.now()


def grant_in(row: Invitation) -> Grant:
    """What an invitation carries."""
    return Grant(row.role, row.scope, row.scope_id)


def open_invitations(organisation_id: UUID) -> list[Invitation]:
    """Those that still open a way, the newest first."""
    live = sa.and_(Invitation.used_at.is_(None), Invitation.revoked_at.is_(None), Invitation.expires_at > clock.now())
    query = sa.select(Invitation).where(Invitation.organisation_id == organisation_id, live)
    return list(db.session.scalars(query.order_by(Invitation.id.desc())))


def open_join_request(person_id: UUID, organisation_id: UUID) -> JoinRequest | None:
    """The request that waits for an answer."""
    return db.session.scalar(
        sa.select(JoinRequest).where(
            JoinRequest.person_id == person_id,
            JoinRequest.organisation_id == organisation_id,
            JoinRequest.state == JoinState.OPEN,
        )
    )


def join_requests_to(organisation_id: UUID) -> list[Asked]:
    """Requests that wait, the oldest first."""
    rows = db.session.execute(
        sa.select(JoinRequest, Person.name, Account.email)
        .join(Person, Person.id == JoinRequest.person_id)
        .outerjoin(Account, Account.person_id == Person.id)
        .where(JoinRequest.organisation_id == organisation_id, JoinRequest.state == JoinState.OPEN)
        .where(JoinRequest.decide_by > clock.now())
        .order_by(JoinRequest.id)
    )
    return [Asked(row.id, name, email, row.same_domain, row.decide_by) for row, name, email in rows]


def join_requests_of(person_id: UUID) -> list[JoinRequest]:
    """What a person asked, with the organisations, the newest first."""
    query = sa.select(JoinRequest).options(joinedload(JoinRequest.organisation))
    return list(db.session.scalars(query.where(JoinRequest.person_id == person_id).order_by(JoinRequest.id.desc())))


def bodies_of_my_domain(person_id: UUID | None) -> list[Organisation]:
    """Organisations whose website stands under the domain of the person's proven address."""
    account = account_of(person_id) if person_id else None
    if account is None or not account.email or account.confirmed_at is None:
        return []
    domain = account.email.rsplit("@", 1)[-1]
    if domain in EVERYBODYS:
        return []
    return list(
        db.session.scalars(sa.select(Organisation).where(Organisation.domain == domain).order_by(Organisation.name))
    )


def company_by_vat(vat_number: str) -> UUID | None:
    """The firm with this canonical VAT number."""
    return db.session.scalar(sa.select(Company.organisation_id).where(Company.vat_number == vat_number))


def _live(now: datetime) -> sa.ColumnElement[bool]:
    return sa.and_(RoleGrant.began_at <= now, sa.or_(RoleGrant.ends_at.is_(None), RoleGrant.ends_at > now))


def admins_of(organisation_id: UUID) -> set[UUID]:
    """Persons who look after the people of an organisation now."""
    which = sa.or_(*(sa.and_(RoleGrant.role == role, RoleGrant.scope == scope) for role, scope in ADMINS))
    query = sa.select(RoleGrant.person_id).where(RoleGrant.scope_id == organisation_id, which, _live(clock.now()))
    return set(db.session.scalars(query))


def coordinators() -> set[UUID]:
    """Who decides for the network now."""
    held = sa.and_(RoleGrant.role == Role.COORDINATOR, RoleGrant.scope == Scope.NETWORK, _live(clock.now()))
    return set(db.session.scalars(sa.select(RoleGrant.person_id).where(held)))


def addresses_of_admins(organisation_id: UUID) -> list[tuple[str, str]]:
    """(address, language) of each who has one; a firm's contact address where none has."""
    people = sa.select(Account.email, Person.language).join(Person, Person.id == Account.person_id)
    mine = people.where(Person.id.in_(admins_of(organisation_id)), Account.email.is_not(None)).order_by(Account.email)
    found = [(str(email), language) for email, language in db.session.execute(mine)]
    contact = db.session.scalar(sa.select(Company.contact_email).where(Company.organisation_id == organisation_id))
    return found or ([(contact, "en")] if contact else [])


def open_proposal(person_id: UUID, organisation_id: UUID, role: Role) -> RoleProposal | None:
    """The same proposal, if it is open."""
    return db.session.scalar(
        sa.select(RoleProposal).where(
            RoleProposal.person_id == person_id,
            RoleProposal.organisation_id == organisation_id,
            RoleProposal.role == role,
            RoleProposal.closed_at.is_(None),
        )
    )


def open_proposals() -> list[RoleProposal]:
    """Everything that waits for a second coordinator, the oldest first."""
    query = sa.select(RoleProposal).where(RoleProposal.closed_at.is_(None)).order_by(RoleProposal.id)
    return list(
        db.session.scalars(
            query.options(
                joinedload(RoleProposal.person),
                joinedload(RoleProposal.proposer),
                joinedload(RoleProposal.organisation),
            )
        )
    )


def bodies_to_ask(person_id: UUID) -> list[Organisation]:
    """Every body that everybody sees and to which the person does not belong, by name."""
    live = sa.and_(Membership.person_id == person_id, Membership.ended_on.is_(None))
    query = sa.select(Organisation).where(Organisation.kind != OrganisationKind.COMPANY)
    query = query.where(Organisation.id.not_in(sa.select(Membership.organisation_id).where(live)))
    return list(db.session.scalars(query.order_by(Organisation.name)))
