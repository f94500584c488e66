"""Asking to belong to an organisation: its administrator answers within five days, or the request lapses (RULES R6)."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa

from lift.core import audit, clock
from lift.core.actor import SYSTEM, Actor, Role, Scope
from lift.core.db import transaction
from lift.core.errors import NotFound, Problem, Refused, require_found
from lift.core.i18n import Text, in_language
from lift.core.locks import lock_rows
from lift.core.mail import queue_mail
from lift.people import policy, queries, texts
from lift.people.enums import JoinState, OrganisationKind
from lift.people.models import JoinRequest, Organisation, Person
from lift.people.services.doors import managed
from lift.people.services.grants import give
from lift.people.services.membership import join

ANSWER_WITHIN = timedelta(days=5)


def ask_to_join(actor: Actor, organisation_id: UUID) -> JoinRequest:
    """Ask a body that everybody sees, or a firm to whose domain the person's proven address belongs. NotFound otherwise.

    That the domain fits is told to the administrator and gives nothing by itself.
    """
    proposed = {row.id for row in queries.bodies_of_my_domain(actor.person_id)}
    with transaction() as session:
        body = require_found(session.get(Organisation, organisation_id))
        if body.kind == OrganisationKind.COMPANY and body.id not in proposed:
            raise NotFound
        return _ask(actor, body, same_domain=body.id in proposed)


def ask_firm(actor: Actor, vat_number: str) -> None:
    """Ask the firm with this VAT number. An unknown number changes nothing and looks the same: firms are not listed."""
    found = queries.company_by_vat(policy.canonical_vat(vat_number))
    if found is not None:
        proposed = {row.id for row in queries.bodies_of_my_domain(actor.person_id)}
        with transaction() as session:
            body = session.get_one(Organisation, found)
            _ask(actor, body, same_domain=body.id in proposed)


def _ask(actor: Actor, body: Organisation, *, same_domain: bool) -> JoinRequest:
    person_id = require_found(actor.person_id)
    with transaction() as session:
        lock_rows(Person, [person_id])
        if queries.live_membership(person_id, body.id):
            raise Refused(Problem("R6", texts.BELONGS_ALREADY, owner=policy.OWNER))
        open_one = queries.open_join_request(person_id, body.id)
        if open_one is not None:
            return open_one
        now = clock.now()
        row = JoinRequest(
            person_id=person_id, organisation_id=body.id, same_domain=same_domain, asked_at=now,
            decide_by=now + ANSWER_WITHIN,
        )  # fmt: skip
        session.add(row)
        session.flush()
        for address, language in queries.addresses_of_admins(body.id):
            _mail(address, language, row, texts.MAIL_ASKED_SUBJECT, texts.MAIL_ASKED_BODY, "people.join_asked")
        audit.record(actor, "people.join_asked", "join_request", row.id, after={"organisation": body.id})
        return row


def answer_join_request(actor: Actor, request_id: UUID, *, accept: bool) -> JoinRequest:
    """Yes or no by who looks after the people there. A yes makes a member; in a firm also a learner."""
    with transaction():
        row = _open(request_id)
        body = managed(actor, row.organisation_id)
        if row.state != JoinState.OPEN or row.decide_by <= clock.now():
            raise Refused(Problem("R6", texts.JOIN_OVER, owner=policy.OWNER))
        if accept:
            join(actor, row.person_id, body.id)
            if body.kind == OrganisationKind.COMPANY:
                give(actor, row.person_id, body.id, Role.LEARNER, Scope.COMPANY, body.id, "asked to join")
        _close(actor, row, JoinState.ACCEPTED if accept else JoinState.REFUSED)
        _tell_asker(row, texts.MAIL_JOINED_BODY if accept else texts.MAIL_NOT_JOINED_BODY)
        return row


def take_back_join_request(actor: Actor, request_id: UUID) -> None:
    """The person does not want to any more."""
    with transaction():
        row = _open(request_id)
        if row.person_id != actor.person_id:
            raise NotFound
        if row.state == JoinState.OPEN:
            _close(actor, row, JoinState.TAKEN_BACK)


def lapse_join_requests(now: datetime) -> int:
    """End what nobody answered in five days and tell who asked; by the clock."""
    due = sa.select(JoinRequest.id).where(JoinRequest.state == JoinState.OPEN, JoinRequest.decide_by <= now)
    with transaction() as session:
        rows = [row for row in lock_rows(JoinRequest, session.scalars(due)) if row.state == JoinState.OPEN]
        for row in rows:
            _close(SYSTEM, row, JoinState.LAPSED)
            _tell_asker(row, texts.MAIL_LAPSED_BODY)
        return len(rows)


def _open(request_id: UUID) -> JoinRequest:
    rows = lock_rows(JoinRequest, [request_id])
    return require_found(rows[0] if rows else None)


def _close(actor: Actor, row: JoinRequest, state: JoinState) -> None:
    row.state, row.decided_at, row.decided_by = state, clock.now(), actor.person_id
    audit.record(actor, f"people.join_{state.value}", "join_request", row.id, after={"person": row.person_id})


def _tell_asker(row: JoinRequest, body: str) -> None:
    account = queries.account_of(row.person_id)
    if account is not None and account.email:
        _mail(account.email, row.person.language, row, texts.MAIL_ANSWER_SUBJECT, body, "people.join_answered")


def _mail(address: str, language: str, row: JoinRequest, subject: str, body: str, kind: str) -> None:
    said = {"name": row.person.name, "organisation": row.organisation.name}
    queue_mail(
        address, event=str(row.id), kind=kind,
        subject=in_language(Text(subject, said), language), body=in_language(Text(body, said), language),
    )  # fmt: skip
