"""Organisations, who belongs to them, and what they declared."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from lift.core import clock
from lift.core.actor import Actor, Grant, Role
from lift.core.db import db
from lift.people import permissions
from lift.people.enums import OrganisationKind
from lift.people.models import (
    Account,
    ApiToken,
    CompanyLink,
    DataExport,
    Membership,
    Organisation,
    Person,
    RoleGrant,
    SignInCard,
    SizeDeclaration,
)


@dataclass(frozen=True)
class Colleague:
    """One person of a company as its owner sees them."""

    person: Person
    email: str | None
    last_seen: datetime | None
    card: SignInCard | None
    roles: tuple[Role, ...]

    @property
    def locked(self) -> bool:
        """After five wrong PINs."""
        return self.card is not None and self.card.locked_until is not None and self.card.locked_until > clock.now()

    @property
    def is_owner(self) -> bool:
        """Owner or HR."""
        return Role.OWNER in self.roles


def member(organisation_id: UUID, person_id: UUID) -> Person | None:
    """The person, if they belong to the organisation now."""
    return db.session.scalar(
        sa.select(Person)
        .join(Membership, Membership.person_id == Person.id)
        .where(Person.id == person_id, Membership.organisation_id == organisation_id, Membership.ended_on.is_(None))
    )


def live_membership(person_id: UUID, organisation_id: UUID) -> Membership | None:
    """The membership that goes on."""
    return db.session.scalar(
        sa.select(Membership).where(
            Membership.person_id == person_id,
            Membership.organisation_id == organisation_id,
            Membership.ended_on.is_(None),
        )
    )


def all_memberships_of(person_id: UUID) -> list[Membership]:
    """Past ones too, oldest first."""
    return list(
        db.session.scalars(
            sa.select(Membership)
            .where(Membership.person_id == person_id)
            .options(joinedload(Membership.organisation))
            .order_by(Membership.began_on, Membership.id)
        )
    )


def _live_grants() -> sa.Select[RoleGrant]:
    now = clock.now()
    return sa.select(RoleGrant).where(
        RoleGrant.began_at <= now, sa.or_(RoleGrant.ends_at.is_(None), RoleGrant.ends_at > now)
    )


def live_grant(person_id: UUID, organisation_id: UUID, grant: Grant) -> RoleGrant | None:
    """The row behind a grant that counts now."""
    return db.session.scalar(
        _live_grants().where(
            RoleGrant.person_id == person_id,
            RoleGrant.organisation_id == organisation_id,
            RoleGrant.role == grant.role,
            RoleGrant.scope == grant.scope,
            RoleGrant.scope_id == grant.scope_id if grant.scope_id else RoleGrant.scope_id.is_(None),
        )
    )


def colleagues(organisation_id: UUID) -> list[Colleague]:
    """The people of a company by name, with account, card and roles: two statements, however many they are."""
    rows = db.session.execute(
        sa.select(Person, Account.email, Account.current_login_at, SignInCard)
        .join(Membership, Membership.person_id == Person.id)
        .outerjoin(Account, Account.person_id == Person.id)
        .outerjoin(SignInCard, sa.and_(SignInCard.person_id == Person.id, SignInCard.revoked_at.is_(None)))
        .where(Membership.organisation_id == organisation_id, Membership.ended_on.is_(None))
        .order_by(sa.func.lower(Person.name), Person.id)
    ).all()
    roles: dict[UUID, list[Role]] = {}
    for grant in db.session.scalars(
        _live_grants().where(RoleGrant.organisation_id == organisation_id).order_by(RoleGrant.began_at, RoleGrant.id)
    ):
        roles.setdefault(grant.person_id, []).append(grant.role)
    return [
        Colleague(person, email, seen, card, tuple(dict.fromkeys(roles.get(person.id, ()))))
        for person, email, seen, card in rows
    ]


@dataclass(frozen=True)
class Member:
    """One person of any organisation with the roles that count there now."""

    person: Person
    email: str | None
    grants: tuple[RoleGrant, ...]


def members(organisation_id: UUID, after: UUID | None, limit: int) -> list[Member]:
    """People of an organisation by name, from the one after ``after``; one more than ``limit`` when there is more."""
    name = sa.func.lower(Person.name)
    query = (
        sa.select(Person, Account.email)
        .join(Membership, Membership.person_id == Person.id)
        .outerjoin(Account, Account.person_id == Person.id)
        .where(Membership.organisation_id == organisation_id, Membership.ended_on.is_(None))
        .order_by(name, Person.id)
        .limit(limit + 1)
    )
    if after is not None:
        last = sa.select(name, Person.id).where(Person.id == after)
        query = query.where(sa.tuple_(name, Person.id) > last.scalar_subquery())
    rows = db.session.execute(query).all()
    held: dict[UUID, list[RoleGrant]] = {}
    ids = [person.id for person, _ in rows]
    theirs = _live_grants().where(RoleGrant.organisation_id == organisation_id, RoleGrant.person_id.in_(ids))
    for grant in db.session.scalars(theirs.order_by(RoleGrant.began_at, RoleGrant.id)):
        held.setdefault(grant.person_id, []).append(grant)
    return [Member(person, email, tuple(held.get(person.id, ()))) for person, email in rows]


def member_ids(organisation_id: UUID) -> list[UUID]:
    """Who belongs to an organisation now."""
    live = sa.and_(Membership.organisation_id == organisation_id, Membership.ended_on.is_(None))
    return list(db.session.scalars(sa.select(Membership.person_id).where(live)))


def size_history(organisation_id: UUID) -> list[SizeDeclaration]:
    """Declarations of size, the newest first."""
    return list(
        db.session.scalars(
            sa.select(SizeDeclaration)
            .where(SizeDeclaration.organisation_id == organisation_id)
            .order_by(SizeDeclaration.declared_on.desc(), SizeDeclaration.id.desc())
        )
    )


def tokens_of(person_id: UUID) -> list[ApiToken]:
    """Tokens that still work, the newest first."""
    return list(
        db.session.scalars(
            sa.select(ApiToken)
            .where(ApiToken.person_id == person_id, ApiToken.revoked_at.is_(None), ApiToken.expires_at > clock.now())
            .order_by(ApiToken.id.desc())
        )
    )


def public_organisations(actor: Actor, after: UUID | None, limit: int) -> list[Organisation]:
    """Every body but other people's companies (RULES R10), in key order; one row more than ``limit`` when there is more."""
    query = (
        sa.select(Organisation)
        .options(joinedload(Organisation.company))
        .where(sa.or_(Organisation.kind != OrganisationKind.COMPANY, Organisation.id == actor.organisation_id))
        .order_by(Organisation.id)
        .limit(limit + 1)
    )
    return list(db.session.scalars(query.where(Organisation.id > after) if after else query))


