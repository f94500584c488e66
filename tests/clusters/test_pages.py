"""C7, C9, C10, C11: a hub's page shows its source's figures, tells what is missing, and keeps written and computed apart."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from lift.clusters import services
from lift.clusters.models import Hub, HubText
from lift.core import clock
from lift.core.actor import Role, Scope
from lift.core.db import db
from lift.people.models import Person
from lift.seed.files import document
from lift.training.enums import SessionMode
from tests.factories.clusters import cluster_of, make_hub, write
from tests.factories.content import make_group, make_version
from tests.factories.people import make_organisation, make_person
from tests.factories.training import make_host_lab, make_session
from tests.page_reading import links_of, main_of, rows_of, words_of

pytestmark = pytest.mark.usefixtures("database")

NO_NAME = (
    "Area without a name in the source The source gives neither name nor level."
    " We do not guess; the projects behind it are below."
)
SOURCE = "SciTransfer, from EU project data (H2020). The source gives no reading date."


@pytest.fixture
def afil(database: object) -> Hub:
    return make_hub("afil", profile=document("afil_profile"), profile_source=SOURCE, regions=["ITC4"])


def officer(hub: Hub) -> Person:
    body = cluster_of(hub)
    return make_person("Ines Valvola", body, [(Role.OFFICER, Scope.CLUSTER, body.id)])


def figures(client: FlaskClient, path: str = "/hubs/afil") -> dict[str, str]:
    """Label → value of the large numbers."""
    page = client.get(path).get_data(as_text=True)
    found = re.findall(r'<dt>(.*?)</dt><dd class="l-figures__value">(.*?)</dd>', page, re.DOTALL)
    return {words_of(label): words_of(value) for label, value in found}


def test_c7_hub_figures_equal_those_of_the_source_and_the_source_is_named(client: FlaskClient, afil: Hub) -> None:
    head = document("afil_profile")["headline"]
    assert figures(client) == {
        "EU projects": str(head["projects"]),
        "as coordinator": str(head["as_coordinator"]),
        "EU funding": head["total_ec_funding_display"].removeprefix("EUR ").replace("K", " K EUR"),
        "different partners": str(head["unique_partners"]),
        "countries": str(head["countries"]),
    }
    page = main_of(client.get("/hubs/afil"))
    assert f"computed {SOURCE}" in page
    assert "Rounded by the source: between 493 500 and 494 499." in page
    assert "The source does not say whether its own country counts." in page
    assert "the source gives no date" in page


def test_c7_expertise_keeps_levels_counts_and_the_area_without_a_name(client: FlaskClient, afil: Hub) -> None:
    page = client.get("/hubs/afil").get_data(as_text=True)
    areas = [words_of(part) for part in re.split(r'<div class="l-expertise(?: l-missing)?">', page)[1:]]
    assert [area.split(" of 5 projects")[0] for area in areas] == [
        "Manufacturing SME digital transformation AI REGIO ADMA TranS4MErs BEinCPPS primary 3",
        f"{NO_NAME} AI REGIO ADMA TranS4MErs level not given 2",
        "Manufacturing resilience and crisis response Eur3ka secondary 1",
        "AI for manufacturing AI REGIO emerging 1",
    ]
    assert page.count('class="l-expertise l-missing"') == 1
    assert (
        "The counts add up to 7 for 5 projects, since one project may count in several areas. SCREEN supports none"
        in (words_of(page))
    )


def test_c7_projects_say_not_stated_where_the_source_is_silent(client: FlaskClient, afil: Hub) -> None:
    assert [cells[:3] for cells in rows_of(client.get("/hubs/afil"))] == [
        ["AI REGIO", "participant", "156 125"],
        ["Eur3ka", "participant", "not stated"],
        ["ADMA TranS4MErs", "participant", "not stated"],
        ["BEinCPPS", "participant", "not stated"],
        ["SCREEN", "third party", "not stated"],
    ]
    page = main_of(client.get("/hubs/afil"))
    assert "not marked as notable ended 31 Oct 2018" in page
    assert "not marked as notable Nov 2016 to Oct 2018" in page


def test_c7_then_and_now_leaves_the_gap_open(client: FlaskClient, afil: Hub) -> None:
    page = main_of(client.get("/hubs/afil"))
    assert "Cyber-physical production systems cyber-physical production systems, circular economy 2015 to 2018" in page
    assert "since 2020; the source gives no end not stated 2015 2016" in page


def test_c10_confidence_says_what_cannot_be_concluded_and_which_programme_is_covered(
    client: FlaskClient, afil: Hub
) -> None:
    page = main_of(client.get("/hubs/afil"))
    assert "How sure are we? moderate Well supported: role as regional cluster association" in page
    assert "Less so: independent technical capability, because of few projects and no coordinator role" in page
    assert "5 projects stand behind this profile" in page
    assert "The source covers the programme H2020 only" in page
    assert "Programme H2020; none is active now. 1 as third party." in page


def test_hub_with_figures_only_shows_these_and_nothing_else(client: FlaskClient) -> None:
    make_hub("norte", profile={"headline": {"projects": 3, "unique_partners": 41}}, profile_source="Invented.")
    assert figures(client, "/hubs/norte") == {"EU projects": "3", "different partners": "41"}
    page = main_of(client.get("/hubs/norte"))
    assert [part in page for part in ("Then and now", "What NORTE knows", "Project Role")] == [False, False, False]
    assert "The source says nothing about how well its figures are supported" in page


def test_hub_without_data_says_so_and_guesses_nothing(client: FlaskClient) -> None:
    make_hub("leer")
    page = main_of(client.get("/hubs/leer"))
    assert "No EU project data is known of this hub, so no figures are shown; we do not guess." in page
    assert "Nobody has written an outlook yet. It is never computed." in page
    assert figures(client, "/hubs/leer") == {}


def test_c9_outlook_is_signed_and_marked_as_written_by_a_person(client: FlaskClient, afil: Hub) -> None:
    write(afil, "Old plan.", day=date(2025, 1, 2))
    write(afil, "New plan.", day=date(2026, 11, 3))
    page = main_of(client.get("/hubs/afil"))
    assert (
        "Where AFIL wants to go written by a person New plan. EF Elena Fittizia for AFIL, Tue 3 Nov 2026."
        " An outlook is never computed." in page
    )
    assert "Old plan." not in page


def test_c9_officer_replaces_the_outlook_and_earlier_ones_are_kept(
    client: FlaskClient, sign_in: Callable[..., FlaskClient], afil: Hub
) -> None:
    write(afil, "Old plan.", day=date(2025, 1, 2))
    sign_in(client, officer(afil))
    assert "Replace the outlook" in main_of(client.get("/hubs/afil"))
    answer = client.post("/hubs/afil", data={"en": " New <b>plan</b>. ", "it": ""})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/hubs/afil")
    rows = db.session.scalars(db.select(HubText).order_by(HubText.written_on)).all()
    assert [(r.text, r.author_name) for r in rows] == [
        ({"en": "Old plan."}, "Elena Fittizia"), ({"en": "New <b>plan</b>."}, "Ines Valvola"),
    ]  # fmt: skip
    page = client.get("/hubs/afil").get_data(as_text=True)
    assert "New &lt;b&gt;plan&lt;/b&gt;." in page


@pytest.mark.parametrize(
    ("en", "sentence"),
    [
        ("   ", "Write at least a sentence; an empty text would say nothing."),
        ("x" * (services.LONGEST_TEXT + 1), "Keep it under 4000 characters."),
    ],
    ids=["empty", "endless"],
)
def test_outlook_that_cannot_stand_comes_back_with_what_was_typed(
    client: FlaskClient, sign_in: Callable[..., FlaskClient], afil: Hub, en: str, sentence: str
) -> None:
    sign_in(client, officer(afil))
    answer = client.post("/hubs/afil", data={"en": en, "it": ""})
    assert answer.status_code == 422
    assert sentence in main_of(answer)
    assert f">\r\n{en}</textarea>" in answer.get_data(as_text=True)
    assert db.session.scalars(db.select(HubText)).all() == []


def test_only_the_clusters_own_officers_write_its_outlook(
    client: FlaskClient, sign_in: Callable[..., FlaskClient], afil: Hub
) -> None:
    data = {"en": "Mine now."}
    visitor = client.post("/hubs/afil", data=data)
    assert (visitor.status_code, visitor.headers["Location"].startswith("/sign-in")) == (302, True)
    sign_in(client, officer(make_hub("norte")))
    answer = client.post("/hubs/afil", data=data)
    assert answer.status_code == 403
    assert "Only the officers of this cluster write on its page." in main_of(answer)
    assert "Replace the outlook" not in main_of(client.get("/hubs/afil"))
    assert db.session.scalars(db.select(HubText)).all() == []
    assert client.post("/hubs/nobody", data=data).status_code == 404
    assert client.get("/hubs/nobody").status_code == 404


def fitting(client: FlaskClient, heading: str) -> list[str]:
    page = client.get("/hubs/afil").get_data(as_text=True)
    part = page[page.index(heading) :].split("</ul>")[0]
    return [words_of(line) for line in re.findall(r"<li>(.*?)</li>", part, re.DOTALL)]


def test_c11_sessions_that_fit_carry_their_reason(client: FlaskClient, afil: Hub) -> None:
    data = make_version(group=make_group("big-data-analytics"), title="Count")
    other = make_version(group=make_group("clouds"), title="Rain")
    here = make_host_lab(lat=45.5, lon=9.16)
    far = make_host_lab(lat=60.0, lon=24.0)
    soon = clock.now() + timedelta(days=5)
    make_session(5, version=other, lab=far, language="fi", starts_at=soon)
    make_session(5, version=data, lab=here, language="it", starts_at=soon + timedelta(days=3))
    make_session(5, version=other, lab=far, language="en", mode=SessionMode.REMOTE, starts_at=soon + timedelta(days=6))
    found = fitting(client, "Sessions that fit")
    assert [line.split("Open to every")[-1] if "Rain" in line and "Open to" in line else "" for line in found] == [
        " small manufacturer; nothing ties it to this region.", "", "",
    ]  # fmt: skip
    assert (
        "Its topic, Big-Data-Analytics, belongs to “Manufacturing SME digital transformation”. In Milano, where AFIL is."
        in found[1]
    )
    assert "From your own desk, wherever you are." in found[2]


def test_c11_modules_that_fit_carry_their_reason_and_the_area_without_a_name_gives_none(
    client: FlaskClient, afil: Hub
) -> None:
    make_version(group=make_group("clouds"), title="Rain")
    make_version(group=make_group("simulation"), title="Line")
    assert fitting(client, "Modules that fit") == [
        "Line 60 min Its topic, Simulation, belongs to “Manufacturing resilience and crisis response”.",
        "Rain 60 min Open to every small manufacturer; nothing ties it to this region.",
    ]


def test_c11_one_button_leads_to_the_sessions_of_the_hubs_country(client: FlaskClient, afil: Hub) -> None:
    assert "/sessions" in links_of(client.get("/hubs/afil"))
    make_session(5)
    assert "/sessions?country=IT" in links_of(client.get("/hubs/afil"))


def test_hubs_list_shows_each_with_three_figures_or_says_that_there_are_none(client: FlaskClient, afil: Hub) -> None:
    make_hub("leer", body={"city": "Linz", "country": "AT"})
    page = main_of(client.get("/hubs"))
    assert "EU projects 5 different partners 132 countries 32" in page
    assert "Cluster leer Linz, Austria No EU project data is known of this hub." in page


@pytest.mark.parametrize("path", ["/hubs", "/hubs/afil"])
def test_hub_pages_ask_the_database_as_often_for_three_as_for_one(
    client: FlaskClient, afil: Hub, count_queries: Callable[[], int], path: str
) -> None:
    def grow(n: int) -> None:
        write(make_hub(f"hub-{n}"), "Text.")
        write(afil, f"Plan {n}")
        make_session(5)

    grow(1)
    client.get(path)
    count_queries()
    client.get(path)
    one = count_queries()
    grow(2)
    grow(3)
    count_queries()
    client.get(path)
    assert count_queries() == one


def test_stranger_body_may_be_no_hub(client: FlaskClient) -> None:
    body: Any = make_organisation("No Hub")
    assert client.get(f"/hubs/{body.slug}").status_code == 404
