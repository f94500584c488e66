"""Sign-in by address: password, second step, forgotten password, demo accounts, limits."""

from __future__ import annotations

import dataclasses
import re
import time
from collections.abc import Callable, Iterator

import pytest
import sqlalchemy as sa
import time_machine
from apiflask import APIFlask
from flask.testing import FlaskClient

from lift.core.actor import Role, Scope
from lift.core.db import db
from lift.core.models import AuditEntry, Job, MailMessage
from lift.people import proofs, queries, services
from lift.people.models import Person
from tests.factories.people import (
    account_of,
    actor_for,
    give_role,
    make_company,
    make_learner,
    make_organisation,
    make_owner,
    make_person,
)

pytestmark = pytest.mark.integration
SignIn = Callable[..., FlaskClient]
PASSWORD = "four plain words here"


@pytest.fixture
def demo_mode(app: APIFlask) -> Iterator[None]:
    """The app as a demo installation."""
    kept = app.config["LIFT"]
    app.config["LIFT"] = dataclasses.replace(kept, mode="demo")
    yield
    app.config["LIFT"] = kept


def person_with_password(email: str = "olga@ditta.example") -> Person:
    return make_person("Olga Padrona", make_organisation(), email=email, password=PASSWORD)


def actions() -> list[str]:
    return list(db.session.scalars(sa.select(AuditEntry.action).order_by(AuditEntry.id)))


def test_sign_in_with_right_password_opens_the_wanted_page(client: FlaskClient) -> None:
    person_with_password()
    answer = client.post("/sign-in?next=/me", data={"email": " Olga@Ditta.example ", "password": PASSWORD})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/me")
    assert "Olga Padrona" in client.get("/me").text
    assert actions()[-1] == "people.signed_in"


@pytest.mark.parametrize(
    "wanted", ["https://evil.example/", "//evil.example", "/\\evil.example", "/a\r\nX: y", "javascript:alert(1)"]
)
def test_sign_in_never_leads_to_another_site(client: FlaskClient, wanted: str) -> None:
    person_with_password()
    answer = client.post(
        "/sign-in", query_string={"next": wanted}, data={"email": "olga@ditta.example", "password": PASSWORD}
    )
    assert answer.headers["Location"] == "/"


@pytest.mark.parametrize("email", ["olga@ditta.example", "nobody@ditta.example"])
def test_sign_in_with_wrong_password_keeps_the_address_and_says_the_same(client: FlaskClient, email: str) -> None:
    person_with_password()
    answer = client.post("/sign-in", data={"email": email, "password": "wrong wrong wrong"})
    assert answer.status_code == 409
    assert "Address and password do not fit together" in answer.text
    assert f'value="{email}"' in answer.text
    assert "wrong wrong wrong" not in answer.text
    assert client.get("/me").status_code == 302


def test_sign_in_form_without_password_names_the_field_and_keeps_the_address(client: FlaskClient) -> None:
    answer = client.post("/sign-in", data={"email": "olga@ditta.example", "password": ""})
    assert answer.status_code == 422
    assert "Type your password." in answer.text
    assert 'value="olga@ditta.example"' in answer.text


def test_sign_in_form_from_another_site_is_refused(client: FlaskClient) -> None:
    person_with_password()
    answer = client.post("/sign-in", data={"email": "olga@ditta.example", "password": PASSWORD}, csrf=False)
    assert answer.status_code == 400


def test_sign_in_of_inactive_account_is_refused(client: FlaskClient) -> None:
    account_of(person_with_password()).active = False
    answer = client.post("/sign-in", data={"email": "olga@ditta.example", "password": PASSWORD})
    assert answer.status_code == 409


def test_sign_in_limit_counts_per_address_and_answers_429(client: FlaskClient) -> None:
    data = {"email": "limit@ditta.example", "password": "wrong wrong wrong"}
    seen = [client.post("/sign-in", data=data).status_code for _ in range(11)]
    assert seen == [409] * 10 + [429]


def test_password_is_kept_as_argon2_without_any_key_of_the_installation(client: FlaskClient) -> None:
    account = account_of(person_with_password())
    assert account.password.startswith("$argon2id$")
    assert proofs.password_is_right(account, PASSWORD)
    assert not proofs.password_is_right(account, PASSWORD + "x")


def test_demo_accounts_stand_on_the_page_in_demo_mode_only(client: FlaskClient, demo_mode: None) -> None:
    make_person("Rosa Bulloni", make_organisation(), email="technician@lift.example", password="lift-demo")
    make_person("Bruno Senza", make_organisation(), email="bruno@lift.example")
    page = client.get("/sign-in").text
    assert ("technician@lift.example" in page, "bruno@lift.example" in page) == (True, False)
    assert 'value="technician@lift.example"' in client.get("/sign-in?as=technician@lift.example").text


