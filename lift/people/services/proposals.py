"""Roles for the whole network: proposed by one coordinator, given by another (RULES R5); neither is who receives (R4)."""

from __future__ import annotations

from uuid import UUID

from lift.core import audit, clock
from lift.core.actor import Actor, Role, Scope
from lift.core.db import transaction
from lift.core.errors import Forbidden, Invalid, Problem, Refused, require, require_found
from lift.core.locks import lock_rows
from lift.people import permissions, policy, queries, texts
from lift.people.models import Person, RoleGrant, RoleProposal
from lift.people.services.grants import give


def propose_network_role(
    actor: Actor, person_id: UUID, organisation_id: UUID, role: Role, reason: str
) -> RoleProposal:  # fmt: skip
    """The first of two coordinators. The same open proposal twice is one."""
    if not reason.strip():
        raise Invalid(Problem("R5", texts.REASON_MISSING, owner=policy.OWNER, field="reason"))
    with transaction() as session:
        _coordinator(actor, person_id)
        if queries.live_membership(person_id, organisation_id) is None:
            raise Refused(Problem("R1", texts.NOT_A_MEMBER, owner=policy.OWNER))
        lock_rows(Person, [person_id])
        live = queries.open_proposal(person_id, organisation_id, role)
        if live is not None:
            return live
        row = RoleProposal(
            person_id=person_id, organisation_id=organisation_id, role=role, reason=reason.strip(),
            proposed_by=require_found(actor.person_id), proposed_at=clock.now(),
        )  # fmt: skip
        session.add(row)
        session.flush()
        after = {"person": person_id, "role": role}
        audit.record(actor, "people.role_proposed", "role_proposal", row.id, after=after, reason=row.reason)
        return row


def second_network_role(actor: Actor, proposal_id: UUID) -> RoleGrant:
    """The second coordinator gives the role. Forbidden for who proposed it and for who receives it."""
    with transaction():
        row = _locked(proposal_id)
        _coordinator(actor, row.person_id)
        if row.proposed_by == actor.person_id:
            raise Forbidden(Problem("R5", texts.SECOND_IS_FIRST, owner=policy.OWNER))
        if not permissions.decides_for_network(_first_of(row)):
            raise Refused(Problem("R5", texts.PROPOSAL_WORTHLESS, owner=policy.OWNER))
        if queries.live_membership(row.person_id, row.organisation_id) is None:
            raise Refused(Problem("R1", texts.NOT_A_MEMBER, owner=policy.OWNER))
        row.seconded_by, row.closed_at = actor.person_id, clock.now()
        return give(actor, row.person_id, row.organisation_id, row.role, Scope.NETWORK, None, row.reason)


def drop_proposal(actor: Actor, proposal_id: UUID) -> None:
    """Any coordinator ends a proposal that shall not come about."""
    with transaction():
        row = _locked(proposal_id)
        require(permissions.decides_for_network(actor), Problem("R5", texts.COORDINATORS_ONLY, owner=policy.OWNER))
        row.closed_at = clock.now()
        audit.record(actor, "people.role_proposal_dropped", "role_proposal", row.id)


def _coordinator(actor: Actor, receiver: UUID) -> None:
    require(permissions.decides_for_network(actor), Problem("R5", texts.COORDINATORS_ONLY, owner=policy.OWNER))
    require(actor.person_id != receiver, Problem("R4", texts.GRANT_TO_SELF, owner=policy.OWNER))


def _first_of(row: RoleProposal) -> Actor:
    """Who proposed it, with the roles they hold today in any of their organisations."""
    homes = [m.organisation_id for m in queries.memberships_of(row.proposed_by)]
    actors = [queries.actor_of(row.proposed_by, home) for home in homes]
    found = [actor for actor in actors if permissions.decides_for_network(actor)]
    return found[0] if found else queries.actor_of(row.proposed_by, None)


def _locked(proposal_id: UUID) -> RoleProposal:
    rows = lock_rows(RoleProposal, [proposal_id])
    row = require_found(rows[0] if rows else None)
    if row.closed_at is not None:
        raise Refused(Problem("R5", texts.PROPOSAL_OVER, owner=policy.OWNER))
    return row
