"""N8: the audit trail can be searched by person and object, is paged on the server, and outlives erasure without a name."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from lift.core import audit
from lift.core.actor import SYSTEM, Actor, Role, Scope
from lift.core.db import db, transaction
from lift.core.models import AuditEntry
from lift.insight.permissions import AUDIT_ROLES
from lift.insight.views.audit import PAGE
from lift.people import services as people
from lift.people.models import Person
from tests.factories.people import make_organisation, make_person
from tests.page_reading import links_of, main_of, rows_of

pytestmark = pytest.mark.usefixtures("database")

OTHERS = [role for role in Role if role not in AUDIT_ROLES]


def reader(role: Role = Role.AUDITOR) -> Person:
    return make_person("Rita Revisore", make_organisation("Ufficio"), [(role, Scope.NETWORK, None)])


def record(who: Person | None = None, action: str = "labs.book", kind: str = "booking", thing: Any = None,
           body: UUID | None = None, **values: Any) -> None:  # fmt: skip
    actor = Actor(who.id, who.pseudonym, body) if who else SYSTEM
    with transaction():
        audit.record(actor, action, kind, thing or uuid4(), **values)


def acts(client: FlaskClient, query: str = "") -> list[str]:
    answer = client.get(f"/audit{query}")
    assert answer.status_code == 200
    return [cells[2] for cells in rows_of(answer)]


@pytest.fixture
def signed(client: FlaskClient, sign_in: Callable[..., FlaskClient]) -> FlaskClient:
    return sign_in(client, reader())


@pytest.mark.parametrize("role", AUDIT_ROLES)
@pytest.mark.parametrize("path", ["/audit", "/audit.csv"])
def test_n8_audit_is_open_for_those_who_look_after_the_network(
    client: FlaskClient, sign_in: Callable[..., FlaskClient], role: Role, path: str
) -> None:
    sign_in(client, reader(role))
    assert client.get(path).status_code == 200


@pytest.mark.parametrize("path", ["/audit", "/audit.csv"])
def test_n8_audit_is_closed_for_everybody_else(
    client: FlaskClient, sign_in: Callable[..., FlaskClient], path: str
) -> None:
    assert client.get(path).headers["Location"].startswith("/sign-in")
    everything_else = [(role, Scope.NETWORK, None) for role in OTHERS]
    sign_in(client, make_person("Nora Altra", make_organisation(), everything_else))
    assert client.get(path).status_code == 403


def test_n8_entry_says_who_as_whom_what_before_after_and_why(signed: FlaskClient) -> None:
    body = make_organisation("Officina Uno")
    record(make_person("Rosa Bulloni", body), body=body.id, thing="B-77", before={"state": "hold", "room": 2},
           after={"state": "confirmed"}, reason="asked by phone")  # fmt: skip
    cells = rows_of(signed.get("/audit"))[0]
    assert cells[1:] == [
        "Rosa Bulloni Officina Uno", "labs.book", "booking B-77", "room: 2 → nothing state: hold → confirmed", "asked by phone",
    ]  # fmt: skip


def test_n8_search_by_person_object_act_and_kind_combines_with_and(signed: FlaskClient) -> None:
    rosa, tito = make_person("Rosa Bulloni"), make_person("Tito Ingranaggi")
    record(rosa, "labs.book", thing="1")
    record(rosa, "labs.cancel", thing="1")
    record(tito, "labs.book", thing="2")
    record(None, "training.enrol", "session", "1")
    assert acts(signed, "?who=rosa") == ["labs.cancel", "labs.book"]
    assert acts(signed, f"?who={tito.pseudonym}") == ["labs.book"]
    assert acts(signed, "?kind=booking&thing=1") == ["labs.cancel", "labs.book"]
    assert acts(signed, "?thing=1") == ["training.enrol", "labs.cancel", "labs.book"]
    assert acts(signed, "?who=rosa&action=labs.c") == ["labs.cancel"]
    assert acts(signed, "?who=nobody") == []
    assert acts(signed, "?who=%25") == []  # a wildcard is a letter like any other
    assert "No entry matches this search." in main_of(signed.get("/audit?who=nobody"))


def test_n8_search_by_day_includes_both_days(signed: FlaskClient) -> None:
    for day in (1, 2, 3):
        record(action=f"labs.day{day}")
        row = db.session.scalars(sa.select(AuditEntry).order_by(AuditEntry.id.desc())).first()
        assert row is not None
    answer = [acts(signed, f"?since={a}&until={b}") for a, b in (("2020-01-01", "2020-01-02"), (_today(), _today()))]
    assert answer == [[], ["labs.day3", "labs.day2", "labs.day1"]]


def _today() -> str:
    return datetime.now(UTC).date().isoformat()


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("since=yesterday", "Not a valid date value."),
        ("since=2026-02-30", "Not a valid date value."),
        ("since=2026-03-02&until=2026-03-01", "The last day lies before the first one."),
        ("who=" + "x" * 201, "Field cannot be longer than 200 characters."),
    ],
)
def test_audit_search_that_cannot_be_read_comes_back_with_the_field_named(
    signed: FlaskClient, query: str, sentence: str
) -> None:
    for path in ("/audit", "/audit.csv"):
        answer = signed.get(f"{path}?{query}")
        assert answer.status_code == 422
        assert sentence in main_of(answer)
        assert query.partition("&")[0].partition("=")[2] in answer.get_data(as_text=True)


def test_n8_pages_by_cursor_show_every_entry_once_in_constant_statements(
    signed: FlaskClient, count_queries: Callable[[], int]
) -> None:
    record(action="labs.n0")
    acts(signed)
    count_queries()
    acts(signed)
    one = count_queries()
    for n in range(1, PAGE + 3):
        record(action=f"labs.n{n}")
    count_queries()
    first = signed.get("/audit?action=labs.n")
    assert count_queries() == one
    older = next(link for link in links_of(first) if "before=" in link).replace("&amp;", "&")
    second = signed.get(older)
    found = [cells[2] for cells in rows_of(first) + rows_of(second)]
    assert found == [f"labs.n{n}" for n in range(PAGE + 2, -1, -1)]
    assert len(rows_of(first)) == PAGE


@pytest.mark.parametrize("before", ["nonsense", "-1", "", "99999999999999999999999"])
def test_audit_with_a_cursor_of_nobody_shows_the_newest(signed: FlaskClient, before: str) -> None:
    record(action="labs.newest")
    assert acts(signed, f"?before={before}&action=labs") == ["labs.newest"]


def test_n8_erased_person_is_a_former_member_found_by_pseudonym_only(signed: FlaskClient) -> None:
    rosa = make_person("Rosa Bulloni", make_organisation())
    pseudonym = rosa.pseudonym
    record(rosa, "labs.book", thing="1")
    db.session.commit()
    people.erase_person(SYSTEM, rosa.id)
    assert acts(signed, "?who=Rosa") == []
    cells = rows_of(signed.get(f"/audit?who={pseudonym}&action=labs"))
    assert [line[1:3] for line in cells] == [["a former member", "labs.book"]]
    assert "Rosa" not in signed.get("/audit").get_data(as_text=True)
    assert "Rosa" not in signed.get("/audit.csv").get_data(as_text=True)


def test_n8_csv_holds_the_same_search_and_no_formula(signed: FlaskClient) -> None:
    body = make_organisation("Officina Uno")
    rosa = make_person("Rosa Bulloni", body)
    record(rosa, "labs.book", thing="=HYPERLINK(1)", body=body.id, after={"b": "è", "a": 1}, reason="+39 02")
    record(None, "training.enrol")
    answer = signed.get("/audit.csv?who=rosa")
    assert (answer.mimetype, answer.headers["Content-Disposition"]) == ("text/csv", "attachment; filename=audit.csv")
    lines = list(csv.reader(io.StringIO(answer.get_data(as_text=True))))
    assert len(lines) == 2
    assert lines[1][2:11] == [
        str(rosa.pseudonym), "Rosa Bulloni", "Officina Uno", "labs.book", "booking", "'=HYPERLINK(1)", "",
        '{"a": 1, "b": "è"}', "'+39 02",
    ]  # fmt: skip


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_n8_nothing_can_be_changed_through_the_page(signed: FlaskClient, method: str) -> None:
    assert getattr(signed, method)("/audit").status_code == 405
