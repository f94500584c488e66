"""Load and authorise in one step: what is somebody else's does not exist, what is one's own firm's may be forbidden."""

from __future__ import annotations

from uuid import UUID

from lift.core.actor import Actor
from lift.core.db import db
from lift.core.errors import NotFound, Problem, require, require_found
from lift.people import permissions, policy, queries, texts
from lift.people.models import Company, Person


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