def test_demo_accounts_are_not_shown_elsewhere(client: FlaskClient) -> None:
    make_person("Rosa Bulloni", make_organisation(), email="technician@lift.example", password="lift-demo")
    page = client.get("/sign-in?as=technician@lift.example").text
    assert ("Rosa Bulloni" in page, 'value="technician@lift.example"' in page) == (False, False)


def second_factor_for(person: Person) -> str:
    """Set a second factor; returns the encrypted key."""
    account = account_of(person)
    account.tf_totp_secret, account.tf_primary_method = proofs.new_totp_secret(), "authenticator"
    db.session.flush()
    return account.tf_totp_secret


def code_of(key: str) -> str:
    return proofs._totp().generate_totp_password(key)


def test_second_step_is_asked_where_set_and_a_code_works_once(client: FlaskClient) -> None:
    key = second_factor_for(person_with_password())
    data = {"email": "olga@ditta.example", "password": PASSWORD}
    assert client.post("/sign-in?next=/me", data=data).headers["Location"] == "/sign-in/second-step"
    assert client.get("/me").status_code == 302
    wrong = client.post("/sign-in/second-step", data={"code": "000000"})
    assert (wrong.status_code, "each code works once" in wrong.text) == (409, True)
    code = code_of(key)
    assert client.post("/sign-in/second-step", data={"code": code}).headers["Location"] == "/me"
    client.post("/sign-out")
    client.post("/sign-in", data=data)
    assert client.post("/sign-in/second-step", data={"code": code}).status_code == 409


def test_second_step_ends_five_minutes_after_the_password(client: FlaskClient) -> None:
    second_factor_for(person_with_password())
    client.post("/sign-in", data={"email": "olga@ditta.example", "password": PASSWORD})
    assert client.get("/sign-in/second-step").status_code == 200
    with time_machine.travel(time.time() + 301, tick=False):
        assert client.get("/sign-in/second-step").headers["Location"] == "/sign-in"


def test_second_factor_is_switched_on_by_proof_and_off_by_password(client: FlaskClient, sign_in: SignIn) -> None:
    person = person_with_password()
    sign_in(client, person)
    page = client.get("/me/second-factor")
    assert "<svg" in page.text
    with client.session_transaction() as cookie:
        key = cookie["totp_to_confirm"]
    assert client.post("/me/second-factor", data={"code": "123456"}).status_code == 409
    assert account_of(person).tf_primary_method is None
    assert client.post("/me/second-factor", data={"code": code_of(key)}).headers["Location"] == "/me"
    assert proofs.second_factor_is_set(account_of(person))
    assert client.post("/me/second-factor/end", data={"password": "wrong"}).status_code == 409
    assert client.post("/me/second-factor/end", data={"password": PASSWORD}).status_code == 302
    assert not proofs.second_factor_is_set(account_of(person))


def test_totp_key_survives_a_rotation_of_the_secret_key() -> None:
    old = proofs.OnceOnlyTotp(proofs.totp_secrets("old secret of the house", ""), "LIFT")
    kept = old.generate_totp_secret()
    new = proofs.OnceOnlyTotp(proofs.totp_secrets("new secret of the house", "old secret of the house"), "LIFT")
    assert new.generate_totp_password(kept) == old.generate_totp_password(kept)
    fresh = new.generate_totp_secret()
    after = proofs.OnceOnlyTotp(proofs.totp_secrets("new secret of the house", ""), "LIFT")
    assert after.generate_totp_password(fresh) == new.generate_totp_password(fresh)


def mailed_link() -> str:
    body = db.session.scalars(sa.select(MailMessage.body).where(MailMessage.kind == "people.reset")).one()
    return re.search(r"http://lift\.test(/sign-in/new-password/\S+)", body).group(1)


def test_forgotten_password_mails_a_link_that_works_once_and_ends_other_sign_ins(
    client: FlaskClient, app: APIFlask, sign_in: SignIn
) -> None:
    person = person_with_password()
    other = sign_in(app.test_client(), person)
    assert other.get("/me").status_code == 200
    answer = client.post("/sign-in/forgotten", data={"email": "olga@ditta.example"})
    assert answer.headers["Location"] == "/sign-in/forgotten?sent=1"
    link = mailed_link()
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Job).where(Job.kind == "core.send_mail")) == 1
    assert client.get(link).status_code == 200
    new = {"password": "another four plain words", "again": "another four plain words"}
    assert client.post(link, data=new).headers["Location"] == "/sign-in"
    assert other.get("/me").status_code == 302
    assert client.post(link, data=new).status_code == 409
    assert (
        client.post("/sign-in?next=/me", data={"email": "olga@ditta.example", "password": new["password"]}).location
        == "/me"
    )
    assert "people.password_reset" in actions()


