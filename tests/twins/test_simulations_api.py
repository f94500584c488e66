"""Simulators and simulations under /api/v1 (I1, I2): schema, start, luck, cancel, pages, refusals, retries."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from lift.core.actor import Actor
from lift.core.db import db
from lift.people.models import Person
from lift.twins.models import SimulationRun
from lift.twins.queries import runs as queries
from lift.twins.simulators import registry
from lift.twins.simulators.line import LineParameters
from tests.factories.people import actor_for, make_company, make_learner, make_token
from tests.factories.twins import finished, start

pytestmark = pytest.mark.integration

URL = "/api/v1/simulations"
SCOPES = ["simulations:read", "simulations:write"]


@pytest.fixture
def person(database: object) -> Person:
    return make_learner(make_company())


@pytest.fixture
def learner(person: Person) -> Actor:
    return actor_for(person)


@pytest.fixture
def token(person: Person) -> dict[str, str]:
    return make_token(person, SCOPES)


def rows() -> int:
    return db.session.scalar(sa.select(sa.func.count(SimulationRun.id))) or 0


def test_i1_simulator_tells_the_schema_of_its_parameters(client: FlaskClient, token: dict[str, str]) -> None:
    found = client.get("/api/v1/simulators/line", headers=token).get_json()
    assert found["parameters"]["properties"] == LineParameters.model_json_schema()["properties"]
    assert (found["key"], found["version"]) == ("line", registry.get("line").version)
    listed = client.get("/api/v1/simulators", headers=token).get_json()["items"]
    assert [one["key"] for one in listed] == ["job-shop", "line", "oven"]
    assert listed[1] == found


def test_i1_simulation_is_started_worked_on_and_read(
    client: FlaskClient, token: dict[str, str], run_jobs: Callable[[], int]
) -> None:
    body = {"simulator": "line", "parameters": {"mill_s": 38, "days": "10"}, "seed": 42}
    answer = client.post(URL, json=body, headers=token)
    made = answer.get_json()
    assert (answer.status_code, answer.headers["Location"]) == (201, f"{URL}/{made['id']}")
    assert (made["state"], made["number"], made["seed"], made["figures"]) == ("queued", 1, 42, None)
    run_jobs()
    done = client.get(answer.headers["Location"], headers=token).get_json()
    direct = registry.get("line").run(LineParameters(mill_s=38, days=10), 42, lambda *_: None, lambda: False)
    first = direct.figures[0]
    assert (done["state"], done["done_units"], done["total_units"], done["reused"]) == ("done", 10, 10, False)
    assert done["figures"][0] == {
        "key": "good_per_hour",
        "label": "Good parts per hour",
        "unit": "parts/h",
        "mean": first.mean,
        "half_width": first.half_width,
        "values": list(first.values),
    }
    assert len(done["figures"]) == len(direct.figures)


def test_i1_same_luck_as_another_simulation(client: FlaskClient, token: dict[str, str], learner: Actor) -> None:
    first = finished(learner, seed=77)
    body = {"simulator": "line", "same_luck_as": str(first.id), "parameters": {"mill_s": 40}}
    assert client.post(URL, json=body, headers=token).get_json()["seed"] == 77


def test_i1_same_content_is_done_at_once(client: FlaskClient, token: dict[str, str], learner: Actor) -> None:
    finished(learner, seed=5)
    made = client.post(URL, json={"simulator": "line", "parameters": {"days": 10}, "seed": 5}, headers=token).get_json()
    assert (made["state"], made["reused"], made["number"]) == ("done", True, 2)


def test_i2_retry_with_the_same_key_starts_one_simulation(client: FlaskClient, token: dict[str, str]) -> None:
    body: dict[str, Any] = {"simulator": "line", "parameters": {"days": 10}}
    headers = {**token, "Idempotency-Key": "k1"}
    first, again = client.post(URL, json=body, headers=headers), client.post(URL, json=body, headers=headers)
    assert (first.get_json(), again.status_code, rows()) == (again.get_json(), 201, 1)
    other = client.post(URL, json={**body, "seed": 1}, headers=headers)
    assert (other.status_code, rows()) == (422, 1)


def test_i1_cancel_asks_to_stop_and_a_second_time_is_too_late(
    client: FlaskClient, token: dict[str, str], learner: Actor
) -> None:
    run = start(learner)
    answer = client.delete(f"{URL}/{run.id}", headers=token)
    assert (answer.status_code, answer.get_json()["state"]) == (200, "cancelled")
    late = client.delete(f"{URL}/{run.id}", headers=token)
    assert (late.status_code, late.mimetype) == (409, "application/problem+json")
    assert late.get_json()["problems"][0]["text"] == (
        "This run is over already, so there is nothing to cancel. Its result is kept."
    )


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({"simulator": "line", "parameters": {"mill_s": 9}}, 422, "mill_s"),
        ({"simulator": "line", "parameters": {"mill_s": "fast"}}, 422, "mill_s"),
        ({"simulator": "line", "parameters": {"speed": 1}}, 422, "speed"),
        ({"simulator": "line", "seed": -1}, 422, "seed"),
        ({"simulator": "line", "seed": 1.5}, 422, "seed"),
        ({"parameters": {}}, 422, "simulator"),
        ({"simulator": "line", "colour": "red"}, 422, "colour"),
        ({"simulator": "nothing"}, 404, None),
        ({"simulator": "line", "same_luck_as": str(uuid4())}, 404, None),
    ],
)
def test_i1_wrong_simulation_is_refused_with_the_field_named(
    client: FlaskClient, token: dict[str, str], body: dict[str, Any], status: int, field: str | None
) -> None:
    answer = client.post(URL, json=body, headers=token)
    assert (answer.status_code, answer.mimetype, rows()) == (status, "application/problem+json", 0)
    assert [problem["field"] for problem in answer.get_json()["problems"]] == [field]


def test_i1_fourth_open_simulation_is_refused_with_the_limit(
    client: FlaskClient, token: dict[str, str], learner: Actor
) -> None:
    for _ in range(3):
        start(learner)
    answer = client.post(URL, json={"simulator": "line"}, headers=token)
    problem = answer.get_json()["problems"][0]
    assert (answer.status_code, problem["rule"], problem["passes"]) == (409, "X18-limit", 3)
    assert problem["ways"][0]["url"].endswith("/what-if/line")


def test_i1_strangers_simulation_is_not_found(client: FlaskClient, token: dict[str, str]) -> None:
    other = start(actor_for(make_learner(make_company(), "Stella Straniera")))
    assert client.get(f"{URL}/{other.id}", headers=token).status_code == 404
    assert client.delete(f"{URL}/{other.id}", headers=token).status_code == 404
    assert client.get(URL, headers=token).get_json() == {"items": [], "next": None}
    assert queries.run_now(other.id).is_open


def test_i1_simulations_come_newest_first_page_by_page(
    client: FlaskClient, token: dict[str, str], learner: Actor
) -> None:
    made = [str(start(learner).id) for _ in range(3)]
    first = client.get(f"{URL}?limit=2&simulator=line", headers=token).get_json()
    second = client.get(f"{URL}?limit=2&simulator=line&cursor={first['next']}", headers=token).get_json()
    assert [item["id"] for item in first["items"] + second["items"]] == made[::-1]
    assert second["next"] is None
    assert client.get(f"{URL}?simulator=other", headers=token).get_json()["items"] == []


@pytest.mark.parametrize("query", ["?cursor=nonsense", "?limit=0", "?limit=many", "?colour=red"])
def test_i1_wrong_questions_are_refused_as_problem_documents(
    client: FlaskClient, token: dict[str, str], query: str
) -> None:
    answer = client.get(URL + query, headers=token)
    assert (answer.status_code, answer.mimetype) == (422, "application/problem+json")


def test_i1_simulations_ask_the_database_as_often_for_three_as_for_one(
    client: FlaskClient, token: dict[str, str], learner: Actor, count_queries: Callable[[], int]
) -> None:
    finished(learner, seed=9)
    client.get(URL, headers=token)
    count_queries()
    client.get(URL, headers=token)
    one = count_queries()
    start(learner, seed=9)
    start(learner, seed=9)
    count_queries()
    client.get(URL, headers=token)
    assert count_queries() == one


@pytest.mark.parametrize(
    ("method", "path", "scope"),
    [
        ("get", "/api/v1/simulators", "simulations:write"),
        ("get", "/api/v1/simulators/line", "simulations:write"),
        ("get", URL, "simulations:write"),
        ("get", f"{URL}/{UUID(int=1)}", "simulations:write"),
        ("post", URL, "simulations:read"),
        ("delete", f"{URL}/{UUID(int=1)}", "simulations:read"),
    ],
)
def test_i1_each_call_needs_a_token_with_its_scope(
    client: FlaskClient, person: Person, method: str, path: str, scope: str
) -> None:
    call = getattr(client, method)
    assert call(path, json={"simulator": "line"} if method == "post" else None).status_code == 401
    other = make_token(person, [scope])
    assert call(path, json={"simulator": "line"} if method == "post" else None, headers=other).status_code == 403


def test_i1_document_tells_the_scopes(client: FlaskClient) -> None:
    paths = client.get("/api/v1/openapi.json").get_json()["paths"]
    ours = {
        (path, method): operation["x-scope"]
        for path, operations in paths.items()
        if path.startswith("/api/v1/simul")
        for method, operation in operations.items()
        if method != "parameters"
    }
    assert ours == {
        ("/api/v1/simulators", "get"): "simulations:read",
        ("/api/v1/simulators/{key}", "get"): "simulations:read",
        (URL, "post"): "simulations:write",
        (URL, "get"): "simulations:read",
        (f"{URL}/{{simulation_id}}", "get"): "simulations:read",
        (f"{URL}/{{simulation_id}}", "delete"): "simulations:write",
    }
