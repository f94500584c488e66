"""Accounts: proof by password and second factor, new passwords, the institution's sign-in, language, consent."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from lift.core import audit, clock
from lift.core.actor import Actor
from lift.core.db import db, savepoint, transaction
from lift.core.errors import Invalid, Problem, Refused, require_found
from lift.core.i18n import Text, in_language
from lift.core.mail import queue_mail
from lift.people import policy, proofs, queries, texts
from lift.people.enums import ConsentPurpose
from lift.people.models import Account, Consent, Person

Link = Callable[[str], str]  # makes the full address of the page that takes a reset token


def prove_by_password(email: str, password: str) -> Account:
    """The account that this address and password open. Refused says the same whether address or password is wrong."""
    with transaction():
        account = queries.account_by_email(email)
        if proofs.password_is_right(account, password) and account is not None:
            return account
        if account is not None:
            audit.record(_who(account), "people.sign_in_refused", "person", account.person_id)
    raise Refused(Problem("", texts.WRONG_ADDRESS_OR_PASSWORD, field="password"))


def prove_second_factor(account_id: UUID, code: str) -> Account:
    """The account, when ``code`` is the one its authenticator shows now. A code works once."""
    with transaction() as session:
        account = require_found(
            session.get(Account, account_id, with_for_update={"of": Account}, populate_existing=True)
        )
        if account.active and proofs.totp_is_right(account, code):
            return account
        audit.record(_who(account), "people.second_factor_refused", "person", account.person_id)
    raise Refused(Problem("", texts.SECOND_FACTOR_WRONG, field="code"))


def set_second_factor(actor: Actor, secret: str, code: str) -> None:
    """Ask for a code at each sign-in from now on, once the person has shown that their app knows ``secret``."""
    with transaction():
        account = require_found(queries.account_of(actor.person_id))
        if not proofs.totp_is_right(account, code, secret):
            raise Refused(Problem("", texts.SECOND_FACTOR_WRONG, field="code"))
        account.tf_primary_method, account.tf_totp_secret = "authenticator", secret
        audit.record(actor, "people.second_factor_set", "person", account.person_id)


def end_second_factor(actor: Actor, person_id: UUID, password: str | None = None) -> None:
    """Ask for no code any more. The person proves it with the password; the operator (SYSTEM) needs none."""
    with transaction():
        account = require_found(queries.account_of(person_id))
        if not actor.is_system and not proofs.password_is_right(account, password or ""):
            raise Refused(Problem("", texts.PASSWORD_NOW_WRONG, field="password"))
        account.tf_primary_method = account.tf_totp_secret = account.tf_last_counter = None
        audit.record(actor, "people.second_factor_ended", "person", account.person_id)


def ask_new_password(email: str, link: Link) -> None:
    """Mail a link to choose a new password; an unknown address changes nothing and looks the same."""
    with transaction():
        account = queries.account_by_email(email)
        if account is None or not account.active:
            return
        mail_reset_link(account, link, texts.MAIL_RESET_SUBJECT, texts.MAIL_RESET_BODY)
        audit.record(_who(account), "people.password_reset_asked", "person", account.person_id)


def mail_reset_link(account: Account, link: Link, subject: str, body: str, **params: str) -> None:
    """Queue the mail that carries the link, in the person's language."""
    token = proofs.reset_token(account)
    said = {"name": account.person.name, "link": link(token), **params}
    language = account.person.language
    queue_mail(
        account.email or "",
        event=queries.token_hash(token),
        kind="people.reset",
        subject=in_language(Text(subject), language),
        body=in_language(Text(body, said), language),
    )


def set_new_password(token: str, password: str) -> Account:
    """Take the new password of a reset link. All other sign-ins of the person end."""
    with transaction():
        account = proofs.account_of_reset_token(token)
        if account is None or not account.active:
            raise Refused(Problem("", texts.RESET_LINK_OVER))
        problems = policy.password_problems(password, account.email or "")
        if problems:
            raise Invalid(problems)
        proofs.update_password(account, password)
        account.confirmed_at = account.confirmed_at or clock.now()
        language, said = account.person.language, {"name": account.person.name}
        queue_mail(
            account.email or "",
            event=account.fs_uniquifier,
            kind="people.password_changed",
            subject=in_language(Text(texts.MAIL_CHANGED_SUBJECT), language),
            body=in_language(Text(texts.MAIL_CHANGED_BODY, said), language),
        )
        return account


