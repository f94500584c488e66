"""The what-if pages: form from the schema, wrong numbers, progress, result with intervals, CSV, strangers."""

from __future__ import annotations

import csv
import html
import io
import re
from collections.abc import Callable
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from apiflask import APIFlask
from flask.testing import FlaskClient

from lift.core import clock
from lift.core.actor import Actor
from lift.core.db import db
from lift.people.models import Person
from lift.training.views.exercises import exercise_card
from lift.twins import texts
from lift.twins.enums import RunState
from lift.twins.models import SimulationRun
from lift.twins.queries import runs as queries
from lift.twins.services import runs
from lift.twins.simulators.base import Comparison, compare
from lift.twins.simulators.fields import fields_of
from lift.twins.simulators.line import LineParameters
from lift.twins.views.result_shown import axis
from tests.factories.people import actor_for, make_company, make_learner
from tests.factories.twins import finished, start

pytestmark = pytest.mark.integration

SLOW = {"mill_s": 38, "buffer_mill": 3, "days": 30}


@pytest.fixture
def person(database: object) -> Person:
    return make_learner(make_company())


@pytest.fixture
def learner(person: Person) -> Actor:
    return actor_for(person)


@pytest.fixture
def reader(client: FlaskClient, sign_in: Callable[..., FlaskClient], person: Person) -> FlaskClient:
    return sign_in(client, person)


def words(answer: object) -> str:
    """The page without its tags, one space between words."""
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True))))  # type: ignore[attr-defined]


def sent(reader: FlaskClient, **values: object) -> object:
    organisation = db.session.scalar(sa.text("SELECT organisation_id FROM membership LIMIT 1"))
    return reader.post("/what-if/line", data={"acting": str(organisation), **values})


def only_run() -> SimulationRun:
    return db.session.scalars(sa.select(SimulationRun)).one()


def hurry(run: SimulationRun, **values: object) -> None:
    db.session.execute(sa.update(SimulationRun).where(SimulationRun.id == run.id).values(**values))
    db.session.commit()


# ---- the form


def test_form_has_a_field_with_limits_and_unit_for_each_parameter(reader: FlaskClient) -> None:
    answer = reader.get("/what-if/line")
    text = words(answer)
    for spec in fields_of(LineParameters):
        assert f'name="{spec.name}"' in answer.get_data(as_text=True)
        assert spec.title in text
    assert "Time per part, mill 10 to 60 s" in text
    assert re.findall(r'id="day_hours-\d"[^>]*value="(\d+)"', answer.get_data(as_text=True)) == ["8", "16", "24"]
    assert ("Start as run 1" in text, "Same luck" in text) == (True, False)


def test_numbers_of_the_address_fill_the_form(reader: FlaskClient) -> None:
    answer = reader.get("/what-if/line?mill_s=38&days=99&nothing=1").get_data(as_text=True)
    assert (value_of(answer, "mill_s"), value_of(answer, "days"), value_of(answer, "saw_s")) == ("38", "99", "22")


def value_of(page: str, name: str) -> str:
    tag = re.search(rf'<input[^>]*\bname="{name}"[^>]*>', page)
    assert tag is not None
    found = re.search(r'value="([^"]*)"', tag.group())
    return found.group(1) if found else ""


def test_start_makes_a_run_and_leads_to_its_page(reader: FlaskClient, learner: Actor) -> None:
    answer = sent(reader, mill_s="31,5", bad_percent="0.5", day_hours="16", days="12")
    run = only_run()
    assert (answer.status_code, answer.location) == (302, f"/what-if/runs/{run.id}")
    assert (run.parameters["mill_s"], run.parameters["bad_percent"]) == (31.5, 0.5)
    assert (run.parameters["day_hours"], run.parameters["days"], run.parameters["saw_s"]) == (16, 12, 22)
    assert (run.person_id, run.organisation_id) == (learner.person_id, learner.organisation_id)


