"""A firm by its owner: size as declared, contact, people with and without an address."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from uuid import UUID

from lift.core import audit, clock
from lift.core.actor import Actor, Role, Scope
from lift.core.db import transaction
from lift.core.errors import Invalid, Problem
from lift.people import policy, queries, texts
from lift.people.enums import SizeClass
from lift.people.models import Organisation, Person, RoleGrant, SizeDeclaration
from lift.people.services import accounts
from lift.people.services.doors import employee_of, owned_company
from lift.people.services.grants import give, grant_role
from lift.people.services.membership import join


@dataclass(frozen=True)
class NewEmployee:
    """What it takes to be an employee here: a name and a language (L14); an address only for who has one."""

    name: str
    language: str = "en"
    email: str | None = None
    job_title: str = ""


def declare_size(actor: Actor, organisation_id: UUID, answers: policy.SizeAnswers) -> SizeClass:
    """Keep a dated declaration; the newest one gives the class (Recommendation 2003/361/EC)."""
    with transaction() as session:
        company = owned_company(actor, organisation_id)
        found = policy.size_class(answers)
        before = {"size_class": company.size_class, "heads": company.heads}
        session.add(
            SizeDeclaration(
                organisation_id=organisation_id,
                size_class=found,
                heads=answers.heads,
                answers=asdict(answers),
                declared_by=actor.person_id,
                declared_on=clock.now().date(),
            )
        )
        company.size_class, company.heads, company.size_declared_on = found, answers.heads, clock.now().date()
        after = {"size_class": found, "heads": answers.heads}
        audit.record(actor, "people.size_declared", "organisation", organisation_id, before=before, after=after)
        return found


def change_profile(
    actor: Actor, organisation_id: UUID, *, contact_email: str | None, website: str | None, city: str
) -> None:
    """Who gets the mail of people without an address, and where the firm is found."""
    with transaction() as session:
        company = owned_company(actor, organisation_id)
        organisation = session.get_one(Organisation, organisation_id)
        company.contact_email = queries.normal_email(contact_email) if contact_email else None
        organisation.website, organisation.city = website or None, city
        audit.record(actor, "people.profile_changed", "organisation", organisation_id)


def add_employee(actor: Actor, organisation_id: UUID, new: NewEmployee, link: accounts.Link | None = None) -> Person:
    """A learner of this company. With an address they get a mail to choose a password, without one they get a card."""
    if not new.name.strip():
        raise Invalid(Problem("L14", texts.NAME_MISSING, field="name"))
    with transaction() as session:
        company = owned_company(actor, organisation_id)
        person = Person(name=" ".join(new.name.split()), language=new.language, job_title=new.job_title.strip())
        session.add(person)
        session.flush()
        account = accounts.create_account(actor, person, new.email)
        join(actor, person.id, organisation_id)
        give(actor, person.id, organisation_id, Role.LEARNER, Scope.COMPANY, organisation_id, "employee")
        if account.email and link:
            name = company.organisation.name
            accounts.mail_reset_link(account, link, texts.MAIL_WELCOME_SUBJECT, texts.MAIL_WELCOME_BODY, company=name)
        return person


def make_owner(actor: Actor, organisation_id: UUID, person_id: UUID) -> RoleGrant:
    """A second owner or HR, by one who is."""
    with transaction():
        employee_of(actor, organisation_id, person_id)
        return grant_role(
            actor, person_id, organisation_id, Role.OWNER, Scope.COMPANY, organisation_id, reason="made owner"
        )
