"""Who may: small named questions, pure."""

from __future__ import annotations

from uuid import UUID

from lift.core.actor import Actor, Role, Scope
from lift.people.models import RoleGrant


def owns_company(actor: Actor, organisation_id: UUID) -> bool:
    """Owner or HR of this company, while acting for it (PA1)."""
    return actor.is_system or (
        actor.organisation_id == organisation_id and actor.has(Role.OWNER, Scope.COMPANY, organisation_id)
    )


def manages_people(actor: Actor, organisation_id: UUID) -> bool:
    """Owner or HR of a company, administrator of a partner, while acting for it."""
    return owns_company(actor, organisation_id) or (
        actor.organisation_id == organisation_id and actor.has(Role.PARTNER_ADMIN, Scope.PARTNER, organisation_id)
    )


def decides_for_network(actor: Actor) -> bool:
    """A coordinator; a role for the whole network takes two of them (RULES R5)."""
    return actor.is_system or actor.has(Role.COORDINATOR, Scope.NETWORK)


def belongs_to(actor: Actor, organisation_id: UUID) -> bool:
    """Acts for this organisation."""
    return actor.is_system or actor.organisation_id == organisation_id


def can_see_organisation(actor: Actor, organisation_id: UUID, *, is_company: bool) -> bool:
    """Companies are hidden from other organisations (RULES R10); all other bodies are public."""
    return not is_company or belongs_to(actor, organisation_id)


def may_reach_grant(actor: Actor, grant: RoleGrant) -> bool:
    """A role of the acting organisation; a coordinator reaches those for the whole network wherever they are held."""
    return belongs_to(actor, grant.organisation_id) or (grant.scope == Scope.NETWORK and decides_for_network(actor))