def test_wrong_numbers_come_back_named_with_what_was_typed(reader: FlaskClient) -> None:
    answer = sent(reader, mill_s="7", days="many", saw_s="23,5")
    text, source = words(answer), answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "Time per part, mill : Type a number from 10 to 60." in text
    assert "Days to simulate : Type a whole number from 10 to 200." in text
    assert (value_of(source, "mill_s"), value_of(source, "days"), value_of(source, "saw_s")) == ("7", "many", "23,5")
    assert re.search(r'<input[^>]*id="mill_s"[^>]*>', source).group().count('aria-invalid="true"') == 1  # type: ignore[union-attr]
    assert db.session.scalar(sa.select(sa.func.count(SimulationRun.id))) == 0


@pytest.mark.parametrize("typed", ["", " ", "1e9999", "²", "--5", "1" * 5000, "<b>9</b>", "nan", "inf", "\x00"])
def test_odd_input_is_refused_at_its_field_and_never_breaks_the_page(reader: FlaskClient, typed: str) -> None:
    answer = sent(reader, mill_s=typed)
    assert (answer.status_code, "Type a number from 10 to 60." in words(answer)) == (422, True)
    assert "<b>9</b>" not in answer.get_data(as_text=True)


def test_choice_that_is_not_offered_is_refused(reader: FlaskClient) -> None:
    answer = sent(reader, day_hours="12")
    assert (answer.status_code, "Choose one of 8, 16, 24." in words(answer)) == (422, True)


def test_form_in_italian_writes_and_reads_a_comma(reader: FlaskClient, person: Person, learner: Actor) -> None:
    finished(learner, mill_s=31.5)
    person.language = "it"
    db.session.commit()
    source = reader.get("/what-if/line").get_data(as_text=True)
    assert value_of(source, "mill_s") == "31,5"
    assert sent(reader, mill_s="32,25").status_code == 302
    assert queries.open_runs(person.id)[0].parameters["mill_s"] == 32.25


def test_same_luck_shares_the_seed_and_new_luck_does_not(reader: FlaskClient, learner: Actor) -> None:
    first = finished(learner, seed=77)
    same = sent(reader, like=str(first.id), same_luck="y", mill_s="33", days="10")
    new = sent(reader, like=str(first.id), mill_s="34", days="10")
    seeds = [queries.run_now(UUID(a.location.rpartition("/")[2])).seed for a in (same, new)]
    assert (seeds[0], seeds[1] == 77) == (77, False)


def test_luck_of_a_strangers_run_is_not_found(reader: FlaskClient) -> None:
    other = finished(actor_for(make_learner(make_company(), "Stella Straniera")))
    assert sent(reader, like=str(other.id), same_luck="y").status_code == 404
    assert sent(reader, like="nonsense", same_luck="y").status_code == 302


def test_fourth_run_is_refused_with_the_reason_and_the_numbers_kept(reader: FlaskClient, learner: Actor) -> None:
    for _ in range(3):
        start(learner)
    answer = sent(reader, mill_s="33")
    assert answer.status_code == 409
    assert "You have 3 runs waiting or running already." in words(answer)
    assert value_of(answer.get_data(as_text=True), "mill_s") == "33"


def test_form_for_another_organisation_starts_nothing(reader: FlaskClient) -> None:
    answer = reader.post("/what-if/line", data={"acting": str(uuid4()), "mill_s": "31"})
    assert (answer.status_code, db.session.scalar(sa.select(sa.func.count(SimulationRun.id)))) == (409, 0)


# ---- a run


def test_running_run_shows_its_progress_and_works_without_script(reader: FlaskClient, learner: Actor) -> None:
    run = start(learner)
    hurry(run, state=RunState.RUNNING, started_at=clock.now(), heartbeat_at=clock.now(), done_units=18, total_units=30)
    answer = reader.get(f"/what-if/runs/{run.id}")
    text = words(answer)
    assert "Run 1 is running 18 of 30 days, about 1 s left You can leave; we keep the result." in text
    assert "Look how far it is" in text
    assert f'data-url="/stream/run/{run.id}"' in answer.get_data(as_text=True)
    assert "18 of 30 days" in words(reader.get(f"/what-if/runs/{run.id}/part"))


