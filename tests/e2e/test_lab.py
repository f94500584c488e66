"""Walk 5: a lab manager sees the day, books, is refused with the reason, takes what is free, moves and cancels."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Locator, expect

from tests.e2e.conftest import Arrive
from tests.e2e.people import DESK, PHONE, Visitor

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.xdist_group("e2e")]

DAYS_AHEAD = 4
CELL, START, LATER = "machining-cell-2", "10:00", "15:00"
ONE_HOUR = "60"


def test_walk_of_a_lab_manager_through_a_booking(arrive: Arrive) -> None:
    marta = arrive("lab")
    marta.visit("/desk")
    expect(marta.page.get_by_role("heading", name="Today by asset")).to_be_visible()
    day = free_day(marta)
    fill(marta, "Gripper trial", start=START)
    submit(marta)
    first = booked(marta, "Gripper trial")
    marta.look()

    marta.follow("Back to the day")
    expect(marta.page.locator("li.l-slot--booked").first).to_be_visible()
    marta.refusals((409, "/desk/book"), (409, r"/bookings/.*/move"))
    fill(marta, "Second trial", start=START)
    submit(marta)
    marta.sees("Not booked.", "Nearest free starts")
    expect(field(marta, "title")).to_have_value("Second trial")
    expect(field(marta, "day")).to_have_value(day)
    marta.look()

    offer = marta.page.locator(".l-offered button").first
    start = re.findall(r"\d\d:\d\d", offer.inner_text())[0]
    offer.click()
    second = booked(marta, "Second trial")
    assert second != first
    expect(marta.main).to_contain_text(start)

    move = marta.page.locator("#move")
    move.locator("[name='start']").fill(LATER)
    move.get_by_role("button", name="Move", exact=True).click()
    expect(marta.page.locator("#said")).to_contain_text(re.compile("moved|now", re.I))
    marta.visit(second.split("#")[0])
    expect(marta.page.locator("[aria-labelledby='facts']")).to_contain_text(LATER)

    marta.press("Give the time back")
    expect(marta.page.locator("#said")).to_contain_text(re.compile("cancelled|free|back", re.I))
    marta.look()
    marta.visit(f"/desk?day={day}")
    expect(marta.page.get_by_text("Second trial")).to_have_count(0)
    expect(marta.page.get_by_text("Gripper trial").first).to_be_visible()


def test_free_hour_is_chosen_with_the_mouse_or_the_keyboard(arrive: Arrive) -> None:
    marta = arrive("lab")
    marta.go("/desk")
    day = free_day(marta)
    first, second = slots(marta).nth(2), slots(marta).nth(3)
    wanted = hour_of(first)
    first.click()
    expect(field(marta, "day")).to_have_value(day)
    expect(field(marta, "start")).to_have_value(wanted)
    wanted = hour_of(second)
    slots(marta).nth(2).focus()
    marta.page.keyboard.press("ArrowRight")
    assert hour_of(marta.page.locator(":focus")) == wanted
    marta.page.keyboard.press("Enter")
    expect(field(marta, "start")).to_have_value(wanted)


def free_day(marta: Visitor) -> str:
    """A working day, some days from now, on which nothing is booked."""
    day = datetime.now(UTC).date() + timedelta(days=DAYS_AHEAD)
    for _ in range(14):
        marta.go(f"/desk?day={day}")
        if slots(marta).count() and not marta.page.locator("li.l-slot--booked").count():
            break
        day += timedelta(days=1)
    marta.look()
    return str(day)


def slots(marta: Visitor) -> Locator:
    return marta.page.locator(".l-slot--free a")


def hour_of(slot: Locator) -> str:
    """The first time of day in a slot's whole name."""
    return re.findall(r"\d\d:\d\d", slot.get_attribute("aria-label") or "")[0]


def field(marta: Visitor, name: str) -> Locator:
    return marta.page.locator(f"#book [name='{name}']")


def fill(marta: Visitor, title: str, *, start: str) -> None:
    field(marta, "asset").select_option(CELL)
    field(marta, "start").fill(start)
    field(marta, "minutes").select_option(ONE_HOUR)
    field(marta, "title").fill(title)


def submit(marta: Visitor) -> None:
    marta.page.locator("#book").get_by_role("button", name="Book", exact=True).click()


def booked(marta: Visitor, title: str) -> str:
    """The day shows it; the page of the booking; its address."""
    expect(marta.page).not_to_have_url(re.compile("/desk/book"))
    marta.follow(re.compile(f"^Open: {title}"), marta.main)
    expect(marta.page).to_have_url(re.compile("/bookings/"))
    expect(marta.page.get_by_role("heading", name=title, level=1)).to_be_visible()
    return marta.page.url


@pytest.mark.parametrize("width", [DESK, PHONE])
def test_pages_of_a_lab_are_calm_at_every_width(arrive: Arrive, width: int) -> None:
    marta = arrive("lab", width=width)
    for path in ("/desk", "/labs/made-teaching-factory", "/assets/machining-cell-1", "/gateways"):
        marta.visit(path)
