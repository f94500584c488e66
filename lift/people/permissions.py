"""Who may: small named questions, pure."""

from __future__ import annotations

from uuid import UUID

from lift.core.actor import Actor, Role, Scope


def owns_company(actor: Actor, organisation_id: UUID) -> bool:
    """Owner or HR of this company, while acting for it (PA1)."""
    return actor.is_system or (
        actor.organisation_id == organisation_id and actor.has(Role.OWNER, Scope.COMPANY, organisation_id)
    )


def belongs_to(actor: Actor, organisation_id: UUID) -> bool:
    """Acts for this organisation."""
    return actor.is_system or actor.organisation_id == organisation_id


def can_see_organisation(actor: Actor, organisation_id: UUID, *, is_company: bool) -> bool:
    """Companies are hidden from other organisations (RULES R10); all other bodies are public."""
    return not is_company or belongs_to(actor, organisation_id)
