"""The pages of job shop and oven: form, plan by machine, curve, side by side, CSV; and the page of all simulators (X18)."""

from __future__ import annotations

import csv
import html
import io
import re
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from lift.core.actor import Actor
from lift.people.models import Person
from lift.twins.models import SimulationRun
from lift.twins.queries import runs as queries
from lift.twins.services import runs
from lift.twins.simulators.job_shop_result import JobShopResult
from tests.factories.people import actor_for, make_company, make_learner
from workers import twins as worker

pytestmark = pytest.mark.integration


@pytest.fixture
def person(database: object) -> Person:
    return make_learner(make_company())


@pytest.fixture
def learner(person: Person) -> Actor:
    return actor_for(person)


@pytest.fixture
def reader(client: FlaskClient, sign_in: Callable[..., FlaskClient], person: Person) -> FlaskClient:
    return sign_in(client, person)


def words(answer: Any) -> str:
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True))))


def done(simulator: str, actor: Actor, **values: Any) -> SimulationRun:
    run = runs.start_run(simulator, values, actor=actor, seed=4)
    worker.run_simulation(str(run.id))
    return runs.queries.run_now(run.id)


def test_x18_form_offers_the_rules_in_words(reader: FlaskClient) -> None:
    answer = reader.get("/what-if/job-shop")
    assert "Shortest operation first" in words(answer)
    offered = re.findall(r'name="rule"[^>]*value="([a-z]+)"', answer.get_data(as_text=True))
    assert offered == ["fifo", "spt", "lpt", "edd", "mwkr", "search"]


def test_x18_plan_shows_every_operation_on_its_machine_and_every_rule(reader: FlaskClient, learner: Actor) -> None:
    run = done("job-shop", learner, rule="spt", jobs=4)
    answer = reader.get(f"/what-if/runs/{run.id}")
    page, text = answer.get_data(as_text=True), words(answer)
    result = queries.result_of(run)
    assert isinstance(result, JobShopResult)
    assert len(re.findall(r'class="l-slot l-slot--', page)) == len(result.slots) == 16
    assert f"The plan takes {result.makespan:g} minutes" in text
    assert "Shortest operation first shown above" in text
    assert all(f"{plan.makespan:,g}" in text for plan in result.rules)
    assert "Time until all jobs are done" in text


def test_x18_second_rule_stands_beside_the_first_with_the_change_named(reader: FlaskClient, learner: Actor) -> None:
    done("job-shop", learner, rule="lpt")
    run = done("job-shop", learner, rule="search", search_s=1)
    text = words(reader.get(f"/what-if/runs/{run.id}"))
    assert "was Longest operation first" in text
    assert "less than run 1" in text
    assert "Search for a better plan shown above" in text


def test_x18_oven_shows_its_curve_with_target_and_table(reader: FlaskClient, learner: Actor) -> None:
    run = done("oven", learner, hours=1, batches=10, target_c=150)
    answer = reader.get(f"/what-if/runs/{run.id}")
    page, text = answer.get_data(as_text=True), words(answer)
    curve = re.search(r'class="l-oven__temperature" d="M([^"]+)"', page)
    assert curve is not None
    assert curve.group(1).count("L") >= 100
    assert ("wanted: 150 °C" in text, "Too hot, at most" in text) == (True, True)
    assert "computed 10 times over" in text


def test_x18_csv_of_a_job_shop_has_every_repeat(reader: FlaskClient, learner: Actor) -> None:
    run = done("job-shop", learner, repeats=12)
    rows = list(csv.reader(io.StringIO(reader.get(f"/what-if/runs/{run.id}/figures.csv").get_data(as_text=True))))
    assert rows[0][-1] == "value_12"
    assert [row[4] for row in rows[1:]][:4] == ["makespan", "late_jobs", "late_min", "flow_min"]


def test_x18_page_of_all_simulators_lists_them_with_my_newest_runs(
    reader: FlaskClient, learner: Actor, count_queries: Callable[[], int]
) -> None:
    done("oven", learner, hours=1, batches=10)
    answer = reader.get("/what-if")
    assert set(re.findall(r'href="/what-if/([a-z-]+)"', answer.get_data(as_text=True))) == {"job-shop", "line", "oven"}
    assert "Run 1 How does the oven hold its temperature? done" in words(answer)
    count_queries()
    reader.get("/what-if")
    one = count_queries()
    done("job-shop", learner)
    done("line", learner, days=10)
    count_queries()
    reader.get("/what-if")
    assert count_queries() == one


def test_x18_visitor_is_sent_to_sign_in_from_the_page_of_all_simulators(client: FlaskClient) -> None:
    assert client.get("/what-if").status_code == 302
