"""Sign-in by institution against a real OpenID provider; two accounts become one only after proof of both (PA6)."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import httpx
import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from joserfc.jwk import RSAKey
from werkzeug.test import TestResponse

from lift.people import proofs
from lift.people.models import Person
from tests.factories.people import account_of, make_organisation, make_person
from tests.people.provider import CLIENT_ID, CLIENT_SECRET, Provider, running_provider

pytestmark = pytest.mark.integration
SignIn = Callable[..., FlaskClient]


@pytest.fixture(scope="module")
def shared_provider() -> Iterator[Provider]:
    with running_provider() as provider:
        yield provider


@pytest.fixture
def provider(app: APIFlask, shared_provider: Provider) -> Iterator[Provider]:
    """The provider, set in the app's settings."""
    kept = app.config["LIFT"]
    app.config["LIFT"] = dataclasses.replace(
        kept,
        oidc_issuer=shared_provider.issuer,
        oidc_client_id=CLIENT_ID,
        oidc_client_secret=CLIENT_SECRET,
        public_url="http://localhost",
    )
    shared_provider.spoil, shared_provider.subject, shared_provider.signing_key = {}, "anna@uni", shared_provider.key
    yield shared_provider
    app.config["LIFT"] = kept


@pytest.fixture
def anna(database: object) -> Person:
    return make_person("Anna Prova", make_organisation(), email="anna@uni.example", password="four plain words here")


def there_and_back(client: FlaskClient, start: str = "/sign-in/institution") -> TestResponse:
    """What the browser does: to the provider, and back with its code."""
    away = client.post(start)
    assert away.status_code == 302
    back = httpx.get(away.headers["Location"]).headers["Location"]
    parts = urlsplit(back)
    return client.get(f"{parts.path}?{parts.query}")


def test_institution_signs_in_the_connected_account(client: FlaskClient, provider: Provider, anna: Person) -> None:
    account_of(anna).oidc_subject = f"{provider.issuer}#anna@uni"
    assert there_and_back(client).status_code == 302
    assert "Anna Prova" in client.get("/me").text


def test_pa6_unknown_institutional_sign_in_is_refused_and_merges_nothing(
    client: FlaskClient, provider: Provider, anna: Person
) -> None:
    provider.spoil = {"email": "anna@uni.example", "email_verified": True}
    answer = there_and_back(client)
    assert (answer.status_code, "We do not know this institutional sign-in yet" in answer.text) == (409, True)
    assert client.get("/me").status_code == 302
    assert account_of(anna).oidc_subject is None


def test_pa6_connecting_needs_both_proofs_then_signs_in(
    client: FlaskClient, app: APIFlask, provider: Provider, anna: Person, sign_in: SignIn
) -> None:
    assert client.post("/me/institution").headers["Location"].startswith("/sign-in")
    assert there_and_back(sign_in(client, anna), "/me/institution").headers["Location"] == "/me"
    assert account_of(anna).oidc_subject == f"{provider.issuer}#anna@uni"
    assert there_and_back(app.test_client()).status_code == 302


def test_pa6_institutional_sign_in_of_another_account_is_not_taken_over(
    client: FlaskClient, provider: Provider, anna: Person, sign_in: SignIn
) -> None:
    account_of(anna).oidc_subject = f"{provider.issuer}#anna@uni"
    other = make_person("Otto Prova", make_organisation())
    assert there_and_back(sign_in(client, other), "/me/institution").status_code == 409
    assert account_of(other).oidc_subject is None


def test_institution_does_not_go_round_the_second_step(client: FlaskClient, provider: Provider, anna: Person) -> None:
    account = account_of(anna)
    account.oidc_subject = f"{provider.issuer}#anna@uni"
    account.tf_totp_secret, account.tf_primary_method = proofs.new_totp_secret(), "authenticator"
    assert there_and_back(client).headers["Location"] == "/sign-in/second-step"
    assert client.get("/me").status_code == 302


@pytest.mark.parametrize(
    "spoil",
    [{"nonce": "another"}, {"aud": "another client"}, {"iss": "http://127.0.0.1:1"}, {"exp": 1_000_000}, {"sub": None}],
    ids=lambda value: next(iter(value)),
)
def test_id_token_with_a_wrong_claim_is_refused(
    client: FlaskClient, provider: Provider, anna: Person, spoil: dict[str, object]
) -> None:
    account_of(anna).oidc_subject = f"{provider.issuer}#anna@uni"
    provider.spoil = spoil
    answer = there_and_back(client)
    assert (answer.status_code, "did not confirm the sign-in" in answer.text) == (409, True)


def test_id_token_signed_by_another_key_is_refused(client: FlaskClient, provider: Provider, anna: Person) -> None:
    account_of(anna).oidc_subject = f"{provider.issuer}#anna@uni"
    provider.signing_key = RSAKey.generate_key(2048, {"kid": "one"})
    assert there_and_back(client).status_code == 409


def test_answer_with_foreign_state_is_refused(client: FlaskClient, provider: Provider) -> None:
    client.post("/sign-in/institution")
    assert client.get("/sign-in/institution/back?code=x&state=y").status_code == 409
    assert client.get("/sign-in/institution/back").status_code == 409


def test_provider_that_does_not_answer_is_a_refusal_not_a_fault(
    client: FlaskClient, provider: Provider, app: APIFlask
) -> None:
    app.config["LIFT"] = dataclasses.replace(app.config["LIFT"], oidc_issuer="http://127.0.0.1:9")
    answer = client.post("/sign-in/institution")
    assert (answer.status_code, "did not confirm the sign-in" in answer.text) == (409, True)


def test_without_a_provider_there_is_no_such_sign_in(client: FlaskClient) -> None:
    assert client.post("/sign-in/institution").status_code == 404
    assert "Sign in by institution" not in client.get("/sign-in").text
