"""Walk 8: a visitor looks around, without an account."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Arrive
from tests.e2e.people import DESK, PHONE
from tests.e2e.stack import Stack

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.xdist_group("e2e")]

PAGES = ["/", "/sessions", "/modules", "/labs", "/partners", "/groups", "/hubs", "/how-lift-works", "/privacy",
         "/accessibility", "/status", "/sign-in", "/card", "/certificates/check"]  # fmt: skip


@pytest.mark.parametrize("width", [DESK, PHONE])
def test_public_pages_are_calm_at_every_width(arrive: Arrive, width: int) -> None:
    visitor = arrive(width=width)
    for path in PAGES:
        visitor.visit(path)
        expect(visitor.page.locator("h1")).to_have_count(1)


@pytest.mark.parametrize("width", [DESK, PHONE])
def test_home_shows_the_thirteen_organisations_and_the_way_to_a_seat(arrive: Arrive, width: int) -> None:
    visitor = arrive(width=width)
    visitor.go("/")
    expect(visitor.page.locator("ul[aria-label='Organisations of the network'] li")).to_have_count(13)
    expect(visitor.page.locator("svg.l-europe:visible").first).to_be_visible()
    visitor.follow("Find a session")
    expect(visitor.page).to_have_url(re.compile(r"/sessions$"))
    visitor.main.locator("article.l-session h3 a").first.click()
    visitor.sees("When and where", "What you do")
    visitor.look()


def test_first_page_of_each_kind_leads_on(arrive: Arrive) -> None:
    visitor = arrive()
    for start, inside in (("/modules", "/modules/"), ("/labs", "/labs/"), ("/partners", "/partners/"),
                          ("/groups", "/groups/"), ("/hubs", "/hubs/")):  # fmt: skip
        visitor.go(start)
        visitor.main.locator(f"a[href^='{inside}']").first.click()
        expect(visitor.page).to_have_url(re.compile(inside))
        expect(visitor.page.locator("h1")).to_have_count(1)
        visitor.look()


def test_hub_of_afil_shows_its_figures_and_their_source(arrive: Arrive, stack: Stack) -> None:
    visitor = arrive()
    visitor.go("/hubs")
    visitor.follow("Associazione Fabbrica Intelligente Lombardia", visitor.main)
    visitor.sees(re.compile("AFIL"), re.compile("computed", re.I))
    visitor.look()


def test_machine_of_the_home_page_is_live(arrive: Arrive) -> None:
    visitor = arrive()
    visitor.go("/")
    value = visitor.page.locator("[data-island='live-tile']").first
    expect(value).to_contain_text(re.compile(r"\d"))


def test_certificate_check_of_an_unknown_code_says_so(arrive: Arrive) -> None:
    visitor = arrive()
    visitor.refusals((404, "/certificates/check/NOTACODE2345"))
    visitor.go("/certificates/check")
    visitor.page.get_by_label("Code of the certificate").fill("NOTACODE2345")
    visitor.press("Check", visitor.main)
    visitor.sees("No certificate has this code.", "unknown")
    visitor.look()


def test_unknown_pages_are_told_in_words(arrive: Arrive) -> None:
    visitor = arrive()
    visitor.refusals((404, "/modules/no-such-module"), (404, "/assets/no-such-asset"))
    visitor.visit("/modules/no-such-module", 404)
    visitor.visit("/assets/no-such-asset", 404)
    expect(visitor.page.locator("h1")).to_have_count(1)


def test_keyboard_alone_reaches_the_first_act_and_shows_where_it_is(arrive: Arrive) -> None:
    visitor = arrive()
    visitor.go("/")
    page = visitor.page
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_text("Go to the content")
    expect(page.locator(":focus")).to_be_visible()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    act = page.locator(":focus")
    expect(act).to_have_text("Find a session")
    assert (
        act.evaluate("e => parseFloat(getComputedStyle(e).outlineWidth) >= 2 && getComputedStyle(e).outlineStyle")
        == "solid"
    )
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/sessions$"))
