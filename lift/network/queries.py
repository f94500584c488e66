"""Reads of the network: partners, facts, working groups."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import joinedload, selectinload

from lift.core import clock
from lift.core.actor import Role, Scope
from lift.core.db import db
from lift.network.enums import GroupStanding, PartnerState
from lift.network.models import GroupMember, NetworkFact, Partner, PartnerChange, WorkingGroup
from lift.people.enums import ConsentPurpose
from lift.people.models import Consent, Organisation, Person, RoleGrant

PUBLIC_STATES = (PartnerState.AGREED, PartnerState.ACTIVE)


@dataclass(frozen=True)
class PartnerRow:
    """A partner and its organisation."""

    partner: Partner
    organisation: Organisation


def group_id(slug: str) -> UUID | None:
    """A working group's id by its slug."""
    return db.session.scalar(sa.select(WorkingGroup.id).where(WorkingGroup.slug == slug))


def _partners() -> sa.Select[Partner, Organisation]:
    return (
        sa.select(Partner, Organisation)
        .join(Organisation, Organisation.id == Partner.organisation_id)
        .options(joinedload(Organisation.company))
    )


def partners(*, public: bool = True, state: PartnerState | None = None) -> list[PartnerRow]:
    """Partners by name; the public list leaves out who is still on the way, in trial or suspended (N1)."""
    query = _partners()
    if public:
        query = query.where(Partner.state.in_(PUBLIC_STATES))
    if state is not None:
        query = query.where(Partner.state == state)
    return [PartnerRow(p, o) for p, o in db.session.execute(query.order_by(Organisation.name))]


def partner(slug: str, *, public: bool = True) -> PartnerRow | None:
    """One partner; by default only of the public list."""
    query = _partners()
    if public:
        query = query.where(Partner.state.in_(PUBLIC_STATES))
    row = db.session.execute(query.where(Organisation.slug == slug)).one_or_none()
    return PartnerRow(row[0], row[1]) if row else None


def last_changes(organisation_ids: Collection[UUID] | None = None) -> dict[UUID, PartnerChange]:
    """The step by which each partner came into its present state (N1): since when, and why."""
    query = (
        sa.select(PartnerChange)
        .ext(distinct_on(PartnerChange.organisation_id))
        .order_by(PartnerChange.organisation_id, PartnerChange.at.desc(), PartnerChange.id.desc())
    )
    if organisation_ids is not None:
        query = query.where(PartnerChange.organisation_id.in_(organisation_ids))
    return {change.organisation_id: change for change in db.session.scalars(query)}


def changes_of(organisation_id: UUID) -> list[PartnerChange]:
    """Every step of one partner, the newest first."""
    query = sa.select(PartnerChange).where(PartnerChange.organisation_id == organisation_id)
    return list(db.session.scalars(query.order_by(PartnerChange.at.desc(), PartnerChange.id.desc())))


def office_bodies() -> dict[str, Organisation]:
    """Which bodies hold an office of the network, by role (activity_leader, business_owner)."""
    query = (
        sa.select(Partner.network_role, Organisation)
        .join(Organisation, Organisation.id == Partner.organisation_id)
        .where(Partner.network_role.in_([Role.ACTIVITY_LEADER, Role.BUSINESS_OWNER]))
    )
    return {row[0]: row[1] for row in db.session.execute(query)}


def public_contacts(organisation_id: UUID) -> list[tuple[Role, str]]:
    """Who holds an office of the network for this body and agreed to be named in public (N11); role and name."""
    now = clock.now()
    query = (
        sa.select(RoleGrant.role, Person.name)
        .join(Person, Person.id == RoleGrant.person_id)
        .join(Consent, Consent.person_id == Person.id)
        .where(
            RoleGrant.organisation_id == organisation_id,
            RoleGrant.scope == Scope.NETWORK,
            RoleGrant.role.in_([Role.ACTIVITY_LEADER, Role.BUSINESS_OWNER]),
            RoleGrant.began_at <= now,
            sa.or_(RoleGrant.ends_at.is_(None), RoleGrant.ends_at > now),
            Consent.purpose == ConsentPurpose.PUBLIC_CONTACT,
            Consent.withdrawn_at.is_(None),
            Person.erased_at.is_(None),
        )
        .distinct()
        .order_by(Person.name)
    )
    return [(role, name) for role, name in db.session.execute(query)]


def names_of(organisation_ids: Collection[UUID]) -> dict[UUID, Organisation]:
    """Organisations by id."""
    query = sa.select(Organisation).where(Organisation.id.in_(organisation_ids))
    return {o.id: o for o in db.session.scalars(query)} if organisation_ids else {}


def working_groups() -> list[WorkingGroup]:
    """All groups with their members, those named by the source first, then by title. Three queries at any number."""
    query = sa.select(WorkingGroup).options(selectinload(WorkingGroup.members), selectinload(WorkingGroup.outcomes))
    return list(db.session.scalars(query.order_by(WorkingGroup.basis.desc(), WorkingGroup.title["en"].astext)))


def working_group(slug: str) -> WorkingGroup | None:
    """One group with members and outcomes."""
    query = sa.select(WorkingGroup).where(WorkingGroup.slug == slug)
    return db.session.scalar(query.options(selectinload(WorkingGroup.members), selectinload(WorkingGroup.outcomes)))


def groups_of(organisation_id: UUID) -> list[WorkingGroup]:
    """The groups an organisation takes part in."""
    query = sa.select(WorkingGroup).join(GroupMember).where(GroupMember.organisation_id == organisation_id)
    return list(db.session.scalars(query.order_by(WorkingGroup.title["en"].astext)))


def group_links() -> list[tuple[UUID, UUID]]:
    """Pairs of organisations that share a working group, each pair once."""
    one, two = sa.orm.aliased(GroupMember), sa.orm.aliased(GroupMember)
    query = (
        sa.select(one.organisation_id, two.organisation_id)
        .join(two, sa.and_(one.group_id == two.group_id, one.organisation_id < two.organisation_id))
        .distinct()
    )
    return [(a, b) for a, b in db.session.execute(query)]


def short_names(slugs: Collection[str]) -> dict[str, str]:
    """Short names of organisations by slug."""
    query = sa.select(Organisation.slug, Organisation.short_name).where(Organisation.slug.in_(slugs))
    return {row.slug: row.short_name for row in db.session.execute(query)} if slugs else {}


def person_name(person_id: UUID) -> str:
    """A person's name; '' after erasure."""
    return db.session.scalar(sa.select(Person.name).where(Person.id == person_id)) or ""


def lead_links() -> list[tuple[UUID, UUID]]:
    """Pairs (leading organisation, member) of every working group, each pair once: what the map draws."""
    lead, member = sa.orm.aliased(GroupMember), sa.orm.aliased(GroupMember)
    query = (
        sa.select(lead.organisation_id, member.organisation_id)
        .join(member, sa.and_(lead.group_id == member.group_id, lead.organisation_id != member.organisation_id))
        .where(lead.standing == GroupStanding.LEAD)
    )
    pairs = {(min(a, b), max(a, b)) for a, b in db.session.execute(query)}
    return sorted(pairs)


def facts() -> dict[str, NetworkFact]:
    """The network's public facts with their sources, by key."""
    return {f.key: f for f in db.session.scalars(sa.select(NetworkFact).order_by(NetworkFact.key))}
