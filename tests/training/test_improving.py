"""A20: per step drop-off, wrong answers and help; each can become an issue for the next version and is closed by it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from lift.content import services as content
from lift.content.models import ModuleIssue
from lift.core import clock
from lift.core.actor import SYSTEM, Role, Scope
from lift.core.db import db
from lift.people.models import Person
from lift.training.enums import StepState
from lift.training.models import Answer, HelpRequest, StepProgress
from lift.training.queries.improving import stumbled_over
from tests.factories.people import make_organisation, make_person
from tests.factories.training import RunningClass, make_running_class
from tests.page_reading import main_of

pytestmark = pytest.mark.usefixtures("database")

SignIn = Callable[..., FlaskClient]
STEP = "read-a-counter"


def author(running: RunningClass) -> Person:
    return make_person(
        "Autrice", make_organisation(), [(Role.AUTHOR, Scope.WORKING_GROUP, running.version.module.group_id)]
    )


def learners(running: RunningClass, number: int) -> None:
    """So many began the step; all but one finished it; one asked for help and answered wrongly."""
    for n in range(number):
        person = make_person(f"Learner {n}")
        row = StepProgress(person_id=person.id, version_id=running.version.id, step_key=STEP, started_at=clock.now())
        row.state = StepState.OPEN if n == 0 else StepState.DONE
        db.session.add(row)
        if n == 0:
            db.session.add(
                HelpRequest(
                    person_id=person.id, version_id=running.version.id, step_key=STEP, sentence="Which counter?"
                )
            )
            db.session.add(
                Answer(
                    person_id=person.id,
                    version_id=running.version.id,
                    step_key=STEP,
                    exercise=0,
                    typed="3",
                    correct=False,
                )
            )
    db.session.commit()


def test_a20_figures_per_step_are_those_of_the_record() -> None:
    running = make_running_class()
    learners(running, 5)
    row = next(r for r in stumbled_over(running.version) if r.key == STEP)
    assert (row.began, row.finished, row.answers, row.wrong, row.asked, row.sentences) == (
        5,
        4,
        1,
        1,
        1,
        ["Which counter?"],
    )
    assert (row.shown, round(row.left, 2)) == (True, 0.2)


def test_a20_figures_of_four_are_hidden(client: FlaskClient, sign_in: SignIn) -> None:
    running = make_running_class()
    learners(running, 4)
    sign_in(client, author(running))
    page = f"/modules/{running.version.module.slug}/v1/improve"
    assert "began" not in main_of(client.get(page))
    learners(running, 1)
    assert "5 began, 40 % left it, 2 of 2 answers wrong, 2 asked for help" in main_of(client.get(page))


def test_a20_issue_stands_in_the_editor_until_a_version_closes_it(client: FlaskClient, sign_in: SignIn) -> None:
    running = make_running_class()
    slug = running.version.module.slug
    sign_in(client, author(running))
    assert client.post(f"/modules/{slug}/v1/issues/{STEP}", data={"text": " "}).status_code == 422
    assert client.post(f"/modules/{slug}/v1/issues/{STEP}", data={"text": "Name the counter."}).status_code == 303
    assert client.post(f"/modules/{slug}/v1/issues/no-such-step", data={"text": "x"}).status_code == 404
    draft = content.open_draft(running.version.id, actor=SYSTEM)
    assert "Name the counter." in main_of(client.get(f"/modules/{slug}/v2/edit?step={STEP}"))
    issue = db.session.scalars(sa.select(ModuleIssue)).one()
    assert client.post(f"/modules/{slug}/v2/issues/{issue.id}/done").status_code == 303
    assert db.session.get_one(ModuleIssue, issue.id).closed_by_version_id == draft.id
    assert "closed by version 2 Name the counter." in main_of(client.get(f"/modules/{slug}/v1/improve"))


def test_a20_stranger_finds_nothing(client: FlaskClient, sign_in: SignIn) -> None:
    running = make_running_class()
    sign_in(client, make_person("Stranger", make_organisation()))
    assert client.get(f"/modules/{running.version.module.slug}/v1/improve").status_code == 404
    assert (
        client.post(f"/modules/{running.version.module.slug}/v1/issues/{STEP}", data={"text": "x"}).status_code == 404
    )
