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
from lift.network.enums import GroupStanding, PartnerState, RequestState
from lift.network.models import (
    GroupMeeting,
    GroupMember,
    GroupRequest,
    NetworkFact,
    Outcome,
    Partner,
    PartnerChange,
    WorkingGroup,
)
from lift.network.permissions import ACADEMIC
from lift.people.enums import ConsentPurpose, OrganisationKind
from lift.people.models import Account, Consent, Organisation, Person, RoleGrant

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


def standing_in(group_id: UUID, organisation_id: UUID | None) -> GroupStanding | None:
    """How a body takes part in a group, if it does."""
    query = sa.select(GroupMember.standing).filter_by(group_id=group_id, organisation_id=organisation_id)
    return db.session.scalar(query)


def meetings_of(group_id: UUID, limit: int = 20) -> list[GroupMeeting]:
    """Meetings of a group, the newest first."""
    query = sa.select(GroupMeeting).filter_by(group_id=group_id)
    return list(db.session.scalars(query.order_by(GroupMeeting.held_on.desc(), GroupMeeting.id.desc()).limit(limit)))


def meeting(meeting_id: UUID) -> GroupMeeting | None:
    """One meeting."""
    return db.session.get(GroupMeeting, meeting_id)


def outcome(outcome_id: UUID) -> Outcome | None:
    """One outcome with its group."""
    return db.session.scalar(sa.select(Outcome).where(Outcome.id == outcome_id).options(joinedload(Outcome.group)))


@dataclass(frozen=True)
class AskedToJoin:
    """A request to take part: which body, for which group, by whom."""

    row: GroupRequest
    group: WorkingGroup
    body: Organisation
    name: str


def _asked() -> sa.Select[GroupRequest, WorkingGroup, Organisation, str]:
    return (
        sa.select(GroupRequest, WorkingGroup, Organisation, Person.name)
        .join(WorkingGroup, WorkingGroup.id == GroupRequest.group_id)
        .join(Organisation, Organisation.id == GroupRequest.organisation_id)
        .join(Person, Person.id == GroupRequest.person_id)
    )


def request_told(request_id: UUID) -> AskedToJoin | None:
    """One request with what a mail about it says."""
    row = db.session.execute(_asked().where(GroupRequest.id == request_id)).one_or_none()
    return AskedToJoin(*row) if row else None


def open_requests(group_id: UUID) -> list[AskedToJoin]:
    """Requests of a group that wait for an answer, the oldest first."""
    query = _asked().where(GroupRequest.group_id == group_id, GroupRequest.state == RequestState.ASKED)
    return [AskedToJoin(*row) for row in db.session.execute(query.order_by(GroupRequest.asked_at))]


def request_of(group_id: UUID, organisation_id: UUID | None) -> GroupRequest | None:
    """The newest request of a body to a group."""
    query = sa.select(GroupRequest).filter_by(group_id=group_id, organisation_id=organisation_id)
    return db.session.scalar(query.order_by(GroupRequest.asked_at.desc()).limit(1))


def office_addresses(kind: OrganisationKind) -> list[tuple[str, str]]:
    """Address and language of everybody who holds the office for this kind of body (V4)."""
    now = clock.now()
    role = Role.ACTIVITY_LEADER if kind in ACADEMIC else Role.BUSINESS_OWNER
    query = (
        sa.select(Account.email, Person.language)
        .join(Person, Person.id == Account.person_id)
        .join(RoleGrant, RoleGrant.person_id == Person.id)
        .where(
            RoleGrant.role == role,
            RoleGrant.scope == Scope.NETWORK,
            RoleGrant.began_at <= now,
            sa.or_(RoleGrant.ends_at.is_(None), RoleGrant.ends_at > now),
            Account.email.is_not(None),
        )
        .distinct()
        .order_by(Account.email)
    )
    return [(row.email, row.language) for row in db.session.execute(query)]


def people_of_group(group_id: UUID) -> list[tuple[Role, UUID, str, UUID, str]]:
    """Who leads, writes and reviews in a group: role, person, name, organisation, its short name."""
    now = clock.now()
    query = (
        sa.select(RoleGrant.role, Person.id, Person.name, Organisation.id, Organisation.short_name)
        .join(Person, Person.id == RoleGrant.person_id)
        .join(Organisation, Organisation.id == RoleGrant.organisation_id)
        .where(
            RoleGrant.scope == Scope.WORKING_GROUP,
            RoleGrant.scope_id == group_id,
            RoleGrant.began_at <= now,
            sa.or_(RoleGrant.ends_at.is_(None), RoleGrant.ends_at > now),
            Person.erased_at.is_(None),
        )
        .distinct()
        .order_by(Organisation.short_name, Person.name)
    )
    return [(role, person, name, body, short) for role, person, name, body, short in db.session.execute(query)]


def working_group_by_id(group_id: UUID) -> WorkingGroup:
    """One group with its members."""
    return db.session.get_one(WorkingGroup, group_id, options=[selectinload(WorkingGroup.members)])