def create_account(actor: Actor, person: Person, email: str | None, password: str | None = None) -> Account:
    """An account for a person just made; without an address it opens by card only."""
    with transaction() as session:
        address = queries.normal_email(email) if email else None
        if address and queries.account_by_email(address):
            raise Refused(Problem("L14", texts.ADDRESS_TAKEN, field="email"))
        account = Account(person=person, email=address, fs_uniquifier=uuid4().hex)
        account.password = proofs.new_password_hash(password) if password else None
        try:
            with savepoint():
                session.add(account)
        except IntegrityError as error:  # somebody took the address a moment ago
            raise Refused(Problem("L14", texts.ADDRESS_TAKEN, field="email")) from error
        audit.record(actor, "people.account_created", "person", person.id, after={"by_card_only": address is None})
        return account


def account_by_institution(issuer: str, subject: str) -> Account:
    """The account connected to this institutional sign-in. Refused when none is: nothing is merged by address alone."""
    account = queries.account_by_subject(f"{issuer}#{subject}")
    if account is None or not account.active:
        raise Refused(Problem("PA6", texts.INSTITUTION_UNKNOWN))
    return account


def connect_institution(actor: Actor, issuer: str, subject: str) -> None:
    """Both proofs are there: the person is signed in here, and just came back from the institution."""
    with transaction():
        account = require_found(queries.account_of(actor.person_id))
        other = queries.account_by_subject(f"{issuer}#{subject}")
        if other is not None and other.id != account.id:
            raise Refused(Problem("PA6", texts.INSTITUTION_TAKEN))
        account.oidc_subject = f"{issuer}#{subject}"
        audit.record(actor, "people.institution_connected", "person", account.person_id, after={"issuer": issuer})


def choose_language(actor: Actor, language: str) -> None:
    """The language that follows the person."""
    with transaction():
        person = require_found(db.session.get(Person, actor.person_id))
        person.language = language


def give_consent(actor: Actor, purpose: ConsentPurpose, text_version: str) -> None:
    """A dated yes to one purpose; a second yes to the same text changes nothing (RULES E24)."""
    with transaction() as session:
        person_id = require_found(actor.person_id)
        live = queries.live_consents(person_id).get(purpose)
        if live is not None and live.text_version == text_version:
            return
        withdraw_consent(actor, purpose)
        session.add(Consent(person_id=person_id, purpose=purpose, text_version=text_version))
        audit.record(
            actor, "people.consent_given", "person", person_id, after={"purpose": purpose, "text": text_version}
        )


def withdraw_consent(actor: Actor, purpose: ConsentPurpose) -> None:
    """End the yes; shares made after this do not happen."""
    with transaction() as session:
        person_id = require_found(actor.person_id)
        ended = session.execute(
            sa.update(Consent)
            .where(Consent.person_id == person_id, Consent.purpose == purpose, Consent.withdrawn_at.is_(None))
            .values(withdrawn_at=clock.now())
            .returning(Consent.id)
        ).all()
        if ended:
            audit.record(actor, "people.consent_withdrawn", "person", person_id, before={"purpose": purpose})


def note_sign_in(account: Account, how: str) -> None:
    """Flask-Security said that somebody signed in: into the audit, and the day onto the account."""
    with transaction():
        account.last_login_at, account.current_login_at = account.current_login_at, clock.now()
        account.login_count = (account.login_count or 0) + 1
        audit.record(_who(account), "people.signed_in", "person", account.person_id, after={"how": how})


def note_password_reset(account: Account) -> None:
    """Flask-Security said that a password was changed."""
    with transaction():
        audit.record(_who(account), "people.password_reset", "person", account.person_id)


def _who(account: Account) -> Actor:
    return Actor(account.person_id, account.person.pseudonym, None)
