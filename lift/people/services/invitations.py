"""Invitations: for one address, with one role, once, for 14 days; worth what the inviter may still give (PA2, PA3)."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import sqlalchemy as sa

from lift.core import audit, clock
from lift.core.actor import SYSTEM, Actor, Grant
from lift.core.db import db, transaction
from lift.core.errors import Forbidden, Invalid, NotFound, Problem, Refused, require_found
from lift.core.i18n import Text, in_language
from lift.core.locks import lock_rows
from lift.core.mail import queue_mail
from lift.people import policy, queries, texts
from lift.people.models import Account, Invitation, Person
from lift.people.services import accounts
from lift.people.services.doors import managed
from lift.people.services.grants import give
from lift.people.services.membership import join

LIFE = timedelta(days=14)


@dataclass(frozen=True)
class Newcomer:
    """What somebody without an account types when they follow an invitation."""

    name: str
    password: str
    language: str = "en"


def invite(actor: Actor, organisation_id: UUID, email: str, grant: Grant, link: accounts.Link) -> Invitation:
    """Mail a link to ``email``. An earlier open invitation of the same address and role is dead from now on.

    Forbidden beyond what the actor may give; Refused for who belongs here already and holds the role.
    """
    with transaction() as session:
        organisation = managed(actor, organisation_id)
        address = queries.normal_email(email)
        known = queries.account_by_email(address)
        to_self = known is not None and known.person_id == actor.person_id
        problems = policy.grant_problems(actor, grant, to_self=to_self)
        if problems:
            raise Forbidden(problems)
        if known and queries.live_grant(known.person_id, organisation_id, grant):
            raise Refused(Problem("PA2", texts.HOLDS_ROLE, owner=policy.OWNER, field="email"))
        _end_earlier(organisation_id, address, grant)
        token = secrets.token_urlsafe(32)
        row = Invitation(
            organisation_id=organisation_id, email=address, role=grant.role, scope=grant.scope, scope_id=grant.scope_id,
            token_hash=queries.token_hash(token), invited_by=require_found(actor.person_id),
            expires_at=clock.now() + LIFE,
        )  # fmt: skip
        session.add(row)
        session.flush()
        _mail(row, organisation.name, link(token), known.person.language if known else _language(actor))
        audit.record(actor, "people.invited", "invitation", row.id, after={"role": grant.role, "scope": grant.scope})
        return row


def revoke_invitation(actor: Actor, invitation_id: UUID) -> None:
    """The link opens nothing any more."""
    with transaction() as session:
        row = require_found(session.get(Invitation, invitation_id, with_for_update={"key_share": True}))
        managed(actor, row.organisation_id)
        if row.used_at is None and row.revoked_at is None:
            row.revoked_at = clock.now()
            audit.record(actor, "people.invitation_revoked", "invitation", row.id)


def accept_invitation(actor: Actor, token: str) -> Invitation:
    """The signed-in person takes it. Refused for another address than the one that was invited."""
    with transaction():
        row = _take(token)
        account = require_found(queries.account_of(actor.person_id))
        if account.email != row.email:
            raise Refused(Problem("PA2", texts.INVITATION_OTHER_ADDRESS, owner=policy.OWNER))
        _enter(row, account.person_id)
        return row


def accept_as_newcomer(token: str, newcomer: Newcomer) -> Account:
    """The link proves the address; a name and a password make the account. Refused when the address has one."""
    with transaction() as session:
        row = _take(token)
        problems = policy.password_problems(newcomer.password, row.email)
        if not newcomer.name.strip():
            problems.append(Problem("PA2", texts.NAME_MISSING, field="name"))
        if problems:
            raise Invalid(problems)
        person = Person(name=" ".join(newcomer.name.split()), language=newcomer.language)
        session.add(person)
        session.flush()
        account = accounts.create_account(SYSTEM, person, row.email, newcomer.password)
        account.confirmed_at = clock.now()
        _enter(row, person.id)
        return account


def _take(token: str) -> Invitation:
    """The invitation behind a link, locked. NotFound for an unknown one; Refused when it is over, used or worth nothing."""
    found = queries.invitation_by_token(token)
    row = lock_rows(Invitation, [found.id])[0] if found else None
    if row is None:
        raise NotFound
    if queries.is_over(row):
        raise Refused(Problem("PA2", texts.INVITATION_OVER, owner=policy.OWNER))
    giver = queries.actor_of(row.invited_by, row.organisation_id)
    still = giver.organisation_id == row.organisation_id
    if not still or policy.grant_problems(giver, queries.grant_in(row), to_self=False):
        raise Refused(Problem("R5", texts.INVITATION_WORTHLESS, owner=policy.OWNER))
    return row


def _enter(row: Invitation, person_id: UUID) -> None:
    giver = queries.actor_of(row.invited_by, row.organisation_id)
    join(giver, person_id, row.organisation_id)
    give(giver, person_id, row.organisation_id, row.role, row.scope, row.scope_id, "invited")
    row.used_at, row.used_by = clock.now(), person_id
    audit.record(giver, "people.invitation_used", "invitation", row.id, after={"person": person_id})


def _end_earlier(organisation_id: UUID, address: str, grant: Grant) -> None:
    earlier = sa.update(Invitation).where(
        Invitation.organisation_id == organisation_id, Invitation.email == address, Invitation.role == grant.role,
        Invitation.used_at.is_(None), Invitation.revoked_at.is_(None),
    )  # fmt: skip
    db.session.execute(earlier.values(revoked_at=clock.now()).execution_options(synchronize_session=False))


def _mail(row: Invitation, organisation: str, link: str, language: str) -> None:
    role = Text(texts.ROLES[row.role])
    said = {"organisation": organisation, "role": role, "link": link}
    queue_mail(
        row.email, event=str(row.id), kind="people.invitation",
        subject=in_language(Text(texts.MAIL_INVITED_SUBJECT, said), language),
        body=in_language(Text(texts.MAIL_INVITED_BODY, said), language),
    )  # fmt: skip


def _language(actor: Actor) -> str:
    return db.session.get_one(Person, actor.person_id).language
