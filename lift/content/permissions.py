"""Who may do what with content. Pure."""

from __future__ import annotations

from uuid import UUID

from lift.content.enums import VersionState
from lift.content.models import ModuleVersion
from lift.core.actor import Actor, Role, Scope


def can_author(actor: Actor, group_id: UUID) -> bool:
    """Authors and the lead of the working group."""
    return actor.is_system or any(actor.has(role, Scope.WORKING_GROUP, group_id) for role in (Role.AUTHOR, Role.LEAD))


def can_publish(actor: Actor, group_id: UUID) -> bool:
    """The lead."""
    return actor.is_system or actor.has(Role.LEAD, Scope.WORKING_GROUP, group_id)


def can_review(actor: Actor, version: ModuleVersion) -> bool:
    """Somebody who holds the reviewer's role and did not write the version."""
    return actor.has(Role.REVIEWER) and actor.person_id not in {*version.author_ids, version.created_by}


def can_recall(actor: Actor, group_id: UUID) -> bool:
    """The lead of the group, and the people of any lab: they know their machines (A19)."""
    lab = actor.has(Role.LAB_MANAGER) or actor.has(Role.LAB_TECHNICIAN)
    return can_publish(actor, group_id) or lab


def can_see_draft(actor: Actor, group_id: UUID, version: ModuleVersion) -> bool:
    """The group's people and its reviewers."""
    return can_author(actor, group_id) or can_review(actor, version)


def can_see_version(actor: Actor, group_id: UUID, version: ModuleVersion) -> bool:
    """The group's people and its reviewers; labs see what was published."""
    shown = version.state in (VersionState.PUBLISHED, VersionState.RETIRED)
    return can_see_draft(actor, group_id, version) or (shown and can_recall(actor, group_id))
