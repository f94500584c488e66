"""Pages of labs: what they show, to whom, and what a form that fails gives back."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from lift.core.actor import Role, Scope
from lift.core.db import db
from lift.labs import services
from lift.labs.enums import AccessClass, BookingStatus
from lift.labs.models import Asset, Booking, Lab
from lift.people.models import Organisation, Person
from tests.factories.labs import OFFICE, make_asset, make_lab, manager_of, monday, request_for
from tests.factories.people import give_role, make_organisation, make_person

SignIn = Callable[..., Any]
ROME = ZoneInfo("Europe/Rome")


def make_manager(lab: Lab) -> Person:
    organisation = db.session.get_one(Organisation, lab.organisation_id)
    person = make_person("Lia Gestori", organisation, email=f"lab-{lab.slug}@lift.example")
    give_role(person, organisation, Role.LAB_MANAGER, Scope.LAB, lab.id)
    db.session.commit()
    return person


def day_of(start: datetime) -> str:
    return start.astimezone(ROME).date().isoformat()


def form_for(asset: Asset, start: datetime, minutes: int = 60, **more: str) -> dict[str, str]:
    local = start.astimezone(ROME)
    return {
        "lab": asset.lab.slug,
        "acting": str(asset.lab.organisation_id),
        "asset": asset.key,
        "day": local.date().isoformat(),
        "start": f"{local:%H:%M}",
        "minutes": str(minutes),
        "purpose": "research",
        "title": "Fixture test",
        "present": "nobody",
    } | more


def bookings() -> list[Booking]:
    return list(db.session.scalars(sa.select(Booking).order_by(Booking.id)))


def text_of(page: str) -> str:
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page)))


# ---- the public directory


def test_labs_are_narrowed_by_the_address(client: FlaskClient) -> None:
    here = make_lab(name="Officina Nord", country="IT")
    make_asset(here, access=AccessClass.SUPERVISED, name="Robot cell")
    make_asset(make_lab(name="Lab Sud", country="NL"), access=AccessClass.ON_SITE_ONLY)
    shown = client.get("/labs?country=IT&access=supervised").get_data(as_text=True)
    assert ("Officina Nord" in shown, "Lab Sud" in shown, "1 of 2 labs" in shown) == (True, False, True)
    assert "No lab matches" in client.get("/labs?country=IT&access=view").get_data(as_text=True)


def test_v2_asset_and_lab_page_show_class_and_hours_and_no_serial_number(client: FlaskClient) -> None:
    lab = make_lab(hours=OFFICE, zone="Europe/Helsinki")
    asset = make_asset(
        lab, access=AccessClass.SUPERVISED, serial_number="SN-4711-X", emergency_stop_place={"en": "Left of the door"}
    )
    for address in (f"/assets/{asset.key}", f"/labs/{lab.slug}", "/labs"):
        page = client.get(address).get_data(as_text=True)
        assert ("SN-4711-X" in page, "can be driven with a trainer" in page) == (False, True), address
    assert "Left of the door" in client.get(f"/assets/{asset.key}").get_data(as_text=True)
    lab_page = text_of(client.get(f"/labs/{lab.slug}").get_data(as_text=True))
    assert ("Mon to Fri 08:00 to 12:00, 13:00 to 18:00" in lab_page, "Europe/Helsinki" in lab_page) == (True, True)


def test_asset_page_says_where_each_rule_comes_from(client: FlaskClient) -> None:
    asset = make_asset(make_lab(rules={"max_minutes": 120}), rules={"min_minutes": 60})
    page = text_of(client.get(f"/assets/{asset.key}").get_data(as_text=True))
    assert "Longest booking 2 h set by the lab" in page
    assert "Shortest booking 1 h set for this asset" in page
    assert "Step 30 min from the network" in page


def test_asset_that_was_never_connected_says_so_and_a_connected_one_shows_no_values_to_strangers(
    client: FlaskClient,
) -> None:
    alone, connected = make_asset(), make_asset(connected=True, access=AccessClass.VIEW)
    assert "Right now" not in client.get(f"/assets/{alone.key}").get_data(as_text=True)
    page = text_of(client.get(f"/assets/{connected.key}").get_data(as_text=True))
    assert "Right now no signal at the moment Nobody has the controls right now." in page
    assert "Its values are shown to people who work here" in page


@pytest.mark.parametrize("address", ["/labs/nowhere", "/assets/nothing"])
def test_unknown_lab_and_asset_are_404(client: FlaskClient, address: str) -> None:
    assert client.get(address).status_code == 404


def test_labs_page_asks_the_same_number_of_questions_for_one_lab_and_for_three(
    client: FlaskClient, count_queries: Callable[[], int]
) -> None:
    make_asset(make_lab())
    client.get("/labs")
    count_queries()
    client.get("/labs")
    one = count_queries()
    for _ in range(2):
        make_asset(make_lab())
    count_queries()
    client.get("/labs")
    assert count_queries() == one


# ---- the desk


def test_desk_shows_the_day_by_asset_with_set_up_and_free_hours(client: FlaskClient, sign_in: SignIn) -> None:
    lab = make_lab()
    asset = make_asset(lab, name="Oven", setup_minutes=30)
    services.book_assets(request_for(asset, monday(9), title="Energy per batch"), actor=manager_of(lab))
    sign_in(client, make_manager(lab))
    page = html.unescape(client.get(f"/desk?day={day_of(monday(9))}").get_data(as_text=True))
    local = monday(9).astimezone(ROME)
    names = re.findall(r'aria-label="([^"]*Oven[^"]*)"', page)
    booked = [n for n in names if "Energy per batch" in n]
    assert len(booked) == 1
    assert booked[0].startswith(f"Mon {local.day} {local:%b}, {local:%H:%M} to {local + timedelta(hours=1):%H:%M}")
    assert "Oven, confirmed" in booked[0]
    assert sum("Oven, free: choose this start" in n for n in names) >= 8
    assert "l-slot--setup" in page


def test_desk_asks_the_same_number_of_questions_for_one_asset_and_for_three(
    client: FlaskClient, sign_in: SignIn, count_queries: Callable[[], int]
) -> None:
    lab = make_lab()
    actor = manager_of(lab)
    services.book_assets(request_for(make_asset(lab), monday(9)), actor=actor)
    sign_in(client, make_manager(lab))
    address = f"/desk?day={day_of(monday(9))}"
    client.get(address)
    count_queries()
    client.get(address)
    one = count_queries()
    for hour in (9, 11):
        services.book_assets(request_for(make_asset(lab), monday(hour)), actor=actor)
    count_queries()
    client.get(address)
    assert count_queries() == one


def test_walk_5_book_refuse_move_cancel_and_undo(client: FlaskClient, sign_in: SignIn) -> None:
    lab = make_lab()
    asset = make_asset(lab, name="Oven")
    sign_in(client, make_manager(lab))
    first = client.post("/desk/book", data=form_for(asset, monday(9)))
    assert (first.status_code, len(bookings())) == (302, 1)
    refused = client.post("/desk/book", data=form_for(asset, monday(9, 30), title="Second"))
    page = html.unescape(refused.get_data(as_text=True))
    assert (refused.status_code, "Oven is not free" in page, 'value="Second"' in page) == (409, True, True)
    offered = re.findall(r'name="instead" value="([^"]+)"', page)
    assert [datetime.fromisoformat(o) for o in offered] == [monday(8), monday(10), monday(10, 30)]
    second = client.post("/desk/book", data=form_for(asset, monday(9, 30), instead=offered[1]))
    assert (second.status_code, [b.during.lower for b in bookings()]) == (302, [monday(9), monday(10)])
    code = bookings()[1].code
    moved = client.post(f"/bookings/{code}/move", data=form_for(asset, monday(14)))
    assert (moved.status_code, bookings()[1].during.lower) == (302, monday(14))
    undo = re.search(
        r'action="(/bookings/[^"]+/put-back[^"]*)"', html.unescape(client.get("/desk").get_data(as_text=True))
    )
    assert undo is not None
    blocked_move = client.post(f"/bookings/{code}/move", data=form_for(asset, monday(9)))
    assert (blocked_move.status_code, bookings()[1].during.lower) == (409, monday(14))
    client.post(undo.group(1), data={"acting": str(lab.organisation_id)})
    assert bookings()[1].during.lower == monday(10)
    client.post(f"/bookings/{code}/cancel", data={"acting": str(lab.organisation_id), "reason": ""})
    assert bookings()[1].status == BookingStatus.CANCELLED_IN_TIME
    client.post(f"/bookings/{code}/put-back", data={"acting": str(lab.organisation_id)})
    assert bookings()[1].status == BookingStatus.CONFIRMED


@pytest.mark.parametrize(
    ("wrong", "field"),
    [({"day": "soon"}, "Day"), ({"start": "noon"}, "Start"), ({"minutes": "7"}, "Length"), ({"asset": "x"}, "Asset"),
     ({"purpose": "fun"}, "What for"), ({"title": "x" * 81}, "Title"), ({"day": "0001-01-01"}, "Day")],
)  # fmt: skip
def test_wrong_field_is_named_and_the_rest_is_kept(
    client: FlaskClient, sign_in: SignIn, wrong: dict[str, str], field: str
) -> None:
    asset = make_asset()
    sign_in(client, make_manager(asset.lab))
    answer = client.post("/desk/book", data=form_for(asset, monday(9)) | wrong)
    page = text_of(answer.get_data(as_text=True))
    assert (answer.status_code, bookings()) == (422, [])
    assert re.search(rf"Nothing has been saved\. {field}[^:]*:", page), page[:2000]
    assert ("Fixture test" in answer.get_data(as_text=True)) == ("title" not in wrong)


def test_form_of_another_organisation_is_refused_and_writes_nothing(client: FlaskClient, sign_in: SignIn) -> None:
    asset = make_asset()
    sign_in(client, make_manager(asset.lab))
    other = form_for(asset, monday(9)) | {"acting": str(make_organisation().id)}
    assert (client.post("/desk/book", data=other).status_code, bookings()) == (409, [])


def test_desk_of_another_lab_is_403_with_rule_and_owner(client: FlaskClient, sign_in: SignIn) -> None:
    mine, theirs = make_lab(), make_lab(name="Lab of others")
    sign_in(client, make_manager(mine))
    answer = client.get(f"/desk?lab={theirs.slug}")
    page = text_of(answer.get_data(as_text=True))
    assert (answer.status_code, "Rule R2" in page, "Lab of others" in page) == (403, True, True)
    assert client.get("/desk?lab=nowhere").status_code == 404


def test_booking_of_strangers_is_404_for_everybody_else(client: FlaskClient, sign_in: SignIn) -> None:
    asset = make_asset()
    booking = services.book_assets(request_for(asset), actor=manager_of(asset.lab))
    sign_in(client, make_manager(make_lab()))
    assert [client.get(f"/bookings/{code}").status_code for code in (booking.code, "NOSUCH")] == [404, 404]
    assert client.post(f"/bookings/{booking.code}/cancel").status_code == 404


def test_visitor_of_the_desk_is_sent_to_the_sign_in_page(client: FlaskClient) -> None:
    answer = client.get("/desk")
    assert (answer.status_code, answer.location.startswith("/sign-in?next=")) == (302, True)


@pytest.mark.parametrize(
    "address",
    [
        "/desk?day=soon",
        "/desk?day=0001-01-01",
        "/desk?start=0001-01-01T00:00:00%2B14:00",
        "/desk?start=noon&minutes=x&asset=%00",
    ],
)
def test_desk_opens_whatever_the_address_asks_for(client: FlaskClient, sign_in: SignIn, address: str) -> None:
    sign_in(client, make_manager(make_asset().lab))
    assert client.get(address).status_code == 200


def test_title_that_no_database_can_hold_is_422_and_writes_nothing(client: FlaskClient, sign_in: SignIn) -> None:
    asset = make_asset()
    sign_in(client, make_manager(asset.lab))
    answer = client.post("/desk/book", data=form_for(asset, monday(9), title="a\x00b"))
    assert (answer.status_code, bookings()) == (422, [])
