"""Walk 4: the owner of a small firm finds a session, enrols people, and waits where it is full."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Arrive
from tests.e2e.people import DESK, PHONE, Visitor
from tests.e2e.stack import Stack

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.xdist_group("e2e")]

FREE, FULL = "OEE-MONDRAGON", "BOTTLENECK-MILANO"
TAKEN = """
SELECT p.taken FROM pool p JOIN pilot_session s ON s.id = p.session_id WHERE s.code = :code AND p.name = 'general'
"""


def filter_by(tito: Visitor, name: str, value: str) -> None:
    """Tick one box of the rail; the list comes again by itself."""
    tito.page.locator(f"#filters input[name='{name}'][value='{value}']").check()
    expect(tito.page).to_have_url(re.compile(f"[?&]{name}={value}"))
    tito.page.wait_for_load_state("load")


def shown(tito: Visitor) -> int:
    return tito.main.locator("article.l-session").count()


def test_owner_filters_sessions_by_place_length_and_price(arrive: Arrive) -> None:
    tito = arrive("owner")
    tito.visit("/sessions")
    everything = shown(tito)
    tito.sees("For your firm:")
    filter_by(tito, "country", "IT")
    in_italy = shown(tito)
    assert 0 < in_italy < everything
    first_length = tito.page.locator("#filters input[name='length']").first.get_attribute("value") or ""
    filter_by(tito, "length", first_length)
    assert 0 < shown(tito) <= in_italy
    tito.follow("Clear all")
    price = tito.page.locator("#filters input[name='price']")
    price.focus()
    price.press("Home")
    expect(tito.page).to_have_url(re.compile(r"[?&]price=0"))
    tito.page.wait_for_load_state("load")
    expect(tito.main.locator("article.l-session .l-price").first).to_contain_text("0")
    assert 0 < shown(tito) < everything
    tito.look()


def test_owner_enrols_an_employee_and_a_seat_is_gone(arrive: Arrive, stack: Stack) -> None:
    before = stack.one(TAKEN, code=FREE)
    tito = arrive("owner")
    tito.visit(f"/sessions/{FREE}")
    tito.follow("Enrol", tito.main)
    tito.look()
    tito.page.get_by_role("checkbox", name=re.compile("Gemma Rondella")).check()
    panel = tito.page.locator("#enrol-panel")
    expect(panel.get_by_text("Gemma Rondella")).to_be_visible()
    tito.page.get_by_label("Yes, with the aid").check()
    tito.page.get_by_label(re.compile("^Support that your firm")).fill("0")
    tito.press(re.compile("Confirm 1 seat"), panel)
    expect(tito.main.get_by_role("heading", name="Your places")).to_be_visible()
    row = tito.page.get_by_role("row", name=re.compile("Gemma Rondella"))
    expect(row).to_contain_text("seat")
    tito.look()
    assert stack.one(TAKEN, code=FREE) == before + 1


def test_owner_joins_the_waiting_list_of_a_full_session_and_reads_the_position(arrive: Arrive, stack: Stack) -> None:
    before = stack.one(TAKEN, code=FULL)
    tito = arrive("owner")
    tito.go(f"/sessions/{FULL}/enrol")
    tito.page.get_by_role("checkbox", name=re.compile("Bruno Chiavetta")).check()
    panel = tito.page.locator("#enrol-panel")
    expect(panel.get_by_text("2 are ahead of you in the list.")).to_be_visible()
    tito.page.get_by_label("Yes, with the aid").check()
    tito.page.get_by_label(re.compile("^Support that your firm")).fill("0")
    tito.press("Join the waiting list", panel)
    row = tito.page.get_by_role("row", name=re.compile("Bruno Chiavetta"))
    expect(row).to_contain_text("waiting")
    expect(row).to_contain_text("2 ahead of you")
    tito.look()
    assert stack.one(TAKEN, code=FULL) == before


@pytest.mark.parametrize("width", [DESK, PHONE])
def test_pages_of_an_owner_are_calm_at_every_width(arrive: Arrive, width: int) -> None:
    tito = arrive("owner", width=width)
    for path in ("/sessions", f"/sessions/{FREE}", f"/sessions/{FREE}/enrol", "/my-company", "/me", "/modules"):
        tito.visit(path)