def test_forgotten_password_of_unknown_address_looks_the_same_and_mails_nothing(client: FlaskClient) -> None:
    answer = client.post("/sign-in/forgotten", data={"email": "nobody@ditta.example"})
    assert answer.headers["Location"] == "/sign-in/forgotten?sent=1"
    assert db.session.scalar(sa.select(sa.func.count()).select_from(MailMessage)) == 0


def test_reset_link_is_dead_after_two_hours(client: FlaskClient) -> None:
    person_with_password()
    client.post("/sign-in/forgotten", data={"email": "olga@ditta.example"})
    link = mailed_link()
    new = {"password": "another four plain words", "again": "another four plain words"}
    with time_machine.travel(time.time() + 7300, tick=False):
        assert client.post(link, data=new).status_code == 409


@pytest.mark.parametrize(
    ("password", "again", "said"),
    [
        ("short", "short", "at least ten characters"),
        ("aaaaaaaaaaaaaa", "aaaaaaaaaaaaaa", "too easy to guess"),
        ("another four words", "another five words", "do not agree"),
    ],
)
def test_new_password_that_is_not_acceptable_is_refused(
    client: FlaskClient, password: str, again: str, said: str
) -> None:
    person_with_password()
    client.post("/sign-in/forgotten", data={"email": "olga@ditta.example"})
    answer = client.post(mailed_link(), data={"password": password, "again": again})
    assert (answer.status_code, said in answer.text) == (422, True)


def test_sign_out_empties_cookie_and_clears_the_browser(client: FlaskClient, sign_in: SignIn) -> None:
    sign_in(client, person_with_password())
    answer = client.post("/sign-out")
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert client.get("/me").headers["Location"].startswith("/sign-in")


def test_home_of_each_job_is_where_the_work_is(client: FlaskClient) -> None:
    firm = make_company()
    make_owner(firm, email="owner@ditta.example", password=PASSWORD)
    answer = client.post("/sign-in", data={"email": "owner@ditta.example", "password": PASSWORD})
    assert answer.headers["Location"] == "/my-company"


@pytest.mark.parametrize(
    ("role", "scope", "home"),
    [
        (Role.TRAINER, Scope.LAB, "/my-training"), (Role.OFFICER, Scope.CLUSTER, "/my-hub"),
        (Role.LEAD, Scope.WORKING_GROUP, "/groups"),
        (Role.AUTHOR, Scope.WORKING_GROUP, "/groups"), (Role.PARTNER_ADMIN, Scope.PARTNER, "/desk"),
        (Role.ACTIVITY_LEADER, Scope.NETWORK, "/partners"), (Role.OPERATOR, Scope.NETWORK, "/operations"),
    ],
)  # fmt: skip
def test_first_page_after_sign_in_is_that_of_the_role(client: FlaskClient, role: Role, scope: Scope, home: str) -> None:
    body = make_organisation()
    person = make_person("Olga Prova", body, email="olga2@ditta.example", password=PASSWORD)
    give_role(person, body, role, scope, body.id)
    answer = client.post("/sign-in", data={"email": "olga2@ditta.example", "password": PASSWORD})
    assert answer.headers["Location"] == home


def test_consents_are_dated_and_withdrawn(client: FlaskClient, sign_in: SignIn) -> None:
    person = make_learner(make_company())
    sign_in(client, person)
    client.post("/me/consents", data={"purpose": ["photo", "contact"]})
    assert {p.value for p in queries.live_consents(person.id)} == {"photo", "contact"}
    client.post("/me/consents", data={"purpose": ["contact"]})
    assert {p.value for p in queries.live_consents(person.id)} == {"contact"}


def test_erased_person_has_no_name_no_account_and_cannot_sign_in(client: FlaskClient) -> None:
    person = person_with_password()
    pseudonym = person.pseudonym
    services.erase_person(actor_for(person), person.id)
    db.session.expire_all()
    assert (person.name, person.pseudonym) == ("", pseudonym)
    assert client.post("/sign-in", data={"email": "olga@ditta.example", "password": PASSWORD}).status_code == 409


def test_two_pages_opened_at_once_after_sign_in_share_one_form_token(client: FlaskClient) -> None:
    person_with_password()
    client.post("/sign-in", data={"email": "olga@ditta.example", "password": PASSWORD})
    with client.session_transaction() as cookie:
        first = cookie["csrf_token"]
    client.get("/me")
    with client.session_transaction() as cookie:
        assert cookie["csrf_token"] == first
