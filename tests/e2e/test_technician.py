"""Walk 2: from "your session is running now" to a certificate, with a real machine in between."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect
from pypdf import PdfReader

from tests.e2e.conftest import Arrive
from tests.e2e.people import PATIENCE, Visitor
from tests.e2e.stack import Stack

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.xdist_group("e2e")]

LONG = 3 * PATIENCE
READING = {
    "What OEE means": [(0, "75 %"), (1, "Availability")],
    "Read a counter": [(0, "95,1"), (1, "At least 12 parts")],
}
SHORTEST = 75  # s of recording: the exercise wants a minute at least
LAST_WORDS = "The stop of two minutes is the biggest loss. I would put the next part ready before the table turns."


def test_walk_of_a_technician_from_the_running_session_to_a_certificate(
    arrive: Arrive, stack: Stack, tmp_path: Path
) -> None:
    rosa = arrive("technician")
    code = open_the_running_module(rosa)
    for step, answers in READING.items():
        expect(rosa.page.get_by_role("heading", name=step, level=2)).to_be_visible()
        for place, typed in answers:
            answer(rosa, place, typed)
        rosa.follow("Next step", rosa.main)
    practise_on_the_copy(rosa)
    briefed(rosa)
    rosa.go(f"/learn/{code}/try-it-on-the-twin")
    answer(rosa, 1, "30")
    rosa.go(f"/learn/{code}/the-three-losses")
    answer(rosa, 0, "80")
    rosa.follow("Next step", rosa.main)

    rosa.press("Go to the machine")
    expect(rosa.page).to_have_url(re.compile("/bench/"))
    bench = rosa.page.url
    drive(rosa, stack)
    stop_and_get_the_controls_back(rosa, arrive, code)
    cut = take_a_dataset(rosa, stack)
    answer_from(rosa, stack, cut)

    rosa.go(f"/learn/{code}/compare-with-the-twin")
    answer(rosa, 0, f"{100 * right_answer(stack, 'effectiveness'):.1f}")
    answer(rosa, 1, "70")
    rosa.follow("Next step", rosa.main)
    rosa.page.get_by_label("Your text").fill(LAST_WORDS)
    rosa.press("Keep it", rosa.main)
    rosa.look()
    certificate(rosa, arrive, tmp_path)
    assert rosa.go(bench) == 200


def open_the_running_module(rosa: Visitor) -> str:
    """My training says what runs; the session's code."""
    rosa.go("/my-training")
    rosa.sees("Your session is running now")
    rosa.look()
    rosa.follow(re.compile("Go on with"), rosa.main)
    expect(rosa.page).to_have_url(re.compile(r"/learn/CELL-\d+/"))
    rosa.look()
    return rosa.page.url.split("/")[-2]


def answer(visitor: Visitor, place: int, typed: str) -> None:
    """Type or choose, check, and be told that it is right."""
    box = visitor.page.locator(f"#exercise-{place}")
    if box.get_by_role("radio").count():
        box.get_by_role("radio", name=typed).check()
    else:
        box.get_by_role("textbox").fill(typed)
        expect(box.get_by_text("We read:")).to_be_visible()
    visitor.press("Check", box)
    expect(box.get_by_text("Right.").first).to_be_visible(timeout=LONG)


def practise_on_the_copy(rosa: Visitor) -> None:
    """L16: inside its limits, outside of them, Stop."""
    rosa.follow("Try it on the computer copy", rosa.page.get_by_role("region", name="The computer copy"))
    page = rosa.page
    expect(page).to_have_url(re.compile("/twin/machining-cell-1"))
    feed = control(page, "FeedOverride")
    wait_ready(feed)
    rosa.look()
    turn(feed, -5, 5)
    expect(feed.get_by_text("as asked")).to_be_visible(timeout=LONG)
    outside(rosa, feed)
    page.keyboard.press("Escape")
    expect(page.get_by_text("Passed", exact=True)).to_be_visible(timeout=LONG)


def briefed(rosa: Visitor) -> None:
    rosa.go("/my-training")
    rosa.follow("Safety briefing", rosa.main)
    rosa.look()
    rosa.press("I have read it", rosa.main)
    rosa.sees("Your safety briefing is ticked for today.")


def control(page: Page, variable: str) -> Locator:
    return page.locator(f"form[data-island='control'][data-variable='{variable}']")


def wait_ready(form: Locator) -> None:
    """The script has the control in hand."""
    expect(form).to_have_attribute("data-ready", "", timeout=LONG)


def turn(form: Locator, by: int, times: int) -> None:
    """Press minus or plus a few times."""
    for _ in range(times):
        form.locator(f"button[data-by='{by}']").click()


def outside(visitor: Visitor, form: Locator) -> None:
    """More than the limit is asked for as a person would, and refused with the bound: the lab's own, closer one."""
    visitor.refusals((409, r"/(bench|twin)/.*"))
    turn(form, 5, 10)
    expect(form.locator("[data-said]")).to_contain_text("110", timeout=LONG)