def test_part_of_a_done_run_brings_the_result_and_the_acts_of_the_head(reader: FlaskClient, learner: Actor) -> None:
    run = finished(learner)
    source = reader.get(f"/what-if/runs/{run.id}/part?session=S-1&step=run-the-line").get_data(as_text=True)
    acts = re.search(r'<span class="l-run-acts" id="run-acts" hx-swap-oob="true">(.*?)</span>\s*$', source, re.S)
    assert acts is not None
    assert f"/what-if/runs/{run.id}/figures.csv" in acts.group(1)
    assert f"/learn/S-1/run-the-line?run={run.id}" in acts.group(1)
    assert "The numbers" in source


def test_feed_tells_changes_once_and_the_end(reader: FlaskClient, learner: Actor) -> None:
    run = start(learner)
    first = reader.get(f"/what-if/runs/{run.id}/feed").get_json()
    assert (first["last"], [e["event"] for e in first["events"]]) == ("queued-0", ["changed"])
    assert reader.get(f"/what-if/runs/{run.id}/feed?after=queued-0").get_json()["events"] == []
    runs.run_simulation(run.id)
    last = reader.get(f"/what-if/runs/{run.id}/feed?after=queued-0").get_json()
    assert (last["last"], [e["event"] for e in last["events"]]) == ("done-10", ["changed", "over"])


def test_cancel_ends_a_waiting_run_and_offers_it_again(reader: FlaskClient, learner: Actor) -> None:
    run = start(learner, seed=5)
    answer = reader.post(f"/what-if/runs/{run.id}/cancel", data={"acting": str(learner.organisation_id)})
    assert (answer.status_code, queries.run_now(run.id).state) == (302, RunState.CANCELLED)
    source = reader.get(answer.location)
    assert "Run 1 was cancelled. It had not begun." in words(source)
    assert reader.post(f"/what-if/runs/{run.id}/cancel").status_code == 409
    again = re.search(r'<div class="l-refusal__ways">(.*?)</form>', source.get_data(as_text=True), re.S)
    fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', again.group(1)))  # type: ignore[union-attr]
    started = reader.post("/what-if/line", data=fields)
    made = queries.run_now(UUID(started.location.rpartition("/")[2]))
    assert (made.number, made.parameters, made.seed) == (2, run.parameters, 5)


def test_failed_run_says_why_and_what_to_do(reader: FlaskClient, learner: Actor) -> None:
    run = start(learner)
    hurry(run, state=RunState.FAILED, error=texts.WORKER_LOST)
    text = words(reader.get(f"/what-if/runs/{run.id}"))
    assert f"Run 1 failed. {texts.WORKER_LOST}" in text
    assert "Run again" in text


def test_result_shows_mean_interval_seed_and_version(reader: FlaskClient, learner: Actor) -> None:
    run = finished(learner, seed=42, **SLOW)
    result = queries.result_of(run)
    assert result is not None
    figure = result.figure("good_per_hour")
    text = words(reader.get(f"/what-if/runs/{run.id}"))
    assert f"{figure.mean:.1f} ± {figure.half_width:.1f}" in text
    assert f"Model line, version {result.version}, seed 42, computed 30 times over. Computed at " in text
    assert "Mill limits the line" in text
    assert "The numbers" in text


