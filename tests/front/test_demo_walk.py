"""Walks 6 and 8 through the demo world: what the author, the officer, the office and a visitor see."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from lift.people.queries import account_by_email
from lift.seed.demo import seed_demo
from lift.seed.files import table
from tests.page_reading import main_of

pytestmark = pytest.mark.usefixtures("database")

PUBLIC = ("/", "/sessions", "/modules", "/labs", "/partners", "/hubs", "/groups", "/certificates/check")


def test_demo_world_shows_each_person_what_they_came_for(
    client: FlaskClient, sign_in: Callable[..., FlaskClient]
) -> None:
    assert seed_demo()
    pages = {path: client.get(path) for path in PUBLIC}
    assert {path: answer.status_code for path, answer in pages.items()} == dict.fromkeys(PUBLIC, 200)
    beside_map = re.findall(r'<li><a href="/partners/([^"]+)" tabindex="-1">', pages["/"].get_data(as_text=True))
    assert len(beside_map) == 13
    assert sorted(beside_map) == sorted(row["id"] for row in table("lift_partners"))
    assert "in review" not in main_of(client.get("/groups/autonomous-robots"))

    def as_person(name: str, path: str) -> str:
        account = account_by_email(f"{name}@lift.example")
        assert account is not None
        sign_in(client, account.person)
        with client.session_transaction() as cookie:
            cookie["locale"] = "en"
        return main_of(client.get(path))

    assert "Your groups Autonomous robots" in as_person("author", "/groups")
    assert "Choosing a first robot cell version 1 in review Henrik Schraube, TU Darmstadt: asked, no answer yet" in (
        as_person("author", "/groups/autonomous-robots")
    )
    officer = as_person("officer", "/hubs/afil")
    assert "494 K EUR" in officer
    assert "SciTransfer, from EU project data (H2020). The source gives no reading date." in officer
    for name in ("leader", "business"):
        office = as_person(name, "/partners")
        assert "Applied 1 Example University Four (invented)" in office
        assert "activity leader, POLIMI 3 days" in office
        assert "On trial 1 Musterlabor Zwei (invented)" in office
        assert "business owner, MADE 41 days" in office
    assert "activity-leader@lift.example" in main_of(client.get("/partners/polimi"))
    assert client.get("/partners/muster-lab-two").status_code == 200
    assert len(table("lift_partners")) + 3 == sum(
        "partners/" in line for line in client.get("/partners").get_data(as_text=True).split("l-card--choice")[1:]
    )
    assert client.get("/audit").status_code == 200
