"""Accounts: proof by password and second factor, language, new passwords."""

from __future__ import annotations

from lift.core import audit
from lift.core.actor import SYSTEM, Actor
from lift.core.db import db, transaction
from lift.core.errors import Problem, Refused, require_found
from lift.people import proofs, queries, texts
from lift.people.models import Account, Person


def prove_by_password(email: str, password: str) -> Account:
    """The account that this address and password open. Refused says the same whether address or password is wrong."""
    with transaction():
        account = queries.account_by_email(email)
        if account is not None and proofs.password_is_right(account, password):
            return account
        if account is None:
            proofs.password_is_right(None, password)
    with transaction():
        if account is not None:
            audit.record(SYSTEM, "people.sign_in_refused", "person", account.person.pseudonym)
    raise Refused(Problem("sign-in", texts.WRONG_ADDRESS_OR_PASSWORD, field="password"))


def choose_language(actor: Actor, language: str) -> None:
    """The language that follows the person."""
    with transaction():
        person = require_found(db.session.get(Person, actor.person_id))
        person.language = language
