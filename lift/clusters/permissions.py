"""Who may write on a hub's page. Pure."""

from __future__ import annotations

from uuid import UUID

from lift.core.actor import Actor, Role, Scope


def can_write_hub(actor: Actor, organisation_id: UUID) -> bool:
    """The cluster's own officers."""
    return actor.is_system or actor.has(Role.OFFICER, Scope.CLUSTER, organisation_id)


def can_import_eu_data(actor: Actor) -> bool:
    """Officers of any cluster and the network's office; the data are public."""
    office = (Role.COORDINATOR, Role.ACTIVITY_LEADER, Role.BUSINESS_OWNER)
    return actor.is_system or actor.has(Role.OFFICER) or any(actor.has(role, Scope.NETWORK) for role in office)
