"""Who may do what in training. Pure: actor and rows in, yes or no out."""

from __future__ import annotations

from uuid import UUID

from lift.core.actor import Actor, Role, Scope
from lift.training.models import Certificate, Enrolment, PilotSession


def can_enrol_for(actor: Actor, organisation_id: UUID) -> bool:
    """A company's owner or HR enrols its people, acting for that company."""
    return actor.organisation_id == organisation_id and actor.has(Role.OWNER, Scope.COMPANY, organisation_id)


def can_ask_for_seat(actor: Actor, organisation_id: UUID) -> bool:
    """Who acts for a company asks for a seat of their own; whether they belong to it is a rule of enrolling (E2)."""
    return actor.person_id is not None and actor.organisation_id == organisation_id


def can_withdraw(actor: Actor, enrolment: Enrolment) -> bool:
    """The person, or the company's owner."""
    mine = actor.person_id is not None and actor.person_id == enrolment.person_id
    return mine or can_enrol_for(actor, enrolment.organisation_id)


def can_open_session(actor: Actor, organisation_id: UUID, lab_id: UUID) -> bool:
    """The host lab's manager, the partner's admin, or the network's coordinators."""
    return actor.is_system or (
        actor.organisation_id == organisation_id
        and (
            actor.has(Role.LAB_MANAGER, Scope.LAB, lab_id)
            or actor.has(Role.PARTNER_ADMIN, Scope.PARTNER, organisation_id)
        )
    )


def can_teach(actor: Actor, session: PilotSession, trainer_ids: frozenset[UUID]) -> bool:
    """Its trainers and the host lab's manager."""
    return actor.person_id in trainer_ids or actor.has(Role.LAB_MANAGER, Scope.LAB, session.lab_id)


def can_see_certificate(actor: Actor, certificate: Certificate) -> bool:
    """The holder; everybody else only through the public check."""
    return actor.person_id is not None and actor.person_id == certificate.person_id


def can_revoke_certificate(actor: Actor, session: PilotSession) -> bool:
    """The host partner's admin or the network's coordinators."""
    admin = actor.has(Role.PARTNER_ADMIN, Scope.PARTNER, session.organisation_id)
    return actor.is_system or admin or actor.has(Role.COORDINATOR, Scope.NETWORK)
