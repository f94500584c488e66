"""Reads of people: actors with their grants, organisations, memberships."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from lift.core import clock
from lift.core.actor import ANONYMOUS, Actor, Grant
from lift.core.db import db
from lift.core.locks import busy_when_locked
from lift.people import proofs
from lift.people.enums import ConsentPurpose
from lift.people.models import Account, Consent, Membership, Organisation, Person, RoleGrant, SignInCard


@dataclass(frozen=True)
class Presence:
    """A signed-in person as the bar shows them: who, for whom, and for whom else they could act."""

    actor: Actor
    person: Person
    memberships: list[Membership]

    @property
    def organisation(self) -> Organisation | None:
        """The acting organisation."""
        return next((m.organisation for m in self.memberships if m.organisation_id == self.actor.organisation_id), None)


@dataclass(frozen=True)
class DemoAccount:
    """One line of the sign-in page in demo mode."""

    name: str
    email: str
    key: str
    job_title: str


def normal_email(address: str) -> str:
    """Addresses compare without case and outer spaces."""
    return address.strip().lower()


def token_hash(token: str) -> str:
    """How bearer tokens and codes are kept."""
    return hashlib.sha256(token.encode()).hexdigest()


def actor_of(person_id: UUID, organisation_id: UUID | None) -> Actor:
    """The person acting for ``organisation_id``, or for the first organisation of theirs when that is not theirs."""
    found = presence_of(person_id, organisation_id)
    return found.actor if found else ANONYMOUS


def presence_of(person_id: UUID, organisation_id: UUID | None) -> Presence | None:
    """Actor, person and memberships in three statements; None for an erased or unknown person."""
    person = db.session.get(Person, person_id)
    if person is None or person.erased_at is not None:
        return None
    mine = memberships_of(person_id)
    organisation = next((m.organisation_id for m in mine if m.organisation_id == organisation_id), None)
    organisation = organisation or (mine[0].organisation_id if mine else None)
    actor = Actor(
        person_id=person.id,
        pseudonym=person.pseudonym,
        organisation_id=organisation,
        name=person.name,
        grants=grants_of(person_id, organisation),
    )
    return Presence(actor, person, mine)


def grants_of(person_id: UUID, organisation_id: UUID | None) -> frozenset[Grant]:
    """Role grants that count now while acting for this organisation: being lead in A gives nothing in B (PA1)."""
    now = clock.now()
    query = sa.select(RoleGrant.role, RoleGrant.scope, RoleGrant.scope_id).where(
        RoleGrant.person_id == person_id,
        RoleGrant.organisation_id == organisation_id,
        RoleGrant.began_at <= now,
        sa.or_(RoleGrant.ends_at.is_(None), RoleGrant.ends_at > now),
    )
    return frozenset(Grant(r.role, r.scope, r.scope_id) for r in db.session.execute(query))


def memberships_of(person_id: UUID) -> list[Membership]:
    """Live memberships with their organisations, oldest first."""
    query = (
        sa.select(Membership)
        .where(Membership.person_id == person_id, Membership.ended_on.is_(None))
        .options(joinedload(Membership.organisation).joinedload(Organisation.company))
        .order_by(Membership.began_on, Membership.id)
    )
    return list(db.session.scalars(query))


def account_by_email(email: str) -> Account | None:
    """The account with this address, with its person."""
    return db.session.scalar(sa.select(Account).where(Account.email == normal_email(email)))


def account_of(person_id: UUID | None) -> Account | None:
    """The account of a person."""
    return db.session.scalar(sa.select(Account).where(Account.person_id == person_id))


def account_by_subject(subject: str) -> Account | None:
    """The account connected to an institutional sign-in, named "issuer#subject"."""
    return db.session.scalar(sa.select(Account).where(Account.oidc_subject == subject))


def card_by_code(code_hash: str, *, lock: bool = False) -> SignInCard | None:
    """The live card with this code, with its person; locked when its wrong tries are going to be counted."""
    query = (
        sa.select(SignInCard)
        .where(SignInCard.code_hash == code_hash, SignInCard.revoked_at.is_(None))
        .options(joinedload(SignInCard.person))
    )
    if lock:
        query = query.with_for_update(key_share=True, of=SignInCard)
    with busy_when_locked():
        return db.session.scalars(query, execution_options={"populate_existing": lock}).one_or_none()


def is_live_code(person_id: UUID, code: str) -> bool:
    """True when this code is on the card that the person may use now."""
    card = card_by_code(proofs.card_code_hash(code))
    return card is not None and card.person_id == person_id


def demo_accounts() -> list[DemoAccount]:
    """Accounts of the demo world, as the sign-in page lists them in demo mode."""
    rows = db.session.scalars(
        sa.select(Account)
        .where(Account.email.like("%@lift.example"), Account.password.is_not(None), Account.active)
        .order_by(Account.id)
    )
    return [
        DemoAccount(row.person.name, row.email or "", (row.email or "").split("@")[0], row.person.job_title)
        for row in rows
    ]


def live_card(person_id: UUID) -> SignInCard | None:
    """The card that a person may use now."""
    return db.session.scalar(
        sa.select(SignInCard).where(SignInCard.person_id == person_id, SignInCard.revoked_at.is_(None))
    )


def live_consents(person_id: UUID) -> dict[ConsentPurpose, Consent]:
    """What the person says yes to now."""
    rows = db.session.scalars(sa.select(Consent).where(Consent.person_id == person_id, Consent.withdrawn_at.is_(None)))
    return {row.purpose: row for row in rows}


def home_of(person_id: UUID) -> UUID | None:
    """The organisation a person belongs to first of all."""
    mine = memberships_of(person_id)
    return mine[0].organisation_id if mine else None