def drive(rosa: Visitor, stack: Stack) -> None:
    """Values arrive, controls are taken, the feed is changed inside its limits, refused outside."""
    page = rosa.page
    expect(page.get_by_text("Link good")).to_be_visible(timeout=LONG)
    expect(page.get_by_text("Live", exact=True).first).to_be_visible(timeout=LONG)
    rosa.look()
    rosa.press("Take the controls")
    expect(page.get_by_text("You have the controls", exact=True)).to_be_visible(timeout=LONG)
    feed = control(page, "FeedOverride")
    wait_ready(feed)
    turn(feed, 5, 2)
    expect(feed.get_by_text("as asked")).to_be_visible(timeout=LONG)
    outside(rosa, feed)
    rosa.look()


def stop_and_get_the_controls_back(rosa: Visitor, arrive: Arrive, code: str) -> None:
    """Esc stops at once; the trainer, at another computer, looks and gives the controls back."""
    page = rosa.page
    page.keyboard.press("Escape")
    expect(page.get_by_text("You have the controls", exact=True)).to_be_hidden(timeout=LONG)
    giulia = arrive("trainer")
    giulia.visit(f"/class/{code}")
    row = giulia.page.get_by_role("row", name=re.compile("Rosa Bulloni"))
    expect(row.get_by_text("stopped")).to_be_visible()
    giulia.press("Give the controls", row)
    expect(giulia.page).to_have_url(re.compile("/(bench|class)/"))
    expect(page.get_by_text("You have the controls", exact=True)).to_be_visible(timeout=LONG)


def take_a_dataset(rosa: Visitor, stack: Stack) -> Any:
    """Mark a moment, take the last minutes; the job seals them."""
    page = rosa.page
    length = "SELECT extract(epoch FROM now() - opened_at) FROM bench ORDER BY opened_at DESC LIMIT 1"
    wait_until(rosa, lambda: stack.one(length) > SHORTEST)
    rosa.press("Mark this moment")
    rosa.press("as my dataset")
    expect(page.get_by_text("is sealed", exact=True)).to_be_visible(timeout=LONG)
    (cut,) = stack.ask("SELECT id, summary FROM cut ORDER BY asked_at DESC LIMIT 1")
    return cut


def right_answer(stack: Stack, kpi: str) -> float:
    """What the server found in the cut, as a share."""
    facts = stack.one("SELECT verdict -> 'facts' FROM answer WHERE verdict ? 'facts' ORDER BY answered_at DESC LIMIT 1")
    return float(facts[kpi])


def answer_from(rosa: Visitor, stack: Stack, cut: Any) -> None:
    """A wrong number first; then the right one from the cut's counters, typed with a comma."""
    box = rosa.page.locator("#exercise-0")
    expect(box.locator("select[name='cut']")).to_have_value(str(cut.id), timeout=LONG)
    box.get_by_role("textbox").fill("99,5")
    expect(box.get_by_text(re.compile("We read: 99.5"))).to_be_visible()
    rosa.press("Check", box)
    expect(box.locator(".l-try").first).to_be_visible(timeout=LONG)
    expect(box.get_by_text("Right.")).to_have_count(0)
    minutes = stack.one("SELECT extract(epoch FROM upper(during) - lower(during)) FROM cut WHERE id = :id", id=cut.id)
    oee = cut.summary["good"] * 24 / float(minutes)
    assert abs(oee - right_answer(stack, "oee")) < 0.01
    typed = f"{oee:.3f}".replace(".", ",")
    box.get_by_role("textbox").fill(typed)
    expect(box.get_by_text(re.compile("We read: "))).to_be_visible()
    rosa.press("Check", box)
    expect(box.get_by_text("Right.").first).to_be_visible(timeout=LONG)
    rosa.look()


def certificate(rosa: Visitor, arrive: Arrive, folder: Path) -> None:
    """The PDF, and what anybody learns from its code."""

    def is_there() -> bool:
        rosa.go("/certificates")
        return rosa.page.get_by_role("link", name="PDF").count() > 0

    wait_until(rosa, is_there)
    rosa.look()
    with rosa.page.expect_download() as downloading:
        rosa.follow("PDF", rosa.main)
    saved = folder / "certificate.pdf"
    downloading.value.save_as(saved)
    text = " ".join(page.extract_text() for page in PdfReader(saved).pages)
    assert "Rosa Bulloni" in text
    code = rosa.page.locator(".l-code").first.inner_text()
    anybody = arrive()
    anybody.visit(f"/certificates/check/{code}")
    anybody.sees("This certificate is valid.")
    expect(anybody.page.get_by_text("Rosa")).to_have_count(0)


def wait_until(visitor: Visitor, done: Callable[[], bool]) -> None:
    """Ask again, patiently: what a job does comes when it comes."""
    for _ in range(LONG // 1000):
        if done():
            return
        visitor.page.wait_for_timeout(1000)
    raise AssertionError(f"never came: {visitor.page.url}")
