"""Walk 3: a technician without e-mail, with a printed card, at a computer that others use too."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Arrive
from tests.e2e.people import Visitor

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.xdist_group("e2e")]

PIN = "7294"


def printed_card(tito: Visitor, name: str) -> str:
    """The owner prints a card; the code on the paper."""
    tito.visit("/my-company")
    row = tito.page.get_by_role("row", name=re.compile(name))
    tito.press(re.compile("Print a card|New card"), row)
    expect(tito.page.get_by_role("heading", name=f"Card of {name}")).to_be_visible()
    expect(tito.page.locator(".l-paper-card__qr svg")).to_be_visible()
    tito.look()
    return (tito.page.locator(".l-paper-card__code").text_content() or "").removeprefix("Code").strip()


def test_walk_of_a_technician_with_a_card_leaves_nothing_behind(arrive: Arrive) -> None:
    code = printed_card(arrive("owner"), "Bruno Chiavetta")
    bruno = arrive()
    bruno.go("/language/en")
    bruno.visit("/card")
    bruno.page.get_by_label(re.compile("Code")).fill(code.lower())
    bruno.press("Go on", bruno.main)
    bruno.sees("Welcome, Bruno Chiavetta")
    bruno.look()
    bruno.page.get_by_label("Choose a PIN").fill(PIN)
    bruno.page.get_by_label("The same PIN again").fill(PIN)
    bruno.press("Take this PIN and sign in")
    expect(bruno.page).not_to_have_url(re.compile("/card"))
    bruno.read_english()

    bruno.visit("/my-training")
    bruno.sees("Shared computer: Bruno Chiavetta", "Your session is running now")
    bruno.follow(re.compile("Go on with"), bruno.main)
    expect(bruno.page).to_have_url(re.compile("/learn/CELL-"))
    bruno.press("Done, next person")
    bruno.sees("Signed out. Nothing of you is left on this computer. Next person: your card, please.")
    left = bruno.left_behind()
    assert (left["local"], left["session"]) == ({}, {})
    assert [name for name in left["cookies"] if name not in {"session", "locale"}] == []
    bruno.page.go_back()
    bruno.page.reload()
    expect(bruno.page.get_by_text("Bruno")).to_have_count(0)

    bruno.go("/card")
    bruno.page.get_by_label(re.compile("Code")).fill(code)
    bruno.press("Go on", bruno.main)
    bruno.sees("Good to see you, Bruno Chiavetta")
    bruno.refusals((409, "/card/pin"))
    bruno.page.get_by_label("Your PIN").fill("1357")
    bruno.press("Sign in", bruno.main)
    expect(bruno.page).to_have_url(re.compile("/card"))
    bruno.page.get_by_label("Your PIN").fill(PIN)
    bruno.press("Sign in", bruno.main)
    bruno.sees("Shared computer: Bruno Chiavetta")
