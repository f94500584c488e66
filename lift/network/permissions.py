"""Who may do what with partners and groups. Pure."""

from __future__ import annotations

from uuid import UUID

from lift.core.actor import Actor, Role, Scope
from lift.people.enums import OrganisationKind

ACADEMIC = (OrganisationKind.UNIVERSITY,)


def can_move_partner(actor: Actor, kind: OrganisationKind) -> bool:
    """The activity leader moves academic bodies, the business owner labs and training providers (V4)."""
    role = Role.ACTIVITY_LEADER if kind in ACADEMIC else Role.BUSINESS_OWNER
    return actor.is_system or actor.has(role, Scope.NETWORK) or actor.has(Role.COORDINATOR, Scope.NETWORK)


def can_see_pipeline(actor: Actor) -> bool:
    """Everybody in the network's office."""
    return any(
        actor.has(role, Scope.NETWORK)
        for role in (Role.ACTIVITY_LEADER, Role.BUSINESS_OWNER, Role.COORDINATOR, Role.AUDITOR)
    )


def can_lead_group(actor: Actor, group_id: UUID) -> bool:
    """The lead of the group."""
    return actor.is_system or actor.has(Role.LEAD, Scope.WORKING_GROUP, group_id)
