"""In several processes at once: a card allows five guesses, a firm keeps an owner. Each with a control without the lock."""

from __future__ import annotations

from uuid import UUID

import pytest
import sqlalchemy as sa
from apiflask import APIFlask
from flask import current_app

from lift.core.actor import Grant, Role, Scope
from lift.core.db import db
from lift.core.errors import LiftError
from lift.core.models import AuditEntry
from lift.people import queries, services
from lift.people.models import Invitation, RoleGrant
from lift.people.services import cards, invitations, membership
from tests.factories.people import actor_for, make_company, make_learner, make_owner, make_person
from tests.racing import race

pytestmark = [pytest.mark.integration, pytest.mark.race]
RIVALS = 8

_code = ""
_firm: UUID
_owners: list[UUID] = []


def guess(number: int) -> str:
    """A wrong PIN; says what was refused."""
    try:
        services.use_card(_code, f"9{number}57")
    except LiftError as refused:
        return str(refused.problems[0].text)
    return "in"


def leave(number: int) -> bool:
    """Each owner ends the other's membership."""
    me, other = _owners[number], _owners[1 - number]
    try:
        services.end_membership(queries.actor_of(me, _firm), _firm, other)
    except LiftError:
        return False
    return True


def prepare_card() -> None:
    global _code
    firm = make_company()
    _code = services.issue_card(actor_for(make_owner(firm)), firm.id, make_learner(firm).id).code
    services.set_pin(_code, "2846")
    db.session.remove()


def wrong_pins_counted() -> int:
    count = sa.select(sa.func.count()).select_from(AuditEntry).where(AuditEntry.action == "people.pin_wrong")
    return db.session.scalar(count) or 0


def test_l14_many_guesses_at_once_are_five(committed: APIFlask) -> None:
    with committed.app_context():
        prepare_card()
        said = race(committed, guess, RIVALS)
        assert wrong_pins_counted() == 5
        assert sum("tries are left" in words for words in said) == 4
        assert sum("Five wrong PINs" in words for words in said) == RIVALS - 4


def test_control_without_the_lock_guesses_are_lost(committed: APIFlask, monkeypatch: pytest.MonkeyPatch) -> None:
    with_lock = queries.card_by_code
    monkeypatch.setattr(cards.queries, "card_by_code", lambda code_hash, *, lock=False: with_lock(code_hash))
    with committed.app_context():
        prepare_card()
        said = race(committed, guess, RIVALS)
        assert sum("tries are left" in words for words in said) > 4


def prepare_owners() -> None:
    global _firm
    firm = make_company()
    _firm = firm.id
    _owners[:] = [make_owner(firm, name).id for name in ("Olga Una", "Olga Due")]
    db.session.remove()


def owners_left() -> int:
    live = sa.select(sa.func.count()).select_from(RoleGrant).where(RoleGrant.ends_at.is_(None))
    return db.session.scalar(live.where(RoleGrant.scope_id == _firm)) or 0


def test_r6_two_owners_who_end_each_other_leave_one(committed: APIFlask) -> None:
    with committed.app_context():
        for _ in range(3):
            prepare_owners()
            assert sorted(race(committed, leave, 2)) == [False, True]
            assert owners_left() == 1


def test_control_without_the_lock_a_firm_loses_its_last_owner(
    committed: APIFlask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(membership, "lock_rows", lambda _model, _keys: [])
    with committed.app_context():
        assert any(firm_lost_its_owners() for _ in range(40))


def firm_lost_its_owners() -> bool:
    prepare_owners()
    race(app_of_race(), leave, 2)
    return owners_left() == 0


def app_of_race() -> APIFlask:
    return current_app._get_current_object()  # type: ignore[attr-defined,no-any-return]


_token = ""
_guest: UUID


def prepare_invitation() -> None:
    global _token, _guest
    firm, guest = make_company(), make_person("Gina Ospite", email="gina@x.example")
    links: list[str] = []
    grant = Grant(Role.LEARNER, Scope.COMPANY, firm.id)
    services.invite(
        actor_for(make_owner(firm)), firm.id, "gina@x.example", grant, lambda token: links.append(token) or ""
    )
    _token, _guest = links[0], guest.id
    db.session.remove()


def take(number: int) -> bool:
    """The same guest follows the link in several tabs at once."""
    try:
        services.accept_invitation(queries.actor_of(_guest, None), _token)
    except LiftError:
        return False
    return True


def invitations_used() -> int:
    count = sa.select(sa.func.count()).select_from(AuditEntry).where(AuditEntry.action == "people.invitation_used")
    return db.session.scalar(count) or 0


def test_pa2_one_invitation_followed_many_times_at_once_is_used_once(committed: APIFlask) -> None:
    with committed.app_context():
        prepare_invitation()
        assert (sum(race(committed, take, RIVALS)), invitations_used()) == (1, 1)


def test_control_without_the_lock_one_invitation_is_used_more_than_once(
    committed: APIFlask, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slowly(_model: type, ids: list[UUID]) -> list[Invitation]:
        found = [db.session.get_one(Invitation, each) for each in ids]
        db.session.execute(sa.text("SELECT pg_sleep(0.3)"))
        return found

    monkeypatch.setattr(invitations, "lock_rows", slowly)
    monkeypatch.setattr(invitations, "join", lambda *_given: None)
    monkeypatch.setattr(invitations, "give", lambda *_given: None)
    with committed.app_context():
        prepare_invitation()
        assert sum(race(committed, take, RIVALS)) > 1
