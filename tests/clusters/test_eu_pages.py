"""C7, C8, C9, C10, C14 on pages: a person uploads a set and sees it load; a hub shows source and files side by side."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from lift.clusters import services
from lift.clusters.enums import FileState
from lift.clusters.models import EuFile, EuIdentity, EuParticipation, Hub
from lift.clusters.policy import eu_compare
from lift.clusters.queries import eu
from lift.clusters.services import eu_files
from lift.core import clock, pseudonyms
from lift.core.actor import SYSTEM, Role, Scope
from lift.core.db import db
from lift.core.errors import Forbidden, Refused
from lift.people.models import Person
from lift.seed.files import document
from tests.factories.clusters import cluster_of, make_hub, write
from tests.factories.cordis import FOCUS_PIC, PERSON_PIC, made_set
from tests.factories.people import actor_for, make_company, make_organisation, make_owner, make_person
from tests.page_reading import links_of, main_of, rows_of
from workers import clusters as _handlers  # noqa: F401 the job of the upload

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def afil(database: object) -> Hub:
    hub = make_hub("afil", profile=document("afil_profile"), profile_source="SciTransfer.", regions=["ITC4"])
    services.name_pic(hub.organisation_id, FOCUS_PIC, source="its own profile", actor=SYSTEM)
    db.session.commit()
    return hub


def officer(hub: Hub) -> Person:
    body = cluster_of(hub)
    return make_person("Ines Valvola", body, [(Role.OFFICER, Scope.CLUSTER, body.id)])


def load(**values: Any) -> int:
    file_id = eu_files.take_file(made_set(**values).content, "set.zip", actor=SYSTEM, queue=False).id
    eu_files.load_file(file_id)
    return file_id


def upload(client: FlaskClient, content: bytes, name: str = "set.zip") -> Any:
    return client.post("/eu-data", data={"file": (BytesIO(content), name)}, content_type="multipart/form-data")


def test_c14_officer_uploads_a_set_and_sees_it_loaded_with_rows_not_taken(
    client: FlaskClient, sign_in: Callable[..., FlaskClient], afil: Hub, run_jobs: Callable[[], int]
) -> None:
    sign_in(client, officer(afil))
    answer = upload(client, made_set().content)
    file_id = db.session.scalars(sa.select(EuFile.id)).one()
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/eu-data/{file_id}")
    waiting = main_of(client.get(f"/eu-data/{file_id}"))
    assert "waiting to be read" in waiting
    assert "Go on from where it stopped" in waiting
    run_jobs()
    page = client.get(f"/eu-data/{file_id}")
    assert "profiles are computed from it" in main_of(page)
    assert "Go on from where it stopped" not in main_of(page)
    rows = rows_of(page)
    assert len(rows) == 11
    assert ["organization.csv", "245", "The country is not a two-letter code.", "Italy"] in rows
    assert rows_of(client.get("/eu-data"))[0][1:] == [
        "H2020 2015 to 2020", "Mon 5 Oct 2026", "profiles are computed from it", "11",
    ]  # fmt: skip


def test_c14_interrupted_load_goes_on_by_the_button_and_a_finished_one_is_409(
    client: FlaskClient, sign_in: Callable[..., FlaskClient], afil: Hub, run_jobs: Callable[[], int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(eu_files, "PIECE", 50)
    file_id = eu_files.take_file(made_set().content, "set.zip", actor=SYSTEM, queue=False).id
    assert eu_files.load_file(file_id, most_pieces=3) == FileState.LOADING
    sign_in(client, officer(afil))
    assert "being read" in main_of(client.get(f"/eu-data/{file_id}"))
    assert client.post(f"/eu-data/{file_id}/go-on").status_code == 302
    run_jobs()
    row = db.session.get_one(EuFile, file_id, populate_existing=True)
    assert (row.state, row.counts["organization"]) == (FileState.CURRENT, 240)
    assert client.post(f"/eu-data/{file_id}/go-on").status_code == 409
    assert client.post("/eu-data/999/go-on").status_code == 404
    assert client.get("/eu-data/999").status_code == 404
    assert client.get(f"/eu-data/{file_id}?page=x").status_code == 404


def test_c7_what_is_no_set_comes_back_with_the_reason(
    client: FlaskClient, sign_in: Callable[..., FlaskClient], afil: Hub
) -> None:
    sign_in(client, officer(afil))
    answer = upload(client, b"hello")
    assert answer.status_code == 422
    assert "This is no zip archive." in main_of(answer)
    nothing = client.post("/eu-data", data={}, content_type="multipart/form-data")
    assert nothing.status_code == 422
    assert "Choose the zip archive first." in main_of(nothing)
    assert db.session.scalars(sa.select(EuFile)).all() == []


def test_c7_set_may_be_larger_than_other_uploads_but_only_of_who_may_import(
    client: FlaskClient, app: Flask, sign_in: Callable[..., FlaskClient], afil: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.config, "MAX_CONTENT_LENGTH", 1_000)
    sign_in(client, make_owner(make_company()))
    assert upload(client, made_set().content).status_code in (403, 413)
    sign_in(client, officer(afil))
    assert upload(client, made_set().content).status_code == 302


def test_c7_strangers_neither_see_nor_take_in_sets(client: FlaskClient, sign_in: Callable[..., FlaskClient]) -> None:
    file_id = load()
    assert client.get("/eu-data").headers["Location"].startswith("/sign-in")
    stranger = make_owner(make_company())
    sign_in(client, stranger)
    for path in ("/eu-data", f"/eu-data/{file_id}"):
        assert client.get(path).status_code == 403
    assert client.post(f"/eu-data/{file_id}/go-on").status_code == 403
    assert upload(client, made_set(seed=2).content).status_code == 403
    with pytest.raises(Forbidden):
        eu_files.go_on(file_id, actor=actor_for(stranger))
    assert db.session.scalars(sa.select(EuFile.id)).all() == [file_id]


def test_c8_hub_shows_source_and_files_side_by_side_with_the_differences(client: FlaskClient, afil: Hub) -> None:
    assert "What the published files say" not in main_of(client.get("/hubs/afil"))
    load(focus_every=3)
    found = eu.profile(FOCUS_PIC, clock.now().date())
    assert found is not None
    numbers, head = found["figures"], document("afil_profile")["headline"]
    page = client.get("/hubs/afil")
    lines = {row[0]: row[1:] for row in rows_of(page) if len(row) == 4}
    more = numbers["projects"] - head["projects"]
    assert lines["EU projects"] == ["5", str(numbers["projects"]), f"{more} more than in the source."]
    assert lines["active projects"] == ["not stated", str(numbers["active"]), "The source does not say."]
    assert lines["countries"][:2] == ["32", str(numbers["countries"])]
    words = main_of(page)
    assert "H2020, projects begun 2015 to 2020, data of 2026-10-05." in words
    assert f"Id (PIC) {FOCUS_PIC}; source: its own profile" in words
    assert words.index("493") < words.index("What the published files say")
    assert "/hubs/afil/figures/funding" in links_of(page)


@pytest.mark.parametrize("figure", ["projects", "as_coordinator", "active", "funding", "partners", "countries"])
def test_c7_figure_on_the_hub_opens_to_as_many_rows_as_it_counts(client: FlaskClient, afil: Hub, figure: str) -> None:
    load()
    behind = eu.behind(FOCUS_PIC, figure, clock.now().date(), most=500)
    assert behind is not None
    first = client.get(f"/hubs/afil/figures/{figure}")
    more = rows_of(client.get(f"/hubs/afil/figures/{figure}?page=2"))
    assert len(rows_of(first) + more) == behind.total
    assert "H2020, projects begun 2015 to 2020" in main_of(first)


def test_c7_unknown_figure_hub_or_hub_without_id_is_404(client: FlaskClient, afil: Hub) -> None:
    nothing = main_of(client.get("/hubs/afil/figures/projects"))
    assert "No set of EU-project data was taken in yet, so nothing is computed." in nothing
    load()
    make_hub("norte")
    for path in ("/hubs/afil/figures/height", "/hubs/norte/figures/projects", "/hubs/nobody/figures/projects"):
        assert client.get(path).status_code == 404
    assert client.get("/hubs/afil/figures/projects?page=0").status_code == 404


def test_c9_newer_file_keeps_what_people_wrote_and_shows_what_changed(client: FlaskClient, afil: Hub) -> None:
    write(afil, "We go on.")
    load(projects=20, organisations=100)
    before = eu.profile(FOCUS_PIC, clock.now().date())
    load(seed=3, focus_every=3)
    after = eu.profile(FOCUS_PIC, clock.now().date())
    assert before is not None
    assert after is not None
    words = main_of(client.get("/hubs/afil"))
    assert "We go on." in words
    assert (before["figures"]["projects"], after["figures"]["projects"]) == (5, 40)
    assert "EU projects: 5 → 40" in words


@pytest.mark.parametrize(
    ("figures", "name", "sentence"),
    [
        ({"projects": 5}, "projects", "The same."),
        ({"projects": 3}, "projects", "2 fewer than in the source."),
        ({"countries": 31, "countries_with_own": 32}, "countries", "The same when its own country counts (32)."),
        ({"funding_net": 494_000.4}, "funding", "The same, as the source rounds it."),
        ({"funding_net": 1.0, "funding_ec": 494_000.0}, "funding", "The same with linked third parties (494000 EUR), as the source rounds it."),  # noqa: E501
        ({"funding_net": 494_509.0}, "funding", "10 more than in the source."),
    ],
)  # fmt: skip
def test_c8_differences_are_said_in_words(figures: dict[str, float], name: str, sentence: str) -> None:
    zero = dict.fromkeys(
        ("projects", "as_coordinator", "active", "partners", "countries", "countries_with_own", "funding_net",
         "funding_ec"), 0,
    )  # fmt: skip
    lines = eu_compare.lines(document("afil_profile"), {"figures": {**zero, **figures}})
    assert next(str(line.difference) for line in lines if line.figure == name) == sentence


def test_c7_id_of_a_body_is_named_by_its_own_officers_and_belongs_to_one(afil: Hub) -> None:
    other = make_hub("norte")
    with pytest.raises(Forbidden):
        services.name_pic(afil.organisation_id, 1, source="x", actor=actor_for(officer(other)))
    with pytest.raises(Refused):
        services.name_pic(other.organisation_id, FOCUS_PIC, source="x", actor=actor_for(officer(other)))
    services.name_pic(afil.organisation_id, 7, source="its letter", actor=actor_for(officer(afil)))
    assert [(row.pic, row.source) for row in db.session.scalars(sa.select(EuIdentity))] == [(7, "its letter")]


def test_c7_mask_of_a_natural_person_depends_on_the_key_of_the_installation(monkeypatch: pytest.MonkeyPatch) -> None:
    load()
    first = set(db.session.scalars(sa.select(EuParticipation.pic).where(EuParticipation.pic < 0)))
    monkeypatch.setattr(pseudonyms, "_key", b"k" * 32)
    load(seed=9)
    second = set(db.session.scalars(sa.select(EuParticipation.pic).where(EuParticipation.pic < 0)))
    assert (len(first), len(second), first & second) == (1, 1, set())
    assert -PERSON_PIC not in first | second


def test_c8_hub_page_asks_as_often_with_more_projects(
    client: FlaskClient, afil: Hub, count_queries: Callable[[], int]
) -> None:
    load(projects=10, organisations=30)
    make_organisation("Other")
    client.get("/hubs/afil")
    count_queries()
    client.get("/hubs/afil")
    one = count_queries()
    load(seed=5, projects=60, organisations=400)
    client.get("/hubs/afil")
    count_queries()
    client.get("/hubs/afil")
    assert count_queries() == one
