"""I1: modules over the API: what is published, by cursor, with the scope."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from lift.content.enums import StepKind, VersionState
from tests.factories.content import make_group, make_version
from tests.factories.people import make_company, make_owner, make_token

pytestmark = pytest.mark.usefixtures("database")

URL = "/api/v1/modules"


@pytest.fixture
def token(database: object) -> dict[str, str]:
    return make_token(make_owner(make_company()), ["content:read"])


def test_i1_modules_come_page_by_page_without_drafts(client: FlaskClient, token: dict[str, str]) -> None:
    slugs = [make_version(title=t).module.slug for t in ("C", "A", "B")]
    make_version(state=VersionState.DRAFT).module.published_version_id = None
    first = client.get(f"{URL}?limit=2", headers=token).get_json()
    second = client.get(f"{URL}?limit=2&cursor={first['next']}", headers=token).get_json()
    assert [m["slug"] for m in first["items"] + second["items"]] == slugs
    assert second["next"] is None


def test_i1_module_says_what_it_is(client: FlaskClient, token: dict[str, str]) -> None:
    version = make_version(
        StepKind.LIVE, group=make_group("lines"), title="Drift", credits={"made": 100},
        requirements={"asset_type": "cell", "capabilities": ["watchdog"]},
        skills=[{"uri": "http://data.europa.eu/esco/skill/x", "label": "run simulations", "level": "guided"}],
    )  # fmt: skip
    answer = client.get(f"{URL}/{version.module.slug}", headers=token)
    found = answer.get_json()
    assert answer.status_code == 200
    assert (found["group"], found["version"], found["title"]["en"], found["asset_type"], found["capabilities"]) == (
        "lines", 1, "Drift", "cell", ["watchdog"],
    )  # fmt: skip
    assert found["skills"] == [
        {"uri": "http://data.europa.eu/esco/skill/x", "label": "run simulations", "level": "guided"}
    ]
    assert [(s["key"], s["kind"], s["minutes"]) for s in found["steps"]] == [("step-1", "live", 5)]
    assert "body" not in found["steps"][0]


@pytest.mark.parametrize(
    ("path", "status"),
    [("/nobody", 404), ("?cursor=nonsense", 422), ("?limit=0", 422), ("?limit=many", 422), ("?colour=red", 422)],
)
def test_i1_wrong_questions_are_refused_as_problem_documents(
    client: FlaskClient, token: dict[str, str], path: str, status: int
) -> None:
    answer = client.get(URL + path, headers=token)
    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")


def test_i1_modules_need_a_token_with_the_scope(client: FlaskClient) -> None:
    other = make_token(make_owner(make_company()), ["hubs:read"])
    assert client.get(URL).status_code == 401
    assert client.get(URL, headers=other).status_code == 403


def test_i1_modules_ask_the_database_as_often_for_three_as_for_one(
    client: FlaskClient, token: dict[str, str], count_queries: Callable[[], int]
) -> None:
    make_version()
    client.get(URL, headers=token)
    count_queries()
    client.get(URL, headers=token)
    one = count_queries()
    make_version()
    make_version()
    count_queries()
    client.get(URL, headers=token)
    assert count_queries() == one
