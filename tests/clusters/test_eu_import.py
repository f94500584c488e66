"""C7, C8, C14: a published set is loaded whole or goes on where it stopped; profiles equal what is counted by hand."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import date
from pathlib import Path
from statistics import median
from typing import Any

import pytest
import sqlalchemy as sa
from apiflask import APIFlask

from lift.clusters.enums import FileState
from lift.clusters.models import EuBody, EuFile, EuParticipation, EuProject, EuRejected, EuTopic
from lift.clusters.queries import eu
from lift.clusters.services import eu_files
from lift.clusters.services.eu_archive import opened
from lift.core.actor import SYSTEM
from lift.core.db import db
from lift.core.errors import Conflict, Forbidden, Invalid
from tests.factories.cordis import FOCUS_PIC, PERSON_PIC, TWIN_PIC, Made, made_set
from tests.factories.people import actor_for, make_company, make_owner
from workers import clusters as _handlers  # noqa: F401 the job of the upload

pytestmark = pytest.mark.usefixtures("database")

TODAY = date(2026, 11, 24)
ROWS: tuple[Any, ...] = (EuProject, EuParticipation, EuTopic, EuRejected, EuBody)


def loaded(made: Made, name: str = "set.zip") -> int:
    file_id = eu_files.take_file(made.content, name, actor=SYSTEM, queue=False).id
    assert eu_files.load_file(file_id) == FileState.CURRENT
    return file_id


def state_of(file_id: int) -> dict[str, Any]:
    """Everything that a load leaves, without the file's own number."""
    found: dict[str, Any] = {}
    for table in ROWS:
        columns = [c for c in sa.inspect(table).columns if c.key != "file_id"]
        query = sa.select(*columns).order_by(*[sa.cast(c, sa.Text) for c in columns])
        found[table.__tablename__] = [tuple(row) for row in db.session.execute(query)]
    found["counts"] = db.session.get_one(EuFile, file_id, populate_existing=True).counts
    return found


def by_hand(made: Made, pics: set[int]) -> dict[str, Any]:
    """The figures of a body, counted from the truth of the generator in plain Python."""
    body_of: dict[int, object] = {}
    for part in made.parts:
        body_of[part.pic] = part.vat or part.pic
    own = [part for part in made.parts if part.pic in pics]
    mine = {part.project for part in own}
    me = {body_of[pic] for pic in pics}
    seats: dict[int, set[object]] = defaultdict(set)
    countries: set[str] = set()
    for part in made.parts:
        if part.project in mine:
            seats[part.project].add(body_of[part.pic])
            if body_of[part.pic] not in me and part.country:
                countries.add({"EL": "GR", "UK": "GB"}.get(part.country, part.country.split(";")[0]))
    return {
        "projects": len(mine),
        "as_coordinator": len({part.project for part in own if part.role == "coordinator"}),
        "active": len(mine & made.active),
        "partners": len(set().union(*seats.values()) - me),
        "countries": len(countries),
        "countries_with_own": len(countries | {"IT"}),
        "rows": len(own),
        "unknown_rows": sum(part.ec is None for part in own),
        "median_size": median(len(bodies) for bodies in seats.values()),
        "funding_net": pytest.approx(sum(part.net or 0 for part in own)),
        "funding_ec": pytest.approx(sum(part.ec or 0 for part in own)),
    }


def test_c7_profile_equals_what_is_counted_by_hand_for_a_body_with_two_ids() -> None:
    made = made_set()
    loaded(made)
    found = eu.profile(FOCUS_PIC, TODAY)
    assert found is not None
    assert (found["pics"], found["name"], found["country"]) == ([FOCUS_PIC, TWIN_PIC], "AFIL-LIKE; CLUSTER", "IT")
    assert found["figures"] == by_hand(made, {FOCUS_PIC, TWIN_PIC})
    twin = eu.profile(TWIN_PIC, TODAY)
    assert twin is not None
    assert twin["figures"] == found["figures"]


