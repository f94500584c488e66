"""Organisations, companies, people: straight rows, so that other features' tests need none of people's verbs.

They commit: a verb that is refused rolls back, and must not take them along.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import count
from typing import Any
from uuid import UUID, uuid4

from lift.core.actor import SYSTEM, Actor, Role, Scope
from lift.core.db import db
from lift.people import proofs, queries, services
from lift.people.enums import OrganisationKind, SizeClass
from lift.people.models import Account, Company, Membership, Organisation, Person, RoleGrant

_numbers = count(1)

GrantSpec = tuple[Role, Scope, UUID | None]


def make_organisation(
    name: str | None = None,
    *,
    kind: OrganisationKind = OrganisationKind.UNIVERSITY,
    country: str = "IT",
    **values: Any,
) -> Organisation:
    """Any body, committed. ``slug`` and ``short_name`` follow from the name."""
    number = next(_numbers)
    name = name or f"Università Immaginaria {number}"
    values.setdefault("slug", f"{'-'.join(name.lower().split())}-{number}")
    values.setdefault("short_name", name)
    row = Organisation(name=name, kind=kind, country=country, **values)
    db.session.add(row)
    db.session.commit()
    return row


def make_company(
    name: str | None = None, *, size_class: SizeClass = SizeClass.SMALL, country: str = "IT", **values: Any
) -> Organisation:
    """An SME: organisation and company row, committed. ``company__x`` would be too clever: Company fields by their names."""
    fields = {
        "vat_number",
        "nace",
        "heads",
        "size_declared_on",
        "hub_organisation_id",
        "contact_email",
        "machines_note",
    }
    own = {key: values.pop(key) for key in list(values) if key in fields}
    name = name or f"Officina Inventata {next(_numbers)}"
    row = make_organisation(name, kind=OrganisationKind.COMPANY, country=country, **values)
    row.company = Company(organisation_id=row.id, size_class=size_class, **own)
    db.session.commit()
    return row


def make_person(
    name: str = "Piera Esempio",
    organisation: Organisation | Sequence[Organisation] | None = None,
    roles: Iterable[GrantSpec] = (),
    *,
    email: str | None = None,
    password: str | None = None,
    language: str = "en",
) -> Person:
    """A person with an account, memberships, and role grants (held while acting for the first organisation); committed."""
    person = Person(name=name, language=language)
    account = Account(person=person, email=email, fs_uniquifier=uuid4().hex)
    account.password = proofs.new_password_hash(password) if password else None
    db.session.add_all([person, account])
    db.session.commit()
    bodies = [organisation] if isinstance(organisation, Organisation) else list(organisation or [])
    for body in bodies:
        db.session.add(Membership(person_id=person.id, organisation_id=body.id))
        db.session.commit()  # one by one: the order of membership is the order given
    for role, scope, scope_id in roles:
        give_role(person, bodies[0], role, scope, scope_id)
    db.session.commit()
    return person


def give_role(
    person: Person, organisation: Organisation, role: Role, scope: Scope, scope_id: UUID | None = None
) -> None:
    """A role grant while acting for ``organisation``, committed."""
    db.session.add(
        RoleGrant(person_id=person.id, organisation_id=organisation.id, role=role, scope=scope, scope_id=scope_id)
    )
    db.session.commit()


def make_owner(organisation: Organisation, name: str = "Olga Padrona", **values: Any) -> Person:
    """Owner of a company."""
    return make_person(name, organisation, [(Role.OWNER, Scope.COMPANY, organisation.id)], **values)


def make_learner(organisation: Organisation, name: str = "Tino Tecnico", **values: Any) -> Person:
    """Learner of a company."""
    return make_person(name, organisation, [(Role.LEARNER, Scope.COMPANY, organisation.id)], **values)


def account_of(person: Person) -> Account:
    """The person's account."""
    return db.session.scalars(db.select(Account).filter_by(person_id=person.id)).one()


def actor_for(person: Person, organisation: Organisation | None = None) -> Actor:
    """The actor that a page or token of this person would have; without organisation their first one."""
    return queries.actor_of(person.id, organisation.id if organisation else None)


def make_token(person: Person, scopes: Sequence[str], organisation: Organisation | None = None) -> dict[str, str]:
    """Headers of an API call by this person: a real token with these scopes."""
    wanted = services.Wanted(tuple(scopes), organisation.id if organisation else None)
    made = services.issue_token(SYSTEM, person.id, wanted, frozenset(scopes))
    return {"Authorization": f"Bearer {made.token}"}