def organisation_by_slug(actor: Actor, slug: str) -> Organisation | None:
    """The body with this slug; None for a company of others."""
    row = db.session.scalar(
        sa.select(Organisation).options(joinedload(Organisation.company)).where(Organisation.slug == slug)
    )
    is_company = row is not None and row.kind == OrganisationKind.COMPANY
    return row if row and permissions.can_see_organisation(actor, row.id, is_company=is_company) else None


def organisation(organisation_id: UUID) -> Organisation:
    """One organisation; the id is known to exist."""
    return db.session.get_one(Organisation, organisation_id)


def organisation_ids() -> dict[str, UUID]:
    """Every organisation's id by its slug."""
    return {row.slug: row.id for row in db.session.execute(sa.select(Organisation.slug, Organisation.id))}


def exports_of(person_id: UUID, now: datetime) -> list[DataExport]:
    """Archives that are being packed or still kept, newest first."""
    kept = sa.or_(DataExport.ends_at.is_(None), DataExport.ends_at > now)
    query = sa.select(DataExport).where(DataExport.person_id == person_id, kept)
    return list(db.session.scalars(query.order_by(DataExport.asked_at.desc())))


def links_of(organisation_id: UUID) -> list[CompanyLink]:
    """Declared ties to other firms: the live ones first, then those that ended; newest first in each."""
    order = (CompanyLink.ended_on.is_not(None), CompanyLink.declared_on.desc(), CompanyLink.id.desc())
    query = sa.select(CompanyLink).where(CompanyLink.organisation_id == organisation_id)
    return list(db.session.scalars(query.order_by(*order)))