def test_c8_areas_count_their_projects_and_levels_follow_the_rule() -> None:
    made = made_set()
    loaded(made)
    found = eu.profile(FOCUS_PIC, TODAY)
    assert found is not None
    mine = {part.project for part in made.parts if part.pic in (FOCUS_PIC, TWIN_PIC)}
    areas = Counter(area for project, area in made.topics if project in mine)
    assert {a["name"]: a["projects"] for a in found["expertise"]} == dict(areas)
    first_year = {area: min(made.projects[p].year for p, a in made.topics if a == area and p in mine) for area in areas}
    last = max(day.year for day in made.projects.values())
    rule = {
        area: "primary"
        if n >= 2 and n >= 0.4 * len(mine)
        else "emerging"
        if first_year[area] > last - 4
        else "secondary"
        for area, n in areas.items()
    }
    assert {a["name"]: a["level"] for a in found["expertise"]} == rule
    assert sum(areas.values()) > len(mine)


def test_c8_body_without_projects_gets_an_honest_empty_profile_and_none_before_any_file() -> None:
    assert eu.profile(123, TODAY) is None
    loaded(made_set())
    found = eu.profile(123, TODAY)
    assert found is not None
    assert (found["figures"]["projects"], found["expertise"], found["role"], found["focus"]) == (0, [], "none", None)
    assert found["confidence"]["level"] == "low"
    assert [(s["programme"], s["date"]) for s in found["sources"]] == [("H2020", "2026-10-05")]


def test_c7_rows_that_cannot_be_read_are_listed_with_their_reason() -> None:
    made = made_set()
    file_id = loaded(made)
    found = Counter(row.reason for row in eu.rejected(file_id))
    assert dict(found) == made.rejected
    row = next(row for row in eu.rejected(file_id) if row.reason == "country")
    assert (row.member, row.found) == ("organization", "Italy")
    counts = db.session.get_one(EuFile, file_id).counts
    assert counts == {"project": 40, "organization": 240, "euroSciVoc": 120, "rejected": 11}


def test_c7_natural_persons_have_no_name_and_no_pic() -> None:
    made = made_set()
    loaded(made)
    expected = sum(part.pic == PERSON_PIC for part in made.parts)
    rows = db.session.execute(
        sa.select(EuParticipation.name, EuParticipation.city).where(EuParticipation.pic < 0)
    ).all()
    assert [tuple(row) for row in rows] == [("", "")] * expected
    assert expected > 0
    assert db.session.scalar(sa.select(sa.func.count()).where(EuParticipation.pic == PERSON_PIC)) == 0
    assert not db.session.scalars(
        sa.select(EuParticipation.name).where(EuParticipation.name.contains("Inventata"))
    ).all()


@pytest.mark.parametrize("pieces", [1, 3, 5, 8])
def test_c14_interrupted_and_repeated_load_ends_in_the_same_state(monkeypatch: pytest.MonkeyPatch, pieces: int) -> None:
    monkeypatch.setattr(eu_files, "PIECE", 50)
    made = made_set()
    whole = state_of(loaded(made))
    for table in ROWS:
        db.session.execute(sa.delete(table))
    db.session.execute(sa.delete(EuFile))
    db.session.commit()
    file_id = eu_files.take_file(made.content, "set.zip", actor=SYSTEM, queue=False).id
    assert eu_files.load_file(file_id, most_pieces=pieces) == FileState.LOADING
    assert eu.current_files() == []
    again = eu_files.take_file(made.content, "again.zip", actor=SYSTEM, queue=False).id
    assert again == file_id
    assert eu_files.load_file(file_id) == FileState.CURRENT
    assert eu_files.load_file(file_id) == FileState.CURRENT
    assert state_of(file_id) == whole


