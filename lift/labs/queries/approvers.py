"""Who decides about bookings of a lab, and whom one may ask."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from lift.core import clock
from lift.core.actor import Role, Scope
from lift.core.db import db
from lift.labs.models import Approver
from lift.people.models import Membership, Person, RoleGrant


@dataclass(frozen=True)
class Named:
    """An approver as a page shows it."""

    id: UUID
    asset_id: UUID | None
    name: str
    deputy: str


def approvers_of(lab_id: UUID, asset_id: UUID | None) -> Sequence[Approver]:
    """Those of the asset where it has named some, else those of its lab."""
    query = sa.select(Approver).where(Approver.lab_id == lab_id)
    own = [] if asset_id is None else db.session.scalars(query.where(Approver.asset_id == asset_id)).all()
    return own or db.session.scalars(query.where(Approver.asset_id.is_(None)).order_by(Approver.id)).all()


def approvers_named(lab_id: UUID) -> list[Named]:
    """All approvers of a lab and its assets, with names."""
    deputy = aliased(Person)
    query = (
        sa.select(Approver.id, Approver.asset_id, Person.name, deputy.name.label("deputy"))
        .join(Person, Person.id == Approver.person_id)
        .outerjoin(deputy, deputy.id == Approver.deputy_id)
        .where(Approver.lab_id == lab_id)
        .order_by(Approver.id)
    )
    return [Named(row.id, row.asset_id, row.name, row.deputy or "") for row in db.session.execute(query)]


def people_of(organisation_id: UUID) -> dict[UUID, str]:
    """The members of an organisation by name."""
    query = (
        sa.select(Person.id, Person.name)
        .join(Membership, Membership.person_id == Person.id)
        .where(Membership.organisation_id == organisation_id, Membership.ended_on.is_(None), Person.erased_at.is_(None))
        .order_by(Person.name, Person.id)
    )
    return {row.id: row.name for row in db.session.execute(query)}


def managers_of(lab_id: UUID) -> frozenset[UUID]:
    """The people who manage a lab now."""
    now = clock.now()
    query = sa.select(RoleGrant.person_id).where(
        RoleGrant.role == Role.LAB_MANAGER,
        RoleGrant.scope == Scope.LAB,
        RoleGrant.scope_id == lab_id,
        RoleGrant.began_at <= now,
        sa.or_(RoleGrant.ends_at.is_(None), RoleGrant.ends_at > now),
    )
    return frozenset(db.session.scalars(query))
