"""Roles: given by who may pass them on, ended, always dated (RULES R1, R4, R5)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from lift.core import audit, clock
from lift.core.actor import Actor, Grant, Role, Scope
from lift.core.db import db, transaction
from lift.core.errors import Forbidden, NotFound, Problem, Refused, require_found
from lift.core.locks import lock_rows
from lift.people import permissions, policy, queries, texts
from lift.people.models import Organisation, RoleGrant


def grant_role(
    actor: Actor,
    person_id: UUID,
    organisation_id: UUID,
    role: Role,
    scope: Scope,
    scope_id: UUID | None = None,
    *,
    reason: str = "",
    ends_at: datetime | None = None,
) -> RoleGrant:
    """Give a role to a member of the acting organisation. Forbidden beyond what the actor may pass on."""
    with transaction():
        if not actor.is_system and actor.organisation_id != organisation_id:
            raise NotFound
        problems = policy.grant_problems(actor, Grant(role, scope, scope_id), person_id == actor.person_id)
        if problems:
            raise Forbidden(problems)
        if queries.live_membership(person_id, organisation_id) is None:
            raise Refused(Problem("R1", texts.NOT_A_MEMBER, owner=policy.OWNER))
        return give(actor, person_id, organisation_id, role, scope, scope_id, reason, ends_at)


def give(
    actor: Actor,
    person_id: UUID,
    organisation_id: UUID,
    role: Role,
    scope: Scope,
    scope_id: UUID | None,
    reason: str,
    ends_at: datetime | None = None,
) -> RoleGrant:
    """Write the grant and its audit entry; the same live grant twice is one. Callers have judged."""
    with transaction() as session:
        live = queries.live_grant(person_id, organisation_id, Grant(role, scope, scope_id))
        if live is not None:
            return live
        row = RoleGrant(
            person_id=person_id,
            organisation_id=organisation_id,
            role=role,
            scope=scope,
            scope_id=scope_id,
            began_at=clock.now(),
            ends_at=ends_at,
            granted_by=actor.person_id,
            reason=reason,
        )
        session.add(row)
        session.flush()
        after = {"person": person_id, "role": role, "scope": scope, "scope_id": scope_id}
        audit.record(actor, "people.role_given", "role_grant", row.id, after=after, reason=reason or None)
        return row


def end_role(actor: Actor, grant_id: UUID, reason: str = "") -> None:
    """End a grant that the actor could have given. The last administrator stays one (RULES R6)."""
    with transaction():
        row = require_found(db.session.get(RoleGrant, grant_id))
        if not permissions.may_reach_grant(actor, row):
            raise NotFound
        problems = policy.end_problems(actor, Grant(row.role, row.scope, row.scope_id))
        if problems:
            raise Forbidden(problems)
        lock_rows(Organisation, [row.organisation_id])
        _keep_one(row)
        if row.ends_at is None or row.ends_at > clock.now():
            row.ends_at = clock.now()
            before = {"person": row.person_id, "role": row.role, "scope": row.scope, "scope_id": row.scope_id}
            audit.record(actor, "people.role_ended", "role_grant", row.id, before=before, reason=reason or None)


def _keep_one(row: RoleGrant) -> None:
    """An organisation keeps an administrator, the network a coordinator."""
    runs = (row.role, row.scope) in queries.ADMINS and queries.admins_of(row.scope_id or UUID(int=0)) == {row.person_id}
    if runs or (row.role == Role.COORDINATOR and queries.coordinators() == {row.person_id}):
        raise Refused(Problem("R6", texts.LAST_OWNER, owner=policy.OWNER))
