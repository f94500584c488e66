"""Who manages a lab."""

from __future__ import annotations

from uuid import UUID

import sqlalchemy as sa

from lift.core import clock
from lift.core.actor import Role, Scope
from lift.core.db import db
from lift.people.models import RoleGrant


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
