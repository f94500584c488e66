"""Labs, assets, windows and bookings under /api/v1, and retries that a crash cannot double (I1, I2)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from lift.core.actor import Role, Scope
from lift.core.db import db
from lift.labs import services
from lift.labs.enums import Release
from lift.labs.models import Asset, Booking, Lab
from lift.people.models import Organisation, Person
from tests.factories.labs import make_asset, make_lab, manager_of, monday, request_for
from tests.factories.people import give_role, make_organisation, make_person, make_token

pytestmark = pytest.mark.integration

SCOPES = ("labs:read", "bookings:read", "bookings:write")
Headers = dict[str, str]


def manager_with_token(lab: Lab, scopes: tuple[str, ...] = SCOPES) -> tuple[Person, Headers]:
    organisation = db.session.get_one(Organisation, lab.organisation_id)
    person = make_person("Ada Finzione", organisation)
    give_role(person, organisation, Role.LAB_MANAGER, Scope.LAB, lab.id)
    return person, make_token(person, scopes)


def body(asset: Asset, hour: int = 9, **more: Any) -> dict[str, Any]:
    times = {"start": monday(hour).isoformat(), "end": monday(hour + 1).isoformat()}
    return {"asset_ids": [str(asset.id)], "purpose": "research", "title": "Drift", **times} | more


def count() -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(Booking)) or 0


def test_labs_and_assets_come_in_cursor_pages_without_serial_numbers(client: FlaskClient) -> None:
    labs = [make_lab() for _ in range(3)]
    for lab in labs:
        make_asset(lab, serial_number="SN-4711-X")
    _person, headers = manager_with_token(labs[0])
    for name in ("labs", "assets"):
        first = client.get(f"/api/v1/{name}?limit=2", headers=headers)
        second = client.get(f"/api/v1/{name}?limit=2&cursor={first.json['next']}", headers=headers)
        assert [len(first.json["items"]), len(second.json["items"]), second.json["next"]] == [2, 1, None]
        assert "SN-4711-X" not in first.get_data(as_text=True)
    one = client.get(f"/api/v1/labs/{labs[0].slug}", headers=headers).json
    assert (one["slug"], [a["lab_id"] for a in one["assets"]]) == (labs[0].slug, [str(labs[0].id)])
    of_one = client.get(f"/api/v1/assets?lab_id={labs[0].id}", headers=headers).json["items"]
    assert [a["lab_id"] for a in of_one] == [str(labs[0].id)]
    assert client.get(f"/api/v1/assets/{of_one[0]['id']}", headers=headers).json == of_one[0]


def test_windows_leave_out_what_is_booked(client: FlaskClient) -> None:
    asset = make_asset()
    services.book_assets(request_for(asset, monday(10)), actor=manager_of(asset.lab))
    _person, headers = manager_with_token(asset.lab)
    span = {"from": monday(9).isoformat(), "to": monday(12).isoformat(), "minutes": 60}
    answer = client.get(f"/api/v1/assets/{asset.id}/windows", query_string=span, headers=headers)
    windows = [(datetime.fromisoformat(w["start"]), datetime.fromisoformat(w["end"])) for w in answer.json["items"]]
    assert windows == [(monday(9), monday(10)), (monday(11), monday(12))]


@pytest.mark.parametrize(
    "query",
    [{}, {"from": "soon", "to": "later"}, {"from": "2026-11-30T09:00:00", "to": "2026-11-30T10:00:00"},
     {"from": "2026-11-30T10:00:00Z", "to": "2026-11-30T09:00:00Z"},
     {"from": "2026-01-01T00:00:00Z", "to": "2026-12-01T00:00:00Z"},
     {"from": "2026-11-30T09:00:00Z", "to": "2026-11-30T10:00:00Z", "minutes": 0}],
)  # fmt: skip
def test_windows_of_a_wrong_span_are_422(client: FlaskClient, query: dict[str, Any]) -> None:
    asset = make_asset()
    _person, headers = manager_with_token(asset.lab)
    answer = client.get(f"/api/v1/assets/{asset.id}/windows", query_string=query, headers=headers)
    assert (answer.status_code, answer.content_type) == (422, "application/problem+json")


def test_booking_is_made_read_moved_and_cancelled(client: FlaskClient) -> None:
    asset = make_asset()
    person, headers = manager_with_token(asset.lab)
    made = client.post("/api/v1/bookings", json=body(asset), headers=headers)
    address = f"/api/v1/bookings/{made.json['id']}"
    assert (made.status_code, made.headers["Location"]) == (201, address)
    assert (made.json["asset_ids"], made.json["holder_id"]) == ([str(asset.id)], str(person.id))
    assert client.get(address, headers=headers).json == made.json
    times = {"start": monday(14).isoformat(), "end": monday(15).isoformat()}
    moved = client.patch(address, json=times, headers=headers)
    assert (moved.status_code, datetime.fromisoformat(moved.json["start"])) == (200, monday(14))
    gone = client.delete(address, headers=headers)
    assert (gone.status_code, gone.json["status"]) == (200, "cancelled_in_time")
    assert client.delete(address, headers=headers).status_code == 409
    assert client.get("/api/v1/bookings", headers=headers).json["items"] == [gone.json]


def test_taken_time_is_409_with_rule_owner_and_what_would_pass(client: FlaskClient) -> None:
    asset = make_asset(name="Oven")
    services.book_assets(request_for(asset, monday(9)), actor=manager_of(asset.lab))
    _person, headers = manager_with_token(asset.lab)
    answer = client.post("/api/v1/bookings", json=body(asset), headers=headers)
    problem = answer.json["problems"][0]
    assert (answer.status_code, problem["rule"], problem["owner"]) == (409, "B14", "Oven")
    assert problem["passes"] == [t.isoformat() for t in (monday(7, 30), monday(8), monday(10))]
    assert [way["url"].startswith("/desk?") for way in problem["ways"]] == [True, True, True]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [({"start": "soon"}, "start"), ({"asset_ids": []}, "asset_ids"), ({"purpose": "fun"}, "purpose"),
     ({"title": "x" * 81}, "title"), ({"start": "2026-11-30T09:00:00"}, "start"), ({"extra": 1}, "extra")],
)  # fmt: skip
def test_wrong_input_is_422_and_names_the_field(client: FlaskClient, wrong: dict[str, Any], field: str) -> None:
    asset = make_asset()
    _person, headers = manager_with_token(asset.lab)
    answer = client.post("/api/v1/bookings", json=body(asset, **wrong), headers=headers)
    assert (answer.status_code, [p["field"] for p in answer.json["problems"]], count()) == (422, [field], 0)


def test_unknown_asset_and_foreign_booking_are_404_and_foreign_asset_is_403(client: FlaskClient) -> None:
    asset, foreign = make_asset(), make_asset()
    booking = services.book_assets(request_for(foreign), actor=manager_of(foreign.lab))
    _person, headers = manager_with_token(asset.lab)
    unknown = body(asset) | {"asset_ids": [str(uuid4())]}
    assert client.post("/api/v1/bookings", json=unknown, headers=headers).status_code == 404
    assert client.get(f"/api/v1/bookings/{booking.id}", headers=headers).status_code == 404
    assert client.get("/api/v1/bookings", headers=headers).json["items"] == []
    refused = client.post("/api/v1/bookings", json=body(foreign, 14), headers=headers)
    assert (refused.status_code, refused.json["problems"][0]["owner"]) == (403, foreign.lab.name)


def test_token_without_the_scope_is_403_and_without_token_401(client: FlaskClient) -> None:
    asset = make_asset()
    _person, headers = manager_with_token(asset.lab, ("labs:read",))
    assert client.post("/api/v1/bookings", json=body(asset), headers=headers).status_code == 403
    assert client.post("/api/v1/bookings", json=body(asset)).status_code == 401


def test_bookings_are_listed_in_pages_with_a_constant_number_of_questions(
    client: FlaskClient, count_queries: Callable[[], int]
) -> None:
    asset = make_asset()
    actor = manager_of(asset.lab)
    _person, headers = manager_with_token(asset.lab)
    services.book_assets(request_for(asset, monday(9)), actor=actor)
    client.get("/api/v1/bookings", headers=headers)
    count_queries()
    client.get("/api/v1/bookings", headers=headers)
    one = count_queries()
    for hour in (11, 13):
        services.book_assets(request_for(asset, monday(hour)), actor=actor)
    count_queries()
    page = client.get("/api/v1/bookings", headers=headers)
    assert (count_queries(), len(page.json["items"])) == (one, 3)
    around = {"from": monday(10).isoformat(), "to": monday(12).isoformat()}
    assert len(client.get("/api/v1/bookings", query_string=around, headers=headers).json["items"]) == 1


@pytest.mark.parametrize("path", ["labs", "assets"])
def test_labs_and_assets_are_listed_with_a_constant_number_of_queries(
    client: FlaskClient, count_queries: Callable[[], int], path: str
) -> None:
    first = make_asset()
    _person, headers = manager_with_token(first.lab)
    client.get(f"/api/v1/{path}", headers=headers)
    count_queries()
    client.get(f"/api/v1/{path}", headers=headers)
    one = count_queries()
    make_asset()
    make_asset()
    db.session.commit()
    count_queries()
    page = client.get(f"/api/v1/{path}", headers=headers)
    assert (count_queries(), len(page.json["items"])) == (one, 3)


def test_i2_same_key_gives_the_same_answer_and_another_body_is_422(client: FlaskClient) -> None:
    asset = make_asset()
    _person, headers = manager_with_token(asset.lab)
    keyed = headers | {"Idempotency-Key": "one"}
    first = client.post("/api/v1/bookings", json=body(asset), headers=keyed)
    again = client.post("/api/v1/bookings", json=body(asset), headers=keyed)
    other = client.post("/api/v1/bookings", json=body(asset, 14), headers=keyed)
    assert (first.status_code, again.status_code, other.status_code, count()) == (201, 201, 422, 1)
    assert (again.json, again.headers["Idempotency-Replayed"]) == (first.json, "true")


def test_i2_refused_call_may_be_tried_again_under_its_key(client: FlaskClient) -> None:
    asset = make_asset()
    standing = services.book_assets(request_for(asset), actor=manager_of(asset.lab))
    _person, headers = manager_with_token(asset.lab)
    keyed = headers | {"Idempotency-Key": "two"}
    assert client.post("/api/v1/bookings", json=body(asset), headers=keyed).status_code == 409
    standing.during = type(standing.during)(monday(15), monday(16), bounds="[)")
    services.release_claims([standing.id], Release.CANCELLED)
    db.session.commit()
    assert client.post("/api/v1/bookings", json=body(asset), headers=keyed).status_code == 201


def test_year_outside_the_calendar_is_refused_and_breaks_nothing(client: FlaskClient) -> None:
    asset = make_asset()
    _person, headers = manager_with_token(asset.lab)
    times = {"start": "0001-01-01T00:00:00Z", "end": (monday() + timedelta(hours=1)).isoformat()}
    answer = client.post("/api/v1/bookings", json=body(asset) | times, headers=headers)
    assert (answer.status_code, answer.json["problems"][0]["rule"]) == (409, "B3")


def test_stranger_of_no_lab_books_nothing(client: FlaskClient) -> None:
    asset = make_asset()
    headers = make_token(make_person("Nico Nessuno", make_organisation()), SCOPES)
    assert (client.post("/api/v1/bookings", json=body(asset), headers=headers).status_code, count()) == (403, 0)