def test_second_run_stands_beside_the_first_with_what_changed(reader: FlaskClient, learner: Actor) -> None:
    first = finished(learner, seed=42, **SLOW)
    second = finished(learner, same_luck_as=first.id, **{**SLOW, "mill_s": 31})
    text = words(reader.get(f"/what-if/runs/{second.id}"))
    changes = {c.key: c for c in compared(first, second)}
    good = changes["good_per_hour"]
    assert f"{good.difference:.1f} more than run 1" in text
    assert ("1 number changed" in text, "was 38 s" in text, "as in run 1" in text) == (True, True, True)
    assert "Side by side" in text
    assert "Start as run 3" in text


def compared(first: SimulationRun, second: SimulationRun) -> tuple[Comparison, ...]:
    from_first, from_second = queries.result_of(first), queries.result_of(second)
    assert from_first is not None
    assert from_second is not None
    return compare(from_second, from_first)


def test_difference_that_could_be_zero_is_called_unclear(reader: FlaskClient, learner: Actor) -> None:
    finished(learner, seed=1, days=10)
    second = finished(learner, seed=2, days=10)
    text = words(reader.get(f"/what-if/runs/{second.id}"))
    assert "no clear difference" in text
    assert "Good parts per hour" in text
    assert re.search(r"Good parts per hour [\d.]+ ± [\d.]+ [\d.]+ ± [\d.]+ unclear", text)


def test_reused_result_says_when_it_was_computed(reader: FlaskClient, learner: Actor) -> None:
    finished(actor_for(make_learner(make_company(), "Stella Straniera")), seed=42)
    run = start(learner, seed=42)
    text = words(reader.get(f"/what-if/runs/{run.id}"))
    assert "The same numbers with the same luck had been computed before, at " in text
    assert "Stella" not in text


def test_page_from_a_training_step_leads_back_to_it(reader: FlaskClient, learner: Actor) -> None:
    run = finished(learner)
    source = reader.get(f"/what-if/runs/{run.id}?session=S-1&step=run-the-line").get_data(as_text=True)
    assert f'href="/learn/S-1/run-the-line?run={run.id}"' in source
    assert "Use run 1 as my answer" in source
    assert (value_of(source, "session"), value_of(source, "step")) == ("S-1", "run-the-line")
    answer = sent(reader, session="S-1", step="run-the-line", days="11")
    assert answer.location.endswith("?session=S-1&step=run-the-line")
    assert "as my answer" not in words(reader.get(f"/what-if/runs/{run.id}?session=S-1"))


def test_step_of_a_module_opens_the_form_with_its_own_numbers(app: APIFlask, reader: FlaskClient) -> None:
    exercise = {
        "kind": "simulation",
        "key": "as-it-is",
        "prompt": {"en": "?"},
        "claim": "bottleneck",
        "simulator": "line",
    }
    with app.test_request_context():
        card = exercise_card("S-1", "UTC", "run-the-line", 0, {**exercise, "start": {"mill_s": 38, "days": 20}}, [], [])
    source = reader.get(card["what_if"]).get_data(as_text=True)
    assert (value_of(source, "mill_s"), value_of(source, "days"), value_of(source, "session")) == ("38", "20", "S-1")
    assert 'href="/learn/S-1/run-the-line"' in source


# ---- CSV


def test_csv_has_the_numbers_of_the_page_and_of_every_day(reader: FlaskClient, learner: Actor) -> None:
    run = finished(learner, seed=42, **SLOW)
    result = queries.result_of(run)
    assert result is not None
    answer = reader.get(f"/what-if/runs/{run.id}/figures.csv")
    assert (answer.status_code, answer.mimetype) == (200, "text/csv")
    assert answer.headers["Content-Disposition"] == "attachment; filename=what-if-line-run-1.csv"
    rows = list(csv.DictReader(io.StringIO(answer.get_data(as_text=True))))
    assert [row["figure"] for row in rows] == [figure.key for figure in result.figures]
    assert [float(row["mean"]) for row in rows] == [figure.mean for figure in result.figures]
    assert [float(rows[0][f"value_{n}"]) for n in range(1, 31)] == list(result.figures[0].values)
    assert {(row["seed"], row["version"], row["run"]) for row in rows} == {("42", result.version, "1")}
    text = words(reader.get(f"/what-if/runs/{run.id}"))
    for row in rows[:3]:
        decimals = 1 if float(row["half_width_95"]) >= 0.05 else 2
        shown = f"{float(row['mean']):.{decimals}f} ± {float(row['half_width_95']):.{decimals}f}"
        assert f"{row['label']} {shown}" in text


