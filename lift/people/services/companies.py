"""A firm by its owner: size as declared, contact, people with and without an address, the end of a membership."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from uuid import UUID, uuid4

import sqlalchemy as sa

from lift.core import audit, clock, events, registry
from lift.core.actor import Actor, Role, Scope
from lift.core.db import transaction
from lift.core.errors import Invalid, Problem, Refused, require_found
from lift.core.locks import lock_rows
from lift.people import policy, queries, texts
from lift.people.enums import SizeClass
from lift.people.models import Company, Membership, Organisation, Person, RoleGrant, SizeDeclaration
from lift.people.services import accounts, cards, tokens
from lift.people.services.doors import employee_of, owned_company
from lift.people.services.grants import give, grant_role


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


def join(actor: Actor, person_id: UUID, organisation_id: UUID) -> Membership:
    """Belong to an organisation from today; joining twice changes nothing. Callers decide who may."""
    with transaction() as session:
        lock_rows(Person, [person_id])
        live = queries.live_membership(person_id, organisation_id)
        if live is not None:
            return live
        row = Membership(person_id=person_id, organisation_id=organisation_id, began_on=clock.now().date())
        session.add(row)
        session.flush()
        audit.record(actor, "people.joined", "person", person_id, after={"organisation": organisation_id})
        return row


def make_owner(actor: Actor, organisation_id: UUID, person_id: UUID) -> RoleGrant:
    """A second owner or HR, by one who is."""
    with transaction():
        employee_of(actor, organisation_id, person_id)
        return grant_role(
            actor, person_id, organisation_id, Role.OWNER, Scope.COMPANY, organisation_id, reason="made owner"
        )


def end_membership(actor: Actor, organisation_id: UUID, person_id: UUID) -> None:
    """The person leaves: roles, tokens, open bookings and seats end in one step (RULES R9); certificates stay theirs.

    The last owner cannot leave without a successor (RULES R6).
    """
    with transaction() as session:
        employee_of(actor, organisation_id, person_id)
        lock_rows(Company, [organisation_id])  # two last owners do not leave at once
        if queries.owners_of(organisation_id) == {person_id}:
            raise Refused(Problem("R6", texts.LAST_OWNER, owner=policy.OWNER))
        now = clock.now()
        grants = sa.update(RoleGrant).where(
            RoleGrant.person_id == person_id,
            RoleGrant.organisation_id == organisation_id,
            sa.or_(RoleGrant.ends_at.is_(None), RoleGrant.ends_at > now),
        )
        session.execute(grants.values(ends_at=now).execution_options(synchronize_session=False))
        tokens.revoke_all(actor, person_id, organisation_id)
        live = require_found(queries.live_membership(person_id, organisation_id))
        live.ended_on = now.date()
        session.flush()
        for holder in registry.holders().values():
            holder.release(person_id, organisation_id)
        if not queries.memberships_of(person_id):  # who stays elsewhere keeps the card
            cards.revoke_live_card(actor, person_id)
        require_found(queries.account_of(person_id)).fs_uniquifier = uuid4().hex  # every cookie of theirs dies
        audit.record(actor, "people.left", "person", person_id, before={"organisation": organisation_id})
        events.announce("people.signed_out", person_id=person_id)