def test_c14_two_loads_of_one_file_cannot_both_write_a_piece(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(eu_files, "PIECE", 50)
    file_id = eu_files.take_file(made_set().content, "set.zip", actor=SYSTEM, queue=False).id
    archive = opened(eu_files._path(file_id)[0])
    slow = next(eu_files._pieces(file_id, 0, "project", archive))
    eu_files.load_file(file_id, most_pieces=1)
    with pytest.raises(Conflict):
        eu_files._write(slow)


def test_c14_upload_is_loaded_by_a_job_with_progress(run_jobs: Callable[[], int]) -> None:
    row = eu_files.take_file(made_set().content, "set.zip", actor=SYSTEM)
    assert row.state == FileState.WAITING
    assert run_jobs() == 1
    db.session.refresh(row)
    assert (row.state, row.programme, row.data_date) == (FileState.CURRENT, "H2020", date(2026, 10, 5))
    assert row.bytes_done == row.bytes_total
    assert (row.first_year, row.last_year) == (2015, 2020)


def test_c7_newer_file_replaces_the_older_of_its_programme_and_leaves_the_other_programme() -> None:
    first = loaded(made_set(seed=1))
    other = loaded(made_set(seed=2, programme="HORIZON", first_id=101_000_000), "he.zip")
    second = loaded(made_set(seed=3), "newer.zip")
    states = {row.id: str(row.state) for row in eu.eu_files()}
    assert states == {first: "superseded", other: "current", second: "current"}
    assert set(db.session.scalars(sa.select(EuProject.file_id).distinct())) == {other, second}
    found = eu.profile(FOCUS_PIC, TODAY)
    assert found is not None
    assert [s["programme"] for s in found["sources"]] == ["H2020", "HORIZON"]


@pytest.mark.parametrize("bom", [True, False], ids=["bom", "no bom"])
def test_c7_file_is_read_by_header_name_with_and_without_byte_order_mark(bom: bool) -> None:
    made = made_set(bom=bom, pitfalls=False)
    file_id = loaded(made)
    assert eu.rejected(file_id) == []
    title = db.session.scalar(sa.select(EuProject.title).where(EuProject.project_id == 690_000))
    assert title == 'Smart; "connected"\nfactories 0'
    assert str(db.session.scalar(sa.select(EuParticipation.cost).limit(1))) == "960619.95"


def test_c7_what_is_no_published_set_is_refused_and_strangers_may_not_import() -> None:
    with pytest.raises(Invalid, match="no zip"):
        eu_files.take_file(b"hello", "x.zip", actor=SYSTEM)
    stranger = actor_for(make_owner(make_company()))
    with pytest.raises(Forbidden):
        eu_files.take_file(made_set().content, "set.zip", actor=stranger)
    assert db.session.scalars(sa.select(EuFile)).all() == []


@pytest.mark.parametrize("figure", ["projects", "as_coordinator", "active", "funding", "partners", "countries"])
def test_c7_every_figure_opens_to_as_many_rows_as_it_says(figure: str) -> None:
    made = made_set()
    loaded(made)
    found = eu.profile(FOCUS_PIC, TODAY)
    rows = eu.behind(FOCUS_PIC, figure, TODAY, most=500)
    assert found is not None
    assert rows is not None
    expected = found["figures"]["rows" if figure == "funding" else figure]
    assert (len(rows.rows), rows.total) == (expected, expected)
    if figure == "funding":
        assert float(sum(row["net"] or 0 for row in rows.rows)) == found["figures"]["funding_net"]


def test_c7_command_line_imports_and_prints_the_profile(app: APIFlask, tmp_path: Path) -> None:
    path = tmp_path / "set.zip"
    path.write_bytes(made_set().content)
    run = app.test_cli_runner()
    told = run.invoke(args=["clusters", "import", str(path)])
    assert told.exit_code == 0, told.output
    assert 'current: {"euroSciVoc": 120, "organization": 240, "project": 40, "rejected": 11}' in told.output
    found = json.loads(run.invoke(args=["clusters", "profile", str(FOCUS_PIC), "--json"]).output)
    assert found == json.loads(json.dumps(eu.profile(FOCUS_PIC, TODAY)))
