"""Who acts: a person, for one organisation, with the role grants loaded once. An argument, never read from a request."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID


class Role(StrEnum):
    """RULES R3."""

    OWNER = "owner"  # company: owner or HR
    LEARNER = "learner"
    LEAD = "lead"
    AUTHOR = "author"
    REVIEWER = "reviewer"
    TRAINER = "trainer"
    QUALIFIER = "qualifier"
    LAB_MANAGER = "lab_manager"
    LAB_TECHNICIAN = "lab_technician"
    PARTNER_ADMIN = "partner_admin"
    SIGNATORY = "signatory"
    OFFICER = "officer"
    ACTIVITY_LEADER = "activity_leader"
    BUSINESS_OWNER = "business_owner"
    COORDINATOR = "coordinator"
    AUDITOR = "auditor"
    ACCOUNTANT = "accountant"  # sees the documents of one company, nothing else (S16)
    OPERATOR = "operator"  # keeps the installation running: failed jobs, refused batches, doctor


class Scope(StrEnum):
    """What a role grant is bound to."""

    NETWORK = "network"
    PARTNER = "partner"
    LAB = "lab"
    ASSET_TYPE = "asset_type"
    WORKING_GROUP = "working_group"
    COMPANY = "company"
    CLUSTER = "cluster"
    SESSION = "session"


@dataclass(frozen=True)
class Grant:
    """One role in one scope; ``scope_id`` is None for the network."""

    role: Role
    scope: Scope
    scope_id: UUID | None = None


@dataclass(frozen=True)
class Actor:
    """Person, acting organisation and the grants that count while acting for it."""

    person_id: UUID | None
    pseudonym: UUID | None
    organisation_id: UUID | None
    name: str = ""
    grants: frozenset[Grant] = field(default_factory=frozenset)
    is_system: bool = False

    def has(self, role: Role, scope: Scope | None = None, scope_id: UUID | None = None) -> bool:
        """True when a grant of ``role`` matches; scope and id narrow it. A network grant matches every scope."""
        return any(
            g.role == role
            and (scope is None or g.scope == Scope.NETWORK or (g.scope == scope and scope_id in (None, g.scope_id)))
            for g in self.grants
        )

    def scope_ids(self, role: Role, scope: Scope) -> frozenset[UUID]:
        """The ids of all scopes of this kind in which the actor holds ``role``."""
        return frozenset(g.scope_id for g in self.grants if g.role == role and g.scope == scope and g.scope_id)


SYSTEM = Actor(person_id=None, pseudonym=None, organisation_id=None, name="LIFT", is_system=True)
ANONYMOUS = Actor(person_id=None, pseudonym=None, organisation_id=None)
