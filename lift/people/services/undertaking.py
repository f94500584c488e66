"""Which undertaking a firm is: its VAT number, and the firms it is tied to (Recommendation 2003/361/EC, article 3)."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from lift.core import audit, clock
from lift.core.actor import Actor
from lift.core.db import savepoint, transaction
from lift.core.errors import Conflict, Invalid, NotFound, Problem
from lift.people import policy, texts
from lift.people.enums import LinkKind, VatState
from lift.people.models import CompanyLink
from lift.people.services.doors import owned_company


def declare_vat_number(actor: Actor, organisation_id: UUID, typed: str) -> str:
    """Keep the number in canonical form, not yet checked. Invalid by form, Conflict when another firm has it (S2)."""
    number = policy.canonical_vat(typed)
    problems = policy.vat_problems(number)
    with transaction():
        company = owned_company(actor, organisation_id)
        if problems:
            raise Invalid(problems)
        before = company.vat_number
        if number == before:
            return number
        try:
            with savepoint():
                company.vat_number, company.vat_state, company.vat_checked_at = number, VatState.UNCHECKED, None
        except IntegrityError as error:
            raise Conflict(Problem("S2", texts.VAT_TAKEN, owner=policy.OWNER, field="vat_number")) from error
        audit.record(
            actor, "people.vat_declared", "organisation", organisation_id,
            before={"vat_number": before}, after={"vat_number": number},
        )  # fmt: skip
        return number


def declare_link(actor: Actor, organisation_id: UUID, kind: LinkKind, name: str, typed: str) -> CompanyLink:
    """A dated declaration that another firm is linked or a partner; one live declaration a firm."""
    number = policy.canonical_vat(typed)
    problems = [replace(each, field="link_vat_number") for each in policy.vat_problems(number)]
    with transaction() as session:
        company = owned_company(actor, organisation_id)
        if problems:
            raise Invalid(problems)
        if number == company.vat_number:
            raise Invalid(Problem("S2", texts.LINK_TO_SELF, owner=policy.OWNER, field="link_vat_number"))
        row = CompanyLink(
            organisation_id=organisation_id, kind=kind, name=name, vat_number=number,
            declared_on=clock.now().date(), declared_by=actor.person_id,
        )  # fmt: skip
        try:
            with savepoint():
                session.add(row)
        except IntegrityError as error:
            problem = Problem("S2", texts.LINKED_ALREADY, owner=policy.OWNER, field="link_vat_number")
            raise Conflict(problem) from error
        audit.record(
            actor, "people.link_declared", "organisation", organisation_id, after={"kind": kind, "vat_number": number}
        )
        return row


def end_link(actor: Actor, organisation_id: UUID, link_id: UUID) -> None:
    """The tie is no more from today; the declaration stays as history. NotFound for another firm's, or an ended one."""
    with transaction() as session:
        owned_company(actor, organisation_id)
        live = sa.select(CompanyLink).where(
            CompanyLink.id == link_id,
            CompanyLink.organisation_id == organisation_id,
            CompanyLink.ended_on.is_(None),
        )
        row = session.scalar(live.with_for_update())
        if row is None:
            raise NotFound
        row.ended_on = clock.now().date()
        audit.record(actor, "people.link_ended", "organisation", organisation_id, before={"vat_number": row.vat_number})
