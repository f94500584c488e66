"""A18: the same questions at both ends and five marks; the gain by mode with groups under five hidden."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from lift.content.models import ModuleVersion
from lift.core.actor import Role, Scope
from lift.core.db import db
from lift.people.models import Organisation, Person
from lift.training import queries
from lift.training.models import CheckAnswer, Feedback, PilotSession
from lift.training.services import HOLDER, learning
from tests.factories.content import make_version
from tests.factories.people import actor_for, make_company, make_learner, make_organisation, make_person
from tests.factories.training import make_enrolment, make_session
from tests.page_reading import main_of, rows_of

pytestmark = pytest.mark.usefixtures("database")

SignIn = Callable[..., FlaskClient]
QUESTIONS = [
    {"kind": "number", "key": "parts", "prompt": {"en": "How many parts?"}, "value": 36, "unit": "parts", "tolerance": 0},
    {"kind": "choice", "key": "three", "prompt": {"en": "Which three?"},
     "options": [{"key": "right", "text": {"en": "These"}, "correct": True},
                 {"key": "wrong", "text": {"en": "Those"}, "correct": False}]},
    {"kind": "number", "key": "share", "prompt": {"en": "What share?"}, "value": 75, "unit": "%", "tolerance": 0.5},
]  # fmt: skip
WRONG = {"parts": "12", "three": "wrong", "share": "75"}
RIGHT = {"parts": "36", "three": "right", "share": "75 %"}
MARKS = {"useful": "5", "clear": "4", "machine": "3", "pace": "4", "again": "5"}


class Class:
    """A session of a module with entry questions, and its learners."""

    def __init__(self) -> None:
        self.version: ModuleVersion = make_version(entry_questions=QUESTIONS, method="see-predict-measure")
        self.session: PilotSession = make_session(20, version=self.version)
        self.company: Organisation = make_company("Officine Esempio")
        self.first = self.add("Rosa Bianchi")

    def add(self, name: str) -> Person:
        person = make_learner(self.company, name)
        make_enrolment(self.session, self.company.id, person.id)
        db.session.commit()
        return person

    def finish(self, person: Person) -> None:
        learning.finish_reading(self.session.code, "step-1", actor=actor_for(person, self.company))

    def address(self, end: str) -> str:
        return f"/learn/{self.session.code}/questions/{end}"


@pytest.fixture
def course() -> Class:
    return Class()


def test_a18_questions_are_asked_at_the_start_and_answered_once(
    client: FlaskClient, sign_in: SignIn, course: Class
) -> None:
    sign_in(client, course.first)
    assert "3 questions; it takes a few minutes." in main_of(client.get(f"/learn/{course.session.code}/step-1"))
    assert client.post(course.address("entry"), data=WRONG).status_code == 303
    rows = db.session.scalars(sa.select(CheckAnswer).order_by(CheckAnswer.question)).all()
    assert [(r.question, r.typed, r.correct, r.at_exit) for r in rows] == [
        ("parts", "12", False, False),
        ("share", "75", True, False),
        ("three", "wrong", False, False),
    ]
    assert client.post(course.address("entry"), data=RIGHT).status_code == 409
    assert "it takes a few minutes" not in main_of(client.get(f"/learn/{course.session.code}/step-1"))


@pytest.mark.parametrize(
    "data", [{**RIGHT, "parts": ""}, {**RIGHT, "parts": "many"}, {"parts": "36", "share": "75"}, {}]
)
def test_a18_missing_or_unreadable_answer_keeps_nothing(
    client: FlaskClient, sign_in: SignIn, course: Class, data: dict[str, str]
) -> None:
    sign_in(client, course.first)
    answer = client.post(course.address("entry"), data=data)
    assert answer.status_code == 422
    assert db.session.scalar(sa.select(sa.func.count()).select_from(CheckAnswer)) == 0


def test_a18_questions_at_the_end_wait_for_the_required_steps(
    client: FlaskClient, sign_in: SignIn, course: Class
) -> None:
    sign_in(client, course.first)
    assert client.post(course.address("exit"), data=RIGHT).status_code == 409
    course.finish(course.first)
    assert client.post(course.address("exit"), data=RIGHT).status_code == 303
    assert {row.correct for row in queries.checks_of(course.first.id, course.session.id)[True].values()} == {True}


def test_a18_feedback_is_five_marks_once(client: FlaskClient, sign_in: SignIn, course: Class) -> None:
    sign_in(client, course.first)
    address = f"/learn/{course.session.code}/feedback"
    assert client.post(address, data={**MARKS, "again": ""}).status_code == 422
    assert client.post(address, data={**MARKS, "again": "9"}).status_code == 422
    assert client.post(address, data={**MARKS, "sentence": "Good."}).status_code == 303
    assert client.post(address, data=MARKS).status_code == 409
    row = db.session.scalars(sa.select(Feedback)).one()
    assert (row.marks["again"], row.sentence) == (5, "Good.")


@pytest.mark.parametrize("path", ["questions/entry", "feedback"])
def test_a18_somebody_without_a_seat_finds_nothing(
    client: FlaskClient, sign_in: SignIn, course: Class, path: str
) -> None:
    sign_in(client, make_person("Stranger", make_organisation()))
    assert client.post(f"/learn/{course.session.code}/{path}", data={**RIGHT, **MARKS}).status_code == 404


def test_a18_gain_shows_five_people_with_method_and_hides_four(
    client: FlaskClient, sign_in: SignIn, course: Class
) -> None:
    people = [course.first, *(course.add(f"Learner {n}") for n in range(4))]
    page = f"/modules/{course.version.module.slug}/v1/worth"
    lead = make_person("Lead", make_organisation(), [(Role.LEAD, Scope.WORKING_GROUP, course.version.module.group_id)])
    for number, person in enumerate(people):
        sign_in(client, person)
        client.post(course.address("entry"), data=WRONG)
        course.finish(person)
        client.post(course.address("exit"), data=RIGHT)
        sign_in(client, lead)
        shown = client.get(page)
        if number == 3:
            assert rows_of(shown) == []
            assert "4 people stand in groups too small to be shown." in main_of(shown)
    assert rows_of(shown) == [["1", "by reading", "See, predict, measure", "5", "33 %", "100 %", "+67"]]
    leader = make_person("Leader", make_organisation(), [(Role.ACTIVITY_LEADER, Scope.NETWORK, None)])
    sign_in(client, leader)
    assert client.get(page).status_code == 200
    sign_in(client, make_person("Stranger", make_organisation()))
    assert client.get(page).status_code == 404


def test_a18_answers_are_in_the_export_and_words_go_with_the_person(
    client: FlaskClient, sign_in: SignIn, course: Class
) -> None:
    sign_in(client, course.first)
    client.post(course.address("entry"), data=RIGHT)
    client.post(f"/learn/{course.session.code}/feedback", data={**MARKS, "sentence": "I am Rosa."})
    held = HOLDER.personal_data(course.first.id)
    assert (len(held["checks"]), held["feedback"][0]["sentence"]) == (3, "I am Rosa.")
    HOLDER.erase(course.first.id)
    db.session.expire_all()
    assert {row.typed for row in db.session.scalars(sa.select(CheckAnswer))} == {""}
    assert db.session.scalars(sa.select(Feedback.sentence)).all() == [""]
