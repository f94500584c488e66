"""Reads of the network: partners, facts, working groups."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from lift.core.db import db
from lift.network.enums import PartnerState
from lift.network.models import GroupMember, NetworkFact, Partner, WorkingGroup
from lift.people.models import Organisation

PUBLIC_STATES = (PartnerState.AGREED, PartnerState.ACTIVE)


@dataclass(frozen=True)
class PartnerRow:
    """A partner and its organisation."""

    partner: Partner
    organisation: Organisation


def group_id(slug: str) -> UUID | None:
    """A working group's id by its slug."""
    return db.session.scalar(sa.select(WorkingGroup.id).where(WorkingGroup.slug == slug))


def partners(*, public: bool = True, state: PartnerState | None = None) -> list[PartnerRow]:
    """Partners by name; the public list leaves out who is still on the way, in trial or suspended (N1)."""
    query = sa.select(Partner, Organisation).join(Organisation, Organisation.id == Partner.organisation_id)
    if public:
        query = query.where(Partner.state.in_(PUBLIC_STATES))
    if state is not None:
        query = query.where(Partner.state == state)
    return [PartnerRow(p, o) for p, o in db.session.execute(query.order_by(Organisation.name))]


def partner(slug: str) -> PartnerRow | None:
    """One partner of the public list."""
    query = sa.select(Partner, Organisation).join(Organisation, Organisation.id == Partner.organisation_id)
    row = db.session.execute(query.where(Organisation.slug == slug, Partner.state.in_(PUBLIC_STATES))).one_or_none()
    return PartnerRow(row[0], row[1]) if row else None


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


def facts() -> dict[str, NetworkFact]:
    """The network's public facts with their sources, by key."""
    return {f.key: f for f in db.session.scalars(sa.select(NetworkFact).order_by(NetworkFact.key))}
