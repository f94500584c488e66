"""I1: hubs over the API: the profile as the source writes it, what people wrote, by cursor, with the scope."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from flask.testing import FlaskClient

from lift.seed.files import document
from tests.factories.clusters import make_hub, write
from tests.factories.people import make_company, make_owner, make_token

pytestmark = pytest.mark.usefixtures("database")

URL = "/api/v1/hubs"


@pytest.fixture
def token(database: object) -> dict[str, str]:
    return make_token(make_owner(make_company()), ["hubs:read"])


def test_i1_hub_gives_the_profile_as_the_source_writes_it(client: FlaskClient, token: dict[str, str]) -> None:
    hub = make_hub("afil", profile=document("afil_profile"), profile_source="SciTransfer", regions=["ITC4"])
    write(hub, "We go on.", day=date(2026, 11, 3))
    found = client.get(f"{URL}/afil", headers=token).get_json()
    assert found["profile"] == document("afil_profile")
    assert (found["profile_source"], found["profile_read_on"], found["regions"]) == ("SciTransfer", None, ["ITC4"])
    assert found["texts"] == [
        {"kind": "outlook", "text": {"en": "We go on."}, "author_name": "Elena Fittizia", "written_on": "2026-11-03"}
    ]


def test_i1_hubs_come_page_by_page(client: FlaskClient, token: dict[str, str]) -> None:
    for slug in ("c", "a", "b"):
        make_hub(slug)
    first = client.get(f"{URL}?limit=2", headers=token).get_json()
    second = client.get(f"{URL}?limit=2&cursor={first['next']}", headers=token).get_json()
    assert [h["slug"] for h in first["items"] + second["items"]] == ["c", "a", "b"]
    assert second["next"] is None


def test_i1_hubs_need_a_token_with_the_scope_and_a_known_slug(client: FlaskClient, token: dict[str, str]) -> None:
    other = make_token(make_owner(make_company()), ["content:read"])
    assert [
        client.get(URL).status_code,
        client.get(URL, headers=other).status_code,
        client.get(f"{URL}/nobody", headers=token).status_code,
    ] == [401, 403, 404]


def test_i1_hubs_ask_the_database_as_often_for_three_as_for_one(
    client: FlaskClient, token: dict[str, str], count_queries: Callable[[], int]
) -> None:
    write(make_hub("one"), "One.")
    client.get(URL, headers=token)
    count_queries()
    client.get(URL, headers=token)
    one = count_queries()
    write(make_hub("two"), "Two.")
    write(make_hub("three"), "Three.")
    count_queries()
    client.get(URL, headers=token)
    assert count_queries() == one
