"""The document and the API are one: every route stands in it, every answer is one it names (I1)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import schemathesis
from apiflask import APIFlask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from schemathesis import Case
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from lift.seed.demo import seed_demo
from tests import engines

EXAMPLES = 8
CHECKS = (
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
)
METHODS = {"get", "post", "put", "patch", "delete"}
RESOURCES = {
    "assets", "benches", "bookings", "certificates", "hubs", "labs", "modules", "organisations", "sessions", "simulations",
    "simulators", "tokens",
}  # fmt: skip


def documented(client: FlaskClient) -> set[tuple[str, str]]:
    paths = client.get("/api/v1/openapi.json").json["paths"]
    return {(method, path) for path, item in paths.items() for method in item if method in METHODS}


def routed(app: APIFlask) -> set[tuple[str, str]]:
    found = set()
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith("/api/v1/") and rule.endpoint != "openapi.spec":
            path = "".join(f"{{{part}}}" if is_variable else part for is_variable, part in parts(rule.rule))
            found |= {(method.lower(), path) for method in rule.methods or () if method.lower() in METHODS}
    return found


def parts(rule: str) -> Iterator[tuple[bool, str]]:
    for piece in rule.replace(">", "<").split("<"):
        yield (False, piece) if piece.startswith("/") or not piece else (True, piece.split(":")[-1])


def test_every_route_of_the_api_stands_in_the_document_and_the_reverse(app: APIFlask, client: FlaskClient) -> None:
    assert documented(client) == routed(app)


def test_document_is_openapi_3_1_and_names_every_resource_of_the_issue(client: FlaskClient) -> None:
    document = client.get("/api/v1/openapi.json").json
    assert document["openapi"].startswith("3.1")
    assert {path.split("/")[3] for path in document["paths"]} >= RESOURCES


def test_every_operation_needs_a_token_but_the_one_that_gives_it(client: FlaskClient) -> None:
    paths = client.get("/api/v1/openapi.json").json["paths"]
    open_ones = {
        (method, path)
        for path, item in paths.items()
        for method, operation in item.items()
        if method in METHODS and not operation.get("security")
    }
    assert open_ones <= {("post", "/api/v1/tokens"), ("get", "/api/v1/certificates/{code}")}


@pytest.fixture(scope="module")
def demo_app(servers: engines.Servers, worker_id: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[APIFlask]:
    """The demo world in a database of its own, where commits are real."""
    with (
        engines.cloned(servers, f"lift_api_{worker_id}") as url,
        engines.running_app(engines.settings_for(servers, url, tmp_path_factory.mktemp("api"))) as app,
    ):
        with app.app_context():
            seed_demo()
        yield app


@pytest.fixture(scope="module")
def api_schema(demo_app: APIFlask) -> schemathesis.BaseSchema:
    """The document as schemathesis reads it."""

    return schemathesis.openapi.from_wsgi("/api/v1/openapi.json", demo_app)


@pytest.fixture(scope="module")
def token(demo_app: APIFlask) -> str:
    """A token of the lab's manager with every scope."""
    body = {"email": "lab@lift.example", "password": "lift-demo"}
    response = demo_app.test_client().post("/api/v1/tokens", json=body)
    assert response.status_code == 201, response.json
    return str(response.json["token"])


def failure_of(operation: APIOperation, token: str) -> str:
    """Throws generated cases at one operation; what was not as documented, '' when all was."""

    @given(case=operation.as_strategy())
    @settings(max_examples=EXAMPLES, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    def throw(case: Case) -> None:
        case.call_and_validate(headers={"Authorization": f"Bearer {token}"}, checks=list(CHECKS))

    try:
        throw()
    except FailureGroup as failures:
        return f"{operation.label}: {failures}"
    return ""


def test_no_answer_is_undocumented(api_schema: schemathesis.BaseSchema, token: str) -> None:
    operations = [result.ok() for result in api_schema.get_all_operations()]
    assert [found for operation in operations if (found := failure_of(operation, token))] == []