def test_csv_of_a_run_that_is_not_done_is_not_found(reader: FlaskClient, learner: Actor) -> None:
    assert reader.get(f"/what-if/runs/{start(learner).id}/figures.csv").status_code == 404


# ---- who


PLACES = ("", "/part", "/feed", "/figures.csv")


@pytest.mark.parametrize("place", PLACES)
def test_strangers_run_is_not_found(reader: FlaskClient, place: str) -> None:
    other = finished(actor_for(make_learner(make_company(), "Stella Straniera")))
    assert reader.get(f"/what-if/runs/{other.id}{place}").status_code == 404
    assert reader.get(f"/stream/run/{other.id}").status_code == 404


def test_stranger_cancels_nothing(reader: FlaskClient) -> None:
    other = start(actor_for(make_learner(make_company(), "Stella Straniera")))
    assert reader.post(f"/what-if/runs/{other.id}/cancel").status_code == 404
    assert queries.run_now(other.id).state == RunState.QUEUED


@pytest.mark.parametrize("path", ["/what-if/line", f"/what-if/runs/{UUID(int=1)}", f"/stream/run/{UUID(int=1)}"])
def test_visitor_is_sent_to_sign_in(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    assert (answer.status_code, answer.location.startswith("/sign-in?next=")) == (302, True)


@pytest.mark.parametrize("path", ["/what-if/nothing", f"/what-if/runs/{UUID(int=1)}", "/what-if/runs/7"])
def test_unknown_simulator_and_run_are_not_found(reader: FlaskClient, path: str) -> None:
    assert reader.get(path).status_code == 404


# ---- the list


def test_list_of_runs_is_own_newest_first_in_pages(reader: FlaskClient, learner: Actor) -> None:
    finished(actor_for(make_learner(make_company(), "Stella Straniera")), seed=9)
    for _ in range(12):
        start(learner, seed=9)
    first = reader.get("/what-if/line").get_data(as_text=True)
    assert re.findall(r">Run (\d+)</a>", first) == [str(n) for n in range(12, 2, -1)]
    older = html.unescape(re.search(r'href="([^"]*before=[^"]*)"', first).group(1))  # type: ignore[union-attr]
    assert re.findall(r">Run (\d+)</a>", reader.get(older).get_data(as_text=True)) == ["2", "1"]
    assert reader.get("/what-if/line?before=nonsense").status_code == 200


def test_list_of_runs_takes_as_many_queries_for_three_as_for_one(
    reader: FlaskClient, learner: Actor, count_queries: Callable[[], int]
) -> None:
    finished(learner, seed=9)
    reader.get("/what-if/line")
    count_queries()
    reader.get("/what-if/line")
    one = count_queries()
    start(learner, seed=9)
    start(learner, seed=9)
    count_queries()
    reader.get("/what-if/line")
    assert count_queries() == one


# ---- the axis


@pytest.mark.parametrize(
    ("lows", "highs", "marks"),
    [
        ([82.7, 97.7], [86.5, 103.9], [80, 90, 100]),
        ([5.0], [5.0], [4.8, 5, 5.2]),
        ([0.0], [0.0], [-1, -0.5, 0, 0.5, 1]),
    ],
)
def test_axis_has_round_marks_and_holds_every_interval(
    lows: list[float], highs: list[float], marks: list[float]
) -> None:
    low, high, ticks = axis(lows, highs)
    assert low < min(lows) <= max(highs) < high
    assert ticks == marks
