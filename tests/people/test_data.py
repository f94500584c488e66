"""Erasure, retention, and the operator's commands."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from apiflask import APIFlask
from click.testing import Result

from lift.core import clock, registry, retention
from lift.core.actor import Role, Scope
from lift.core.db import db
from lift.core.errors import NotFound
from lift.core.models import AuditEntry
from lift.people import proofs, queries, services
from lift.people.models import Account, ApiToken, Membership, Person, RoleGrant, SharedSignIn, SignInCard
from tests.factories.people import (
    account_of,
    actor_for,
    make_company,
    make_learner,
    make_organisation,
    make_owner,
    make_person,
    make_token,
)

pytestmark = pytest.mark.integration
PASSWORD = "four plain words here"


@pytest.fixture
def asked(database: object) -> Iterator[list[tuple[str, UUID]]]:
    """A further feature that holds something; the list tells what it was asked."""
    seen: list[tuple[str, UUID]] = []
    kept = dict(registry._holders)
    registry.register(
        "probe",
        registry.Holder(
            holdings=lambda person_id: [],
            release=lambda person_id, organisation_id: seen.append((f"release for {organisation_id}", person_id)),
            personal_data=lambda person_id: {"things": 3},
            erase=lambda person_id: seen.append(("erase", person_id)),
        ),
    )
    yield seen
    registry._holders.clear()
    registry._holders.update(kept)


def count(model: type, person: Person) -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(model).where(model.person_id == person.id)) or 0


def test_l12_erasure_asks_every_feature_and_keeps_the_pseudonym_only(asked: list[tuple[str, UUID]]) -> None:
    firm = make_company()
    owner, person = make_owner(firm), make_learner(firm, "Bruno Senza")
    services.issue_card(actor_for(owner), firm.id, person.id)
    make_token(person, ["organisations:read"])
    pseudonym = person.pseudonym
    services.erase_person(actor_for(person), person.id)
    db.session.expire_all()
    assert asked == [("release for None", person.id), ("erase", person.id)]
    assert (person.name, person.pseudonym, person.erased_at is None) == ("", pseudonym, False)
    assert [count(model, person) for model in (Account, SignInCard, ApiToken, SharedSignIn)] == [0, 0, 0, 0]
    assert actor_for(person).person_id is None
    entries = db.session.scalars(sa.select(AuditEntry).where(AuditEntry.who == pseudonym)).all()
    assert "people.erased" in {e.action for e in entries}
    assert "Bruno" not in repr([(e.before, e.after, e.reason) for e in entries])


def test_l12_nobody_erases_somebody_else(asked: list[tuple[str, UUID]]) -> None:
    firm = make_company()
    owner, person = make_owner(firm), make_learner(firm)
    with pytest.raises(NotFound):
        services.erase_person(actor_for(owner), person.id)
    assert asked == []


def test_r9_leaving_releases_what_is_held_for_that_organisation(
    asked: list[tuple[str, UUID]],
) -> None:
    firm = make_company()
    owner, leaver = make_owner(firm), make_learner(firm)
    stayer = make_person("Doppia", [firm, make_organisation()])
    services.end_membership(actor_for(owner), firm.id, stayer.id)
    services.end_membership(actor_for(owner), firm.id, leaver.id)
    assert asked == [(f"release for {firm.id}", stayer.id), (f"release for {firm.id}", leaver.id)]


def test_retention_removes_what_is_past_its_time_and_nothing_else(database: object) -> None:
    person = make_learner(make_company())
    now = clock.now()

    def sign_in(days: int) -> SharedSignIn:
        return SharedSignIn(person_id=person.id, ended_at=now - timedelta(days=days))

    def card(days: int) -> SignInCard:
        return SignInCard(person_id=person.id, code_hash=uuid4().hex, revoked_at=now - timedelta(days=days))

    def token(days: int) -> ApiToken:
        home = queries.memberships_of(person.id)[0].organisation_id
        fields = {"person_id": person.id, "organisation_id": home, "scopes": []}
        return ApiToken(token_hash=uuid4().hex, expires_at=now - timedelta(days=days), **fields)

    db.session.add_all([sign_in(29), sign_in(31), card(364), card(366), token(89), token(91)])
    db.session.add(SharedSignIn(person_id=person.id))
    db.session.commit()
    report = retention.run(now)
    assert [report[name] for name in ("ended shared sign-ins", "dead cards", "dead tokens")] == [1, 1, 1]
    assert [count(model, person) for model in (SharedSignIn, SignInCard, ApiToken)] == [2, 1, 1]


def command(app: APIFlask, *args: str, typed: str | None = None) -> Result:
    return app.test_cli_runner().invoke(args=list(args), input=typed)


def test_flask_user_create_makes_a_person_who_can_sign_in(app: APIFlask, database: object) -> None:
    body = make_organisation("Ente Comando")
    said = command(
        app, "user", "create", "Nuova@Ente.example", "--name", "Nuova Prova", "--organisation", body.slug,
        "--password", PASSWORD,
    )  # fmt: skip
    assert said.exit_code == 0, said.output
    assert services.prove_by_password("nuova@ente.example", PASSWORD).person.name == "Nuova Prova"


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (("user", "create", "a@b.example", "--name", "A", "--organisation", "nowhere", "--password", PASSWORD), "slug"),
        (
            ("user", "create", "a@b.example", "--name", "A", "--organisation", "x", "--password", "short"),
            "ten characters",
        ),
        (("user", "set-password", "nobody@b.example", "--password", PASSWORD), "No account has the address"),
        (("token", "revoke", "nobody@b.example"), "No account has the address"),
    ],
)
def test_flask_user_with_wrong_input_says_what_and_writes_nothing(
    app: APIFlask, database: object, args: tuple[str, ...], words: str
) -> None:
    said = command(app, *args)
    assert (said.exit_code, words in said.output) == (1, True)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Person)) == 0


def test_flask_user_grant_enters_a_decision_of_the_network(app: APIFlask, database: object) -> None:
    body = make_organisation("Ente Comando")
    person = make_person("Coordinatrice", body, email="c@ente.example")
    said = command(
        app, "user", "grant", "c@ente.example", "coordinator", "network", "--organisation", body.slug,
        "--reason", "minutes of 3 November",
    )  # fmt: skip
    assert said.exit_code == 0, said.output
    assert actor_for(person).has(Role.COORDINATOR, Scope.NETWORK)
    assert db.session.scalars(sa.select(RoleGrant.reason)).one() == "minutes of 3 November"


def test_flask_user_set_password_ends_other_sign_ins_and_second_factor_can_be_ended(
    app: APIFlask, database: object
) -> None:
    account = account_of(
        make_person("Anna", make_organisation(), email="anna@ente.example", password="old words of hers")
    )
    account.tf_primary_method, account.tf_totp_secret = "authenticator", proofs.new_totp_secret()
    before = account.fs_uniquifier
    db.session.commit()
    assert command(app, "user", "set-password", "anna@ente.example", "--password", PASSWORD).exit_code == 0
    assert command(app, "user", "end-second-factor", "anna@ente.example").exit_code == 0
    db.session.expire_all()
    assert (account.fs_uniquifier == before, proofs.second_factor_is_set(account)) == (False, False)
    assert proofs.password_is_right(account, PASSWORD)


def test_flask_user_erase_asks_first(app: APIFlask, database: object) -> None:
    person = make_person("Anna", make_organisation(), email="anna@ente.example")
    assert command(app, "user", "erase", "anna@ente.example", typed="n\n").exit_code == 1
    db.session.expire_all()
    assert person.name == "Anna"
    assert command(app, "user", "erase", "anna@ente.example", typed="y\n").exit_code == 0
    db.session.expire_all()
    assert (person.name, count(Membership, person)) == ("", 1)
