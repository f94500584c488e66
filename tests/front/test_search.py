"""One field over modules, sessions, labs, partners, hubs: three languages, no accents, slips; only what is public is found."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from lift.content.enums import VersionState
from lift.core.db import db
from lift.front.queries import search
from lift.people.models import Organisation
from lift.training.enums import SessionStatus
from tests.factories.content import make_version
from tests.factories.network import make_partner
from tests.factories.training import make_host_lab, make_session
from tests.page_reading import links_of, main_of

pytestmark = pytest.mark.usefixtures("database")


def titled(en: str, it: str, **more: object) -> str:
    version = make_version(title=en, state=VersionState.DRAFT)
    version.title = {"en": en, "it": it, "de": more.pop("de", en)}
    version.summary = {"en": str(more.pop("summary", "What it is"))}
    version.state, version.module.published_version_id = VersionState.PUBLISHED, version.id
    db.session.commit()
    return version.module.slug


def keys(typed: str) -> list[tuple[str, str]]:
    return [(hit.kind, hit.key) for hit in search(typed)]


@pytest.mark.parametrize(
    "typed",
    [
        "counters",
        "counter",
        "Contatori",
        "contatore",
        "CONTAPEZZI",
        "Zähler",
        "zahler",
        "conters",
        "machine counters",
        "spindle",
    ],
)
def test_search_finds_a_module_in_every_language_without_accents_and_with_a_slip(typed: str) -> None:
    slug = titled("Machine counters", "Contatori e contapezzi", de="Zähler der Maschine", summary="Read the spindle.")
    titled("Something else", "Altra cosa")
    assert keys(typed) == [("module", slug)]


def test_search_puts_the_title_before_the_summary() -> None:
    below = titled("Robots in a cell", "Robot", summary="A word about OEE.")
    above = titled("OEE of a shift", "OEE del turno")
    assert keys("OEE") == [("module", above), ("module", below)]


def test_search_finds_sessions_labs_partners_and_hubs() -> None:
    lab = make_host_lab(about={"en": "A teaching hall."})
    lab.city = "Kortrijk"
    session = make_session(lab=lab)
    make_partner("Universiteit Kortrijk", body={"slug": "kortrijk"})
    db.session.commit()
    owner = db.session.get_one(Organisation, lab.organisation_id)
    assert owner.name
    assert sorted(keys("kortrijk")) == [("lab", lab.slug), ("partner", "kortrijk"), ("session", session.code)]


@pytest.mark.parametrize(
    "typed",
    ["", "   ", "'; DROP TABLE module; --", '"', "<script>", "a" * 5000, "!!! & | ()", "a\x00b", "\u0000"[:0] + "%%%"],
)
def test_search_takes_anything_typed(client: FlaskClient, typed: str) -> None:
    answer = client.get("/search", query_string={"q": typed})
    assert answer.status_code == 200
    assert "<script>alert" not in answer.get_data(as_text=True)


def test_search_never_shows_drafts_or_closed_sessions() -> None:
    make_version(title="Hidden counters", state=VersionState.DRAFT)
    version = make_version(title="Open counters")
    make_session(version=version, status=SessionStatus.DRAFT)
    assert keys("counters") == [("module", version.module.slug)]


def test_search_page_narrows_to_one_kind_and_pages_on_the_server(client: FlaskClient) -> None:
    for number in range(25):
        titled(f"Counters {number}", f"Contatori {number}")
    make_partner("Counters University", body={"slug": "counters-university"})
    shown = client.get("/search?q=counters&kind=module")
    assert "1 to 20 of 25" in main_of(shown)
    assert "Partners (1)" in main_of(shown)
    assert (
        len(
            [
                link
                for link in links_of(client.get("/search?q=counters&kind=module&page=2"))
                if link.startswith("/modules/")
            ]
        )
        == 5
    )
    assert client.get("/search?q=counters&kind=nothing&page=-3").status_code == 200


def test_search_says_what_to_do_when_nothing_is_found(client: FlaskClient) -> None:
    assert "Nothing was found for “xylophone”. Try fewer or other words." in main_of(client.get("/search?q=xylophone"))


def test_search_asks_the_database_as_often_for_three_as_for_one(
    client: FlaskClient, count_queries: Callable[[], int]
) -> None:
    titled("Counters one", "Uno")
    client.get("/search?q=counters")
    count_queries()
    client.get("/search?q=counters")
    one = count_queries()
    titled("Counters two", "Due")
    titled("Counters three", "Tre")
    count_queries()
    client.get("/search?q=counters")
    assert count_queries() == one


def test_search_of_modules_stands_on_its_indexes() -> None:
    for number in range(40):
        titled(f"Module {number}", f"Modulo {number}")
    db.session.execute(sa.text("SET LOCAL enable_seqscan = off"))
    db.session.execute(sa.text("DROP INDEX ix_module_version_state"))  # forty rows are few: it would do as well
    plan = db.session.scalars(
        sa.text(
            "EXPLAIN SELECT id FROM module_version WHERE state = 'published' AND "
            "((lift_words(title) || lift_words(summary) || lift_words(gain)) @@ lift_asked('counter') "
            "OR lift_plain('counter') <% lift_plain_texts(title))"
        )
    ).all()
    assert {name for line in plan for name in ("search_module_words", "search_module_title") if name in line} == {
        "search_module_words",
        "search_module_title",
    }
