"""Organisations and people entered by the network's office or by a seed, not by themselves."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from lift.core import audit
from lift.core.actor import Actor, Grant, Role, Scope
from lift.core.db import transaction
from lift.core.errors import Forbidden, NotFound, Problem, require
from lift.core.i18n import Text
from lift.people import policy, texts
from lift.people.enums import OrganisationKind
from lift.people.models import Company, Organisation, Person
from lift.people.services import accounts
from lift.people.services.grants import give
from lift.people.services.membership import join

OFFICE = (Role.COORDINATOR, Role.ACTIVITY_LEADER, Role.BUSINESS_OWNER)


def enter_organisation(
    slug: str, name: str, kind: OrganisationKind, country: str, *, actor: Actor, company: dict[str, Any] | None = None,
    **values: Any,
) -> Organisation:  # fmt: skip
    """Any body; ``company`` holds the columns that an SME adds, ``values`` further columns of Organisation."""
    _require_office(actor)
    with transaction() as session:
        row = Organisation(slug=slug, name=name, kind=kind, country=country, **values)
        session.add(row)
        session.flush()
        if company is not None:
            row.company = Company(organisation_id=row.id, **company)
            session.flush()
        audit.record(actor, "people.enter_organisation", "organisation", row.id, after={"kind": kind.value})
        return row


def enter_person(
    name: str, organisation_ids: Iterable[UUID], grants: Iterable[Grant], *, actor: Actor, email: str | None = None,
    password: str | None = None, **values: Any,
) -> Person:  # fmt: skip
    """A person with an account, memberships, and roles held for the first organisation; ``values`` are Person's columns."""
    _require_office(actor)
    homes, wanted = list(organisation_ids), list(grants)
    if wanted and not actor.is_system and actor.organisation_id != homes[0]:
        raise NotFound  # a role given while acting for one body counts for that body only
    beyond = [p for grant in wanted for p in policy.grant_problems(actor, grant, to_self=False)]
    if beyond:
        raise Forbidden(beyond)
    with transaction() as session:
        person = Person(name=name, **values)
        session.add(person)
        session.flush()
        accounts.create_account(actor, person, email, password)
        for organisation_id in homes:
            join(actor, person.id, organisation_id)
        for grant in wanted:
            give(actor, person.id, homes[0], grant.role, grant.scope, grant.scope_id, "entered")
        audit.record(actor, "people.enter_person", "person", person.id)
        return person


def _require_office(actor: Actor) -> None:
    allowed = actor.is_system or any(actor.has(role, Scope.NETWORK) for role in OFFICE)
    require(allowed, Problem("R5", Text(texts.NOT_THE_OFFICE), owner="people"))
