"""The week of a lab: by machine and as a list, over midnight and both changes of the clocks, in a constant number of queries."""

from __future__ import annotations

import html
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask.testing import FlaskClient

from lift.core import clock
from lift.labs import queries, services
from lift.labs.enums import BlockKind
from lift.labs.policy.spans import length, span
from lift.labs.policy.wallclock import day_bounds
from lift.labs.views.week import cell_of
from tests.factories.labs import make_asset, make_lab, manager_of, monday, request_for
from tests.labs.test_pages import make_manager, text_of

pytestmark = pytest.mark.usefixtures("database")
SignIn = Callable[..., Any]


@pytest.mark.parametrize(
    ("first", "hours"),
    [(date(2027, 3, 22), 167), (date(2027, 10, 25), 169), (date(2026, 12, 28), 168), (date(2027, 2, 22), 168)],
)  # spring, autumn, the turn of the year, the turn of a month
def test_week_has_the_hours_that_the_clocks_of_the_lab_give_it(first: date, hours: int) -> None:
    found = queries.lab_week(make_lab(zone="Europe/Rome"), first, clock.now())
    assert length(found.whole) == timedelta(hours=hours)


def test_week_shows_a_booking_over_midnight_in_both_days_with_its_part() -> None:
    asset = make_asset(make_lab(zone="UTC"))
    services.book_assets(request_for(asset, monday(22), 240), actor=manager_of(asset.lab))
    first = monday(0).date()
    (row,) = queries.lab_week(asset.lab, first, clock.now()).rows
    cells = [cell_parts(row, first + timedelta(days=n), asset.lab) for n in range(3)]
    assert cells == [[span(monday(22), monday(24))], [span(monday(24), monday(26))], []]


def cell_parts(row: queries.Row, day: date, lab: Any) -> list[Any]:
    whole = span(*day_bounds(day, lab.zone))
    row.slots = []
    return [during for _item, during in cell_of(row, day, whole, lab).items]


def test_week_page_names_bookings_blocks_and_the_first_free_start(client: FlaskClient, sign_in: SignIn) -> None:
    asset = make_asset(make_lab(zone="Europe/Rome"), name="Oven")
    actor = manager_of(asset.lab)
    services.book_assets(request_for(asset, monday(9), title="Energy per batch"), actor=actor)
    day_after = span(monday(24), monday(46))
    services.block_resource(asset.lab_id, None, BlockKind.CLOSURE, day_after, "Open day", actor=actor)
    sign_in(client, make_manager(asset.lab))
    local = monday(9).astimezone(ZoneInfo("Europe/Rome")).date()
    answer = client.get(f"/desk/week?day={local + timedelta(days=3)}")
    page = html.unescape(answer.get_data(as_text=True))
    assert (answer.status_code, page.count("Energy per batch"), "Open day" in page) == (200, 2, True)
    assert f"Oven, {local:%a} {local.day} {local:%b}, free from 00:00: choose this start" in page
    assert f"/desk?lab={asset.lab.slug}&day={local}&asset={asset.key}&start=" in page
    assert "Bookings of the week 1 in all" in text_of(page)


@pytest.mark.parametrize("day", ["soon", "0001-01-01", "2000-01-01", "2199-12-31", "9999-12-31"])
def test_week_opens_whatever_the_address_asks_for(client: FlaskClient, sign_in: SignIn, day: str) -> None:
    sign_in(client, make_manager(make_asset().lab))
    assert client.get(f"/desk/week?day={day}").status_code == 200


def test_week_of_another_lab_is_403_and_an_unknown_one_404(client: FlaskClient, sign_in: SignIn) -> None:
    theirs = make_lab()
    sign_in(client, make_manager(make_lab()))
    answers = [client.get(f"/desk/week?lab={slug}").status_code for slug in (theirs.slug, "nowhere")]
    assert answers == [403, 404]


def test_week_asks_the_same_number_of_questions_for_one_booking_and_for_three(
    client: FlaskClient, sign_in: SignIn, count_queries: Callable[[], int]
) -> None:
    lab = make_lab()
    actor = manager_of(lab)
    services.book_assets(request_for(make_asset(lab), monday(9)), actor=actor)
    sign_in(client, make_manager(lab))
    address = f"/desk/week?day={monday(9).date()}"
    client.get(address)
    count_queries()
    client.get(address)
    one = count_queries()
    for hour in (11, 40):
        services.book_assets(request_for(make_asset(lab), monday(hour)), actor=actor)
    count_queries()
    client.get(address)
    assert count_queries() == one
