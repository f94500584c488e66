"""Modules in public: list with filters, one module, its pictures."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from lift.content.enums import StepKind, VersionState
from lift.content.esco import skill_labels
from lift.content.folder import read_module
from lift.content.models import ModuleMedia, ModuleVersion
from lift.content.services import import_folder
from lift.core import files
from lift.core.actor import SYSTEM
from lift.core.db import db
from lift.seed.files import MODULES
from tests.factories.content import make_group, make_version
from tests.factories.labs import make_asset, make_lab
from tests.factories.people import make_organisation
from tests.factories.training import make_session
from tests.page_reading import links_of, main_of, words_of

pytestmark = pytest.mark.usefixtures("database")

PICTURE = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


def titles(client: FlaskClient, path: str = "/modules") -> list[str]:
    page = client.get(path).get_data(as_text=True)
    cards = page.split('<article class="l-card l-card--choice l-module-card">')[1:]
    return [words_of(card[card.index("<h3>") : card.index("</h3>")]) for card in cards]


def add_picture(version: ModuleVersion, name: str = "one.svg") -> None:
    stored = files.put(PICTURE, name=name, media_type="image/svg+xml")
    db.session.add(ModuleMedia(version_id=version.id, path=f"media/{name}", file_id=stored.id))
    db.session.commit()


def test_modules_list_shows_published_ones_by_title(client: FlaskClient) -> None:
    make_version(title="Zeal")
    make_version(StepKind.READ, StepKind.LIVE, title="Art", gain={"en": "Knows the loss."})
    make_version(title="Not yet", state=VersionState.DRAFT)
    make_version(title="In review", state=VersionState.REVIEW)
    assert titles(client) == ["Art", "Zeal"]
    assert "Art Knows the loss. 60 minutes, 2 steps English at the real machine" in main_of(client.get("/modules"))


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["Conveyor", "Drift", "Robot"]),
        ("?group=robots", ["Robot"]),
        ("?group=robots&group=lines", ["Conveyor", "Drift", "Robot"]),
        ("?language=it", ["Drift", "Robot"]),
        ("?language=it&group=lines", ["Drift"]),
        ("?language=en&group=robots", []),
        ("?group=nobody", []),
        ("?language=", ["Conveyor", "Drift", "Robot"]),
        ("?page=7&colour=red", ["Conveyor", "Drift", "Robot"]),
    ],
)
def test_modules_filters_combine_with_and(client: FlaskClient, query: str, expected: list[str]) -> None:
    robots, lines = make_group("robots"), make_group("lines")
    make_version(group=robots, title="Robot", languages=["it"])
    make_version(group=lines, title="Conveyor", languages=["en"])
    make_version(group=lines, title="Drift", languages=["en", "it"])
    assert titles(client, f"/modules{query}") == expected


def test_modules_without_any_say_where_to_go(client: FlaskClient) -> None:
    answer = client.get("/modules")
    assert "No module is published yet. See what the working groups have in the making." in main_of(answer)
    assert "/groups" in links_of(answer)


def test_module_page_says_what_a_firm_gains_and_what_each_step_asks(client: FlaskClient) -> None:
    maker = make_organisation("Casa Editrice")
    version = make_version(
        StepKind.READ, StepKind.LIVE, group=make_group("lines"), title="Drift", gain={"en": "Finds the drift."},
        requirements={"asset_type": "cell", "capabilities": ["part-counters"], "minutes": 45, "operators": 1},
        skills=[{"uri": "http://data.europa.eu/esco/skill/x", "label": "run simulations", "level": "guided"}],
        credits={maker.slug: 60, "nobody": 40}, eqf_level=4,
    )  # fmt: skip
    asset = make_asset(make_lab(maker, slug="casa-lab", name="Casa Lab"), name="Cella Uno")
    page = main_of(client.get(f"/modules/{version.module.slug}"))
    assert "What your firm gains Finds the drift." in page
    assert "Step by step 2 steps, 60 minutes Step 1 Read 5 min Step 2 At the real machine 5 min" in page
    assert "Machining cell 45 minutes at the machine, 1 person at the controls part counters" in page
    assert f"Labs that have one Casa Lab Milano, {maker.short_name}: {asset.name}" in page
    assert "run simulations can do it with help" in page
    assert "Casa Editrice 60 % nobody 40 %" in page
    assert "Licence CC-BY-4.0" in page


def test_module_page_shows_its_own_sessions_that_have_a_seat_or_a_list(client: FlaskClient) -> None:
    version, other = make_version(title="Drift"), make_version(title="Other")
    mine, full = make_session(5, version=version), make_session(0, version=version)
    make_session(5, version=other)
    answer = client.get(f"/modules/{version.module.slug}")
    assert [x for x in links_of(answer) if x.startswith("/sessions/")] == [
        f"/sessions/{mine.code}",
        f"/sessions/{full.code}",
    ]
    assert "No session of this module is open" in main_of(
        client.get(f"/modules/{make_version(title='Lonely').module.slug}")
    )


@pytest.mark.parametrize("state", [VersionState.DRAFT, VersionState.REVIEW])
def test_module_that_is_not_published_is_404(client: FlaskClient, state: VersionState) -> None:
    version = make_version(state=state)
    assert client.get(f"/modules/{version.module.slug}").status_code == 404
    assert client.get("/modules/nobody").status_code == 404


def test_picture_of_a_published_version_can_only_be_looked_at(client: FlaskClient) -> None:
    version = make_version(state=VersionState.DRAFT)
    add_picture(version)
    address = f"/modules/{version.module.slug}/v1/media/one.svg"
    assert client.get(address).status_code == 404
    version.state = VersionState.PUBLISHED
    db.session.commit()
    answer = client.get(address)
    assert (answer.status_code, answer.data) == (200, PICTURE)
    assert {name: answer.headers[name] for name in (
        "Content-Type", "X-Content-Type-Options", "Content-Security-Policy", "Cache-Control")} == {
        "Content-Type": "image/svg+xml",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox",
        "Cache-Control": "public, max-age=31536000, immutable",
    }  # fmt: skip


@pytest.mark.parametrize(
    "path",
    ["v1/media/two.svg", "v2/media/one.svg", "v1/media/../one.svg", "v1/media/%2e%2e/one.svg", "v-1/media/one.svg"],
)
def test_picture_that_does_not_exist_is_404(client: FlaskClient, path: str) -> None:
    version = make_version(state=VersionState.DRAFT)
    add_picture(version)
    version.state = VersionState.PUBLISHED
    db.session.commit()
    assert client.get(f"/modules/{version.module.slug}/{path}").status_code == 404


def test_imported_skills_carry_the_label_of_esco() -> None:
    make_group("big-data-analytics")
    version = import_folder(read_module(MODULES / "from-counters-to-oee"), actor=SYSTEM)
    assert [skill["label"] for skill in version.skills] == [
        "track key performance indicators", "data analytics", "digital twin technology",
    ]  # fmt: skip
    assert {skill["uri"] for skill in version.skills} <= set(skill_labels())


@pytest.mark.parametrize("path", ["/modules", "/modules/{slug}"])
def test_module_pages_ask_the_database_as_often_for_three_as_for_one(
    client: FlaskClient, count_queries: Callable[[], int], path: str
) -> None:
    first = make_version(title="One", requirements={"asset_type": "cell"}, credits={"nobody": 100})
    address = path.format(slug=first.module.slug)

    def grow() -> None:
        make_version(StepKind.READ, StepKind.LIVE)
        make_session(5, version=first)
        make_asset()

    grow()
    client.get(address)
    count_queries()
    client.get(address)
    one = count_queries()
    grow()
    grow()
    count_queries()
    client.get(address)
    assert count_queries() == one
