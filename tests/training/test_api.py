"""Sessions, enrolling and the public check under /api/v1."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from lift.core.db import db
from lift.people.models import Organisation, Person
from lift.training.models import Enrolment, PilotSession, Pool
from tests.factories.people import make_company, make_owner, make_person, make_token
from tests.factories.training import make_session

pytestmark = pytest.mark.usefixtures("database")
Post = Callable[..., Any]


class Caller:
    """A company's owner with a token."""

    def __init__(self, client: FlaskClient, *scopes: str) -> None:
        self.client = client
        self.company: Organisation = make_company()
        self.owner: Person = make_owner(self.company)
        self.person: Person = make_person("Giulia Prova", self.company)
        self.headers = make_token(self.owner, scopes, self.company)
        db.session.commit()

    def enrol(self, session: PilotSession, *, key: str | None = None, **body: Any) -> Any:
        extra = {"Idempotency-Key": key} if key else {}
        return self.client.post(
            f"/api/v1/sessions/{session.id}/enrolments", json=body, headers={**self.headers, **extra}
        )


ALL = ("sessions:read", "enrolments:read", "enrolments:write")


def test_sessions_are_listed_page_by_page_with_the_price_for_the_acting_firm(client: FlaskClient) -> None:
    caller = Caller(client, *ALL)
    made = [make_session(5, list_price_cents=42000, partner_price_cents=21000) for _ in range(3)]
    first = client.get("/api/v1/sessions?limit=2", headers=caller.headers).json
    assert first is not None
    second = client.get(f"/api/v1/sessions?limit=2&cursor={first['next']}", headers=caller.headers).json
    assert second is not None
    assert [s["code"] for s in (*first["items"], *second["items"])] == [s.code for s in made]
    assert (first["items"][0]["price_cents"], first["items"][0]["seats"], second["next"]) == (21000, "plenty", None)


def test_i2_enrolling_twice_with_one_key_is_one_enrolment_and_the_same_answer(client: FlaskClient) -> None:
    caller, session = Caller(client, *ALL), make_session(5)
    answers = [caller.enrol(session, key="k1", people=[str(caller.person.id)]) for _ in range(2)]
    assert [a.status_code for a in answers] == [201, 201]
    assert answers[0].json == answers[1].json
    assert db.session.scalars(sa.select(Pool.taken).filter_by(session_id=session.id)).one() == 1
    assert caller.enrol(session, key="k1", nameless=1).status_code == 422


def test_full_session_answers_with_the_position_and_all_or_none_with_409(client: FlaskClient) -> None:
    caller, session = Caller(client, *ALL), make_session(1)
    assert caller.enrol(session, nameless=2, fit="all").status_code == 409
    answer = caller.enrol(session, nameless=3)
    assert [(p["status"], p["ahead"]) for p in answer.json["items"]] == [
        ("confirmed", None),
        ("waiting", 0),
        ("waiting", 1),
    ]
    listed = client.get(f"/api/v1/sessions/{session.id}/enrolments", headers=caller.headers).json
    assert listed is not None
    assert [p["status"] for p in listed["items"]] == ["confirmed", "waiting", "waiting"]


@pytest.mark.parametrize(
    "body", [{}, {"nameless": 21}, {"nameless": -1}, {"people": ["x"]}, {"aid": "much"}, {"typo": 1}]
)
def test_wrong_bodies_are_422_and_write_nothing(client: FlaskClient, body: dict[str, Any]) -> None:
    caller, session = Caller(client, *ALL), make_session(5)
    assert caller.enrol(session, **body).status_code == 422
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Enrolment)) == 0


def test_without_scope_403_without_token_401_unknown_404(client: FlaskClient) -> None:
    caller, session = Caller(client, "sessions:read"), make_session(5)
    assert caller.enrol(session, nameless=1).status_code == 403
    assert client.get("/api/v1/sessions").status_code == 401
    assert client.get(f"/api/v1/sessions/{uuid4()}", headers=caller.headers).status_code == 404


def test_places_of_others_are_not_found(client: FlaskClient) -> None:
    caller, other, session = Caller(client, *ALL), Caller(client, *ALL), make_session(5)
    place = other.enrol(session, nameless=1).json["items"][0]["id"]
    assert client.delete(f"/api/v1/enrolments/{place}", headers=caller.headers).status_code == 404
    assert client.delete(f"/api/v1/enrolments/{place}", headers=other.headers).json["status"] == "withdrawn_in_time"


def test_sessions_are_listed_with_a_constant_number_of_queries(
    client: FlaskClient, count_queries: Callable[[], int]
) -> None:
    make_session(5)
    caller = Caller(client, "sessions:read")
    client.get("/api/v1/sessions", headers=caller.headers)
    count_queries()
    client.get("/api/v1/sessions", headers=caller.headers)
    one = count_queries()
    make_session(5)
    make_session(5)
    db.session.commit()
    count_queries()
    page = client.get("/api/v1/sessions", headers=caller.headers)
    assert (count_queries(), len(page.json["items"])) == (one, 3)
