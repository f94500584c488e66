"""Cards for people without an address: a code on paper, a PIN in the head, locked after five wrong tries (L14)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from lift.core import audit, clock
from lift.core.actor import Actor
from lift.core.db import transaction
from lift.core.errors import Invalid, Problem, Refused, require_found
from lift.core.i18n import At, Text
from lift.core.ids import short_code
from lift.core.locks import lock_rows
from lift.people import policy, proofs, queries, texts
from lift.people.models import Account, Person, SignInCard
from lift.people.services.doors import employee_of

CODE_LENGTH = 8
TRIES = 5
LOCK = timedelta(minutes=15)


@dataclass(frozen=True)
class IssuedCard:
    """The code is shown once, to be printed; only its hash is kept."""

    card_id: UUID
    person_id: UUID
    code: str


def issue_card(actor: Actor, organisation_id: UUID, person_id: UUID) -> IssuedCard:
    """A new card for an employee; the old one is dead from now on."""
    with transaction() as session:
        employee_of(actor, organisation_id, person_id)
        lock_rows(Person, [person_id])  # two owners at once: one card after the other
        revoke_live_card(actor, person_id)
        code = short_code(CODE_LENGTH)
        card = SignInCard(person_id=person_id, code_hash=proofs.card_code_hash(code), issued_by=actor.person_id)
        session.add(card)
        session.flush()
        audit.record(actor, "people.card_issued", "sign_in_card", card.id, after={"person": person_id})
        return IssuedCard(card.id, person_id, code)


def revoke_card(actor: Actor, organisation_id: UUID, person_id: UUID) -> None:
    """The card of an employee does not open anything any more."""
    with transaction():
        employee_of(actor, organisation_id, person_id)
        revoke_live_card(actor, person_id)


def revoke_live_card(actor: Actor, person_id: UUID) -> None:
    """End the person's live card, if there is one. Callers have judged."""
    with transaction() as session:
        card = queries.live_card(person_id)
        if card is not None:
            card.revoked_at = clock.now()
            session.flush()
            audit.record(actor, "people.card_revoked", "sign_in_card", card.id, before={"person": person_id})


def set_pin(code: str, pin: str) -> Account:
    """First use: choose the PIN. Refused when the card has one already."""
    with transaction():
        card = _usable(code)
        if card.pin_hash is not None:
            raise Refused(Problem("L14", texts.PIN_ALREADY_SET, owner=policy.OWNER, field="pin"))
        problems = policy.pin_problems(pin)
        if problems:
            raise Invalid(problems)
        card.pin_hash, card.last_used_at = proofs.pin_hash(pin), clock.now()
        audit.record(_who(card), "people.pin_set", "sign_in_card", card.id)
        return require_found(queries.account_of(card.person_id))


def use_card(code: str, pin: str) -> Account:
    """The account that card and PIN open. Five wrong PINs lock the card for 15 minutes; the count stays on a refusal."""
    with transaction():
        card = _usable(code)
        if card.pin_hash is not None and proofs.pin_is_right(card.pin_hash, pin):
            card.wrong_tries, card.locked_until, card.last_used_at = 0, None, clock.now()
            return require_found(queries.account_of(card.person_id))
        problem = _count_wrong_try(card)
    raise Refused(problem)


def usable_card(code: str) -> SignInCard:
    """The card behind a code, if it may be used now; Refused for an unknown, dead or locked one."""
    return _usable(code, lock=False)


def _usable(code: str, *, lock: bool = True) -> SignInCard:
    card = queries.card_by_code(proofs.card_code_hash(code), lock=lock)
    if card is None:
        raise Refused(Problem("L14", texts.CARD_UNKNOWN, owner=policy.OWNER, field="code"))
    if card.locked_until is not None and card.locked_until > clock.now():
        raise Refused(_locked(card))
    return card


def _count_wrong_try(card: SignInCard) -> Problem:
    card.wrong_tries += 1
    audit.record(_who(card), "people.pin_wrong", "sign_in_card", card.id, after={"wrong_tries": card.wrong_tries})
    if card.wrong_tries < TRIES:
        said = {"left": TRIES - card.wrong_tries}
        return Problem("L14", Text(texts.PIN_WRONG.msgid, said), owner=policy.OWNER, field="pin")
    card.wrong_tries, card.locked_until = 0, clock.now() + LOCK
    audit.record(_who(card), "people.card_locked", "sign_in_card", card.id, after={"until": card.locked_until})
    return _locked(card)


def _locked(card: SignInCard) -> Problem:
    zone = card.person.zone or "Europe/Rome"
    until = At(require_found(card.locked_until), zone)
    return Problem("L14", Text(texts.CARD_LOCKED.msgid, {"until": until}), owner=policy.OWNER, field="pin")


def _who(card: SignInCard) -> Actor:
    return Actor(card.person_id, card.person.pseudonym, None)
