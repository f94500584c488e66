"""Who may do what with partners and groups. Pure."""

from __future__ import annotations

from uuid import UUID

from lift.core.actor import Actor, Role, Scope
from lift.people.enums import OrganisationKind

ACADEMIC = (OrganisationKind.UNIVERSITY,)
JOINING = (
    OrganisationKind.UNIVERSITY,
    OrganisationKind.COMPETENCE_CENTRE,
    OrganisationKind.LABORATORY,
    OrganisationKind.TRAINING_PROVIDER,
)


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


def can_answer_request(actor: Actor, kind: OrganisationKind) -> bool:
    """Who may let a body into a group: the office to which it is routed (V4)."""
    return can_move_partner(actor, kind)


def can_ask_to_join(actor: Actor, kind: OrganisationKind | None) -> bool:
    """People of academic bodies, laboratories and training providers (N12); firms learn in sessions."""
    return actor.person_id is not None and kind in JOINING


def can_work_in_group(actor: Actor, group_id: UUID) -> bool:
    """The group's people: lead, authors, reviewers."""
    inside = (Role.LEAD, Role.AUTHOR, Role.REVIEWER)
    return actor.is_system or any(actor.has(role, Scope.WORKING_GROUP, group_id) for role in inside)


def can_lead_group(actor: Actor, group_id: UUID) -> bool:
    """The lead of the group."""
    return actor.is_system or actor.has(Role.LEAD, Scope.WORKING_GROUP, group_id)
