"""One running LIFT and one Chromium for all browser tests of a process."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from playwright.sync_api import Browser, sync_playwright

from lift.running.checks import find_browser
from tests import engines
from tests.e2e.people import DESK, FLAGS, Visitor
from tests.e2e.stack import Stack, running_stack

Arrive = Callable[..., Visitor]


@pytest.fixture(scope="package")
def stack(servers: engines.Servers, worker_id: str) -> Iterator[Stack]:
    """Every process of LIFT, on the demo world."""
    with running_stack(servers, f"lift_e2e_{worker_id}") as running:
        yield running


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """One browser; it ends with these tests, because its loop bars every other one in this process."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_browser(), args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def arrive(stack: Stack, chromium: Browser) -> Iterator[Arrive]:
    """``arrive(who="", width=1440)``: a person with a fresh browser, signed in when named. No page may complain."""
    here: list[Visitor] = []

    def arrived(who: str = "", width: int = DESK) -> Visitor:
        visitor = Visitor(chromium, stack, width)
        here.append(visitor)
        if who:
            visitor.sign_in(who)
        return visitor

    with ExitStack() as leaving:
        leaving.callback(lambda: [visitor.context.close() for visitor in here])
        yield arrived
        findings = [finding for visitor in here for finding in visitor.done()]
    assert findings == []
