"""Home, its live tile, the status and the pages to read."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient

from lift.core import clock, retention
from lift.core.db import db
from lift.core.enums import JobState
from lift.core.models import Job
from lift.front.texts import KEPT, THEN
from lift.network.enums import GroupStanding, PartnerState
from tests.factories.content import make_group, make_version
from tests.factories.live import Cell, FakeGateway, make_cell
from tests.factories.network import join_group, make_partner
from tests.factories.people import make_company, make_owner
from tests.factories.training import make_session
from tests.page_reading import links_of, main_of, rows_of

pytestmark = pytest.mark.usefixtures("database")

PLACE = {"city": "Milano", "lat": 45.5, "lon": 9.2}


def pins(client: FlaskClient) -> list[str]:
    """Addresses of the organisations beside the map."""
    page = client.get("/").get_data(as_text=True)
    return re.findall(r'<li><a href="(/partners/[^"]+)" tabindex="-1">', page)


def test_home_shows_every_public_partner_and_who_shares_a_group(client: FlaskClient) -> None:
    one = make_partner("Uno", body={**PLACE, "slug": "uno"})
    two = make_partner("Due", body={**PLACE, "slug": "due", "lat": 60.0})
    make_partner("Tre", PartnerState.APPLIED, body={**PLACE, "slug": "tre"})
    group = make_group()
    join_group(group, one, GroupStanding.LEAD)
    assert client.get("/").get_data(as_text=True).count('<g class="l-europe__arcs"></g>') == 2
    join_group(group, two)
    page = client.get("/").get_data(as_text=True)
    assert pins(client) == ["/partners/due", "/partners/uno"]
    assert page.count('<g class="l-europe__arcs"><path') == 3  # desk, phone, key
    assert "2 universities" in main_of(client.get("/"))


def test_home_shows_the_next_three_sessions_and_counts_all_open_ones(client: FlaskClient) -> None:
    soon = clock.now() + timedelta(days=2)
    made = [
        make_session(5, version=make_version(title=f"Lesson {n}"), starts_at=soon + timedelta(days=n)) for n in range(4)
    ]
    make_session(5, starts_at=soon, enrol_until=clock.now() - timedelta(hours=1))
    answer = client.get("/")
    assert [x for x in links_of(answer) if x.startswith("/sessions/")] == [f"/sessions/{s.code}" for s in made[:3]]
    assert "4 sessions are open now. Prices are for a firm with fewer than 250 people." in main_of(answer)


def test_home_without_sessions_leads_to_the_modules(client: FlaskClient) -> None:
    page = main_of(client.get("/"))
    assert "0 sessions are open now." in page
    assert "No session is open at the moment." in page


def test_home_says_whose_prices_it_shows(client: FlaskClient, sign_in: Callable[..., FlaskClient]) -> None:
    sign_in(client, make_owner(make_company()))
    assert "Prices are for your firm." in main_of(client.get("/"))


def public_cell(client: FlaskClient) -> tuple[Cell, FakeGateway]:
    cell = make_cell(public_tile=True)
    gateway = FakeGateway(client, cell.token, cell.asset.key)
    gateway.values["SpindleLoad"] = 43.4
    return cell, gateway


def test_home_shows_a_public_machine_live_and_never_who_drives(client: FlaskClient) -> None:
    cell, gateway = public_cell(client)
    assert "no signal at the moment" in main_of(client.get("/"))
    gateway.beat()
    page = main_of(client.get("/"))
    assert f"{cell.asset.name}, {cell.lab.name} live, you can only watch" in page
    assert "43 %" in page
    assert "Nobody has the controls right now." in page


def test_home_has_no_tile_where_no_machine_is_public(client: FlaskClient) -> None:
    make_cell(public_tile=False)
    assert 'data-island="live-tile"' not in client.get("/").get_data(as_text=True)


def test_tile_gives_the_last_ten_minutes_of_one_variable_of_a_public_machine(client: FlaskClient) -> None:
    cell, gateway = public_cell(client)
    gateway.beat()
    start = time.time() - 60
    assert (
        gateway.batch(
            gateway.block(start, SpindleLoad=[40.0, 41.0, 42.0, 43.0], BearingTemperature=[1.0] * 4)
        ).status_code
        == 200
    )
    answer = client.get(f"/tiles/{cell.asset.key}.json")
    assert answer.status_code == 200
    assert answer.get_json()["variables"] == {"SpindleLoad": [40.0, 41.0, 42.0, 43.0]}
    assert answer.get_json()["times"] == pytest.approx([start + n / 2 for n in range(4)])
    assert answer.headers["Cache-Control"] == "public, max-age=4"


def test_tile_of_a_machine_that_is_not_public_is_404(client: FlaskClient) -> None:
    cell = make_cell(public_tile=False)
    assert client.get(f"/tiles/{cell.asset.key}.json").status_code == 404
    assert client.get("/tiles/nobody.json").status_code == 404


def test_home_asks_the_database_as_often_for_three_as_for_one(
    client: FlaskClient, count_queries: Callable[[], int]
) -> None:
    group = make_group()

    def grow(n: int) -> None:
        join_group(group, make_partner(f"Partner {n}", body=PLACE))
        make_session(5)

    grow(1)
    client.get("/")
    count_queries()
    client.get("/")
    one = count_queries()
    grow(2)
    grow(3)
    count_queries()
    client.get("/")
    assert count_queries() == one


def test_status_says_in_plain_words_what_works(client: FlaskClient) -> None:
    page = main_of(client.get("/status"))
    assert page.startswith("Home Status Everything works")
    assert "Pages, bookings and enrolments works Everything that you save is kept." in page
    assert "Live values on the benches works" in page


def test_status_says_what_is_late_when_nobody_does_the_work(client: FlaskClient) -> None:
    db.session.add(
        Job(kind="core.send_mail", arguments={}, state=JobState.NEW, due_at=clock.now() - timedelta(hours=1))
    )
    db.session.commit()
    answer = client.get("/status")
    assert answer.status_code == 200
    assert "Something does not work as it should" in main_of(answer)
    assert "Mails, certificates and recordings disturbed They are late. Nothing is lost" in main_of(answer)


def test_status_tells_nothing_of_the_machine_inside(client: FlaskClient, app: APIFlask) -> None:
    page = client.get("/status").get_data(as_text=True)
    assert [word in page for word in (str(app.config["LIFT"].home), "celery", "schema", "LIFT_")] == [False] * 4


def test_privacy_shows_the_table_by_which_the_program_deletes(client: FlaskClient) -> None:
    classes = retention.table()
    assert [(c.name in KEPT, c.action in THEN) for c in classes] == [(True, True)] * len(classes)
    assert rows_of(client.get("/privacy")) == [
        [KEPT[c.name], f"{c.age.days} days", THEN[c.action]] for c in classes
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("path", "heading"),
    [
        ("/how-lift-works", "How LIFT works"),
        ("/accessibility", "Accessibility"),
        ("/privacy", "Privacy"),
        ("/status", "Everything works"),
    ],
)
def test_every_page_leads_to_the_pages_to_read(client: FlaskClient, path: str, heading: str) -> None:
    page = client.get("/").get_data(as_text=True)
    assert f'href="{path}"' in page[page.index("<footer") :]
    assert f"<h1>{heading}</h1>" in client.get(path).get_data(as_text=True)


@pytest.mark.parametrize("path", ["/_ui", "/_ui/bench"])
def test_gallery_of_parts_is_open_in_test_and_closed_in_production(
    client: FlaskClient, app: APIFlask, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    assert client.get(path).status_code == 200
    assert client.get("/_ui/nonsense").status_code == 404
    monkeypatch.setitem(app.config, "LIFT", replace(app.config["LIFT"], mode="production"))
    assert client.get(path).status_code == 404
