"""API tokens and organisations: password, second factor, scopes, expiry; pages by cursor in constant statements."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
import sqlalchemy as sa
import time_machine
from apiflask import APIFlask
from flask.testing import FlaskClient

from lift.core.db import db
from lift.people import proofs
from lift.people.models import ApiToken, Person
from tests.factories.people import (
    account_of,
    make_company,
    make_learner,
    make_organisation,
    make_owner,
    make_person,
    make_token,
)

pytestmark = pytest.mark.integration
PASSWORD = "four plain words here"
READ = "organisations:read"


@pytest.fixture
def owner(database: object) -> Person:
    return make_owner(make_company("Ditta Token"), email="token@ditta.example", password=PASSWORD)


def ask(client: FlaskClient, **values: object) -> object:
    body = {"email": "token@ditta.example", "password": PASSWORD, "scopes": [READ], **values}
    return client.post("/api/v1/tokens", json=body)


def test_token_opens_what_its_scope_allows_and_is_kept_as_a_hash(client: FlaskClient, owner: Person) -> None:
    answer = ask(client)
    assert answer.status_code == 201
    token = answer.json["token"]
    seen = client.get("/api/v1/organisations/" + "nobody", headers={"Authorization": f"Bearer {token}"})
    assert seen.status_code == 404
    row = db.session.scalars(sa.select(ApiToken)).one()
    assert (row.scopes, token in row.token_hash, len(row.token_hash)) == ([READ], False, 64)


@pytest.mark.parametrize(
    ("change", "status", "field"),
    [
        ({"password": "wrong"}, 409, "password"),
        ({"email": "nobody@ditta.example"}, 409, "password"),
        ({"scopes": ["everything"]}, 422, "scopes"),
        ({"scopes": []}, 422, "scopes"),
        ({"days": 366}, 422, "days"),
        ({"days": "soon"}, 422, "days"),
        ({"surprise": 1}, 422, "surprise"),
        ({"organisation_id": "018f0000-0000-7000-8000-000000000000"}, 422, "organisation_id"),
    ],
)
def test_token_request_that_is_not_acceptable_names_the_field(
    client: FlaskClient, owner: Person, change: dict[str, object], status: int, field: str
) -> None:
    answer = ask(client, **change)
    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")
    assert [p["field"] for p in answer.json["problems"]] == [field]
    assert db.session.scalar(sa.select(sa.func.count()).select_from(ApiToken)) == 0


def test_token_request_that_is_not_json_is_400(client: FlaskClient) -> None:
    answer = client.post("/api/v1/tokens", data="{", content_type="application/json")
    assert (answer.status_code, answer.mimetype) == (400, "application/problem+json")


def test_token_asks_for_the_second_factor_where_one_is_set(client: FlaskClient, owner: Person) -> None:
    account = account_of(owner)
    key = account.tf_totp_secret = proofs.new_totp_secret()
    account.tf_primary_method = "authenticator"
    db.session.flush()
    assert (ask(client).status_code, ask(client).json["problems"][0]["field"]) == (409, "totp")
    assert ask(client, totp="000000").status_code == 409
    assert ask(client, totp=proofs._totp().generate_totp_password(key)).status_code == 201


def test_token_is_over_at_its_instant(client: FlaskClient, owner: Person) -> None:
    headers = {"Authorization": f"Bearer {ask(client, days=1).json['token']}"}
    assert client.get("/api/v1/organisations", headers=headers).status_code == 200
    with time_machine.travel(time.time() + 86_401, tick=False):
        assert client.get("/api/v1/organisations", headers=headers).status_code == 401


def test_token_without_the_scope_is_403_and_without_token_401(client: FlaskClient, owner: Person) -> None:
    answer = client.get("/api/v1/organisations", headers=make_token(owner, ["sessions:read"]))
    assert (answer.status_code, answer.json["problems"][0]["rule"]) == (403, "R12")
    bare = client.get("/api/v1/organisations")
    assert (bare.status_code, bare.headers["WWW-Authenticate"].lower()) == (401, "bearer")


def test_cookie_opens_nothing_of_the_api_and_token_no_page(
    client: FlaskClient, owner: Person, sign_in: Callable[..., FlaskClient]
) -> None:
    assert client.get("/me", headers=make_token(owner, [READ])).status_code == 302
    assert sign_in(client, owner).get("/api/v1/organisations").status_code == 401


def test_revoked_token_opens_nothing_and_only_its_person_revokes_it(client: FlaskClient, owner: Person) -> None:
    made = ask(client).json
    stranger = make_token(make_learner(make_company()), [READ])
    assert client.delete(f"/api/v1/tokens/{made['id']}", headers=stranger).status_code == 404
    mine = {"Authorization": f"Bearer {made['token']}"}
    assert client.delete(f"/api/v1/tokens/{made['id']}", headers=mine).status_code == 204
    assert client.get("/api/v1/organisations", headers=mine).status_code == 401


def test_token_tries_are_limited_per_address(client: FlaskClient) -> None:
    seen = [ask(client, email="limit2@ditta.example", password="x").status_code for _ in range(11)]
    assert seen == [409] * 10 + [429]


def test_organisations_come_in_pages_and_hide_other_companies(client: FlaskClient, owner: Person) -> None:
    make_company("Ditta Altrui")
    for number in range(5):
        make_organisation(f"Ente {number}")
    headers = make_token(owner, [READ])
    seen: list[str] = []
    address = "/api/v1/organisations?limit=2"
    for _ in range(4):
        page = client.get(address, headers=headers).json
        seen += [item["name"] for item in page["items"]]
        if page["next"] is None:
            break
        address = f"/api/v1/organisations?limit=2&cursor={page['next']}"
    assert sorted(seen) == ["Ditta Token", "Ente 0", "Ente 1", "Ente 2", "Ente 3", "Ente 4"]


def test_company_of_others_is_not_found_by_slug(client: FlaskClient, owner: Person) -> None:
    foreign, mine = make_company("Ditta Altrui"), owner
    headers = make_token(mine, [READ])
    assert client.get(f"/api/v1/organisations/{foreign.slug}", headers=headers).status_code == 404
    university = make_organisation("Ente Pubblico")
    assert client.get(f"/api/v1/organisations/{university.slug}", headers=headers).json["name"] == "Ente Pubblico"


@pytest.mark.parametrize("cursor", ["x", "%00", "aGFsbG8"])
def test_cursor_that_is_not_ours_is_422(client: FlaskClient, owner: Person, cursor: str) -> None:
    answer = client.get(f"/api/v1/organisations?cursor={cursor}", headers=make_token(owner, [READ]))
    assert (answer.status_code, answer.json["problems"][0]["field"]) == (422, "cursor")


def test_organisations_cost_the_same_statements_for_one_and_three(
    client: FlaskClient, owner: Person, count_queries: Callable[[], int]
) -> None:
    headers = make_token(owner, [READ])
    client.get("/api/v1/organisations", headers=headers)
    count_queries()
    client.get("/api/v1/organisations", headers=headers)
    one = count_queries()
    for _ in range(3):
        make_organisation()
    count_queries()
    client.get("/api/v1/organisations", headers=headers)
    assert count_queries() == one


def test_chrome_of_a_signed_in_page_costs_at_most_four_statements(
    client: FlaskClient, sign_in: Callable[..., FlaskClient], count_queries: Callable[[], int]
) -> None:
    person = make_person("Tina", [make_company(), make_organisation(), make_organisation()])
    sign_in(client, person)
    client.get("/sign-in")
    count_queries()
    assert "Tina" in client.get("/sign-in").text
    assert count_queries() <= 4


def test_openapi_document_tells_scope_and_refusals(client: FlaskClient) -> None:
    document = client.get("/api/v1/openapi.json").json
    operation = document["paths"]["/api/v1/organisations"]["get"]
    assert document["openapi"].startswith("3.1")
    assert (operation["x-scope"], operation["security"]) == (READ, [{"bearer": []}])
    assert {"200", "400", "401", "403", "404", "409", "422", "429"} <= set(operation["responses"])
    body = operation["responses"]["409"]["content"]["application/problem+json"]["schema"]
    assert body == {"$ref": "#/components/schemas/ProblemDocument"}
    assert "security" not in document["paths"]["/api/v1/tokens"]["post"]


def test_flask_token_create_prints_a_token_that_works(app: APIFlask, client: FlaskClient, owner: Person) -> None:
    result = app.test_cli_runner().invoke(args=["token", "create", "token@ditta.example", "--scope", READ])
    assert result.exit_code == 0, result.output
    headers = {"Authorization": f"Bearer {result.output.strip()}"}
    assert client.get("/api/v1/organisations", headers=headers).status_code == 200
    wrong = app.test_cli_runner().invoke(args=["token", "create", "token@ditta.example", "--scope", "everything"])
    assert (wrong.exit_code, "There is no scope everything." in wrong.output) == (1, True)
