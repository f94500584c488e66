"""Load and authorise in one step: what is somebody else's does not exist, what is one's own firm's may be forbidden."""

from __future__ import annotations

from uuid import UUID

from lift.core.actor import Actor
from lift.core.db import db
from lift.core.errors import NotFound, Problem, require, require_found
from lift.people import permissions, policy, queries, texts
from lift.people.models import Company, Organisation, Person


def owned_company(actor: Actor, organisation_id: UUID | None) -> Company:
    """The company, for its owner. NotFound for strangers, Forbidden for its other people."""
    company = db.session.get(Company, organisation_id) if organisation_id else None
    if company is None or not permissions.belongs_to(actor, company.organisation_id):
        raise NotFound
    allowed = permissions.owns_company(actor, company.organisation_id)
    require(allowed, Problem("R3", texts.NOT_OWNER, owner=policy.OWNER))
    return company


def employee_of(actor: Actor, organisation_id: UUID, person_id: UUID) -> Person:
    """A person of the actor's own company; NotFound for anybody else's."""
    owned_company(actor, organisation_id)
    return require_found(queries.member(organisation_id, person_id))


def managed(actor: Actor, organisation_id: UUID) -> Organisation:
    """The organisation, for who looks after its people. NotFound for strangers, Forbidden for its other people."""
    organisation = db.session.get(Organisation, organisation_id)
    if organisation is None or not permissions.belongs_to(actor, organisation_id):
        raise NotFound
    require(permissions.manages_people(actor, organisation_id), Problem("R3", texts.NOT_MANAGER, owner=policy.OWNER))
    return organisation


def colleague_of(actor: Actor, organisation_id: UUID, person_id: UUID) -> Person:
    """Oneself, or a person of the organisation whose people one looks after; NotFound for anybody else."""
    if actor.person_id != person_id or actor.organisation_id != organisation_id:
        managed(actor, organisation_id)
    return require_found(queries.member(organisation_id, person_id))
