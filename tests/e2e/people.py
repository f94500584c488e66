"""A person in front of a browser: pages are watched, looked at and read as they would be."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Locator, Page, Request, Response, expect

from tests.e2e.stack import Stack

PATIENCE = 60_000  # ms a page may take on a loaded machine; no test decides by time
PHONE, DESK = 390, 1440
PASSWORD = "lift-demo"
FLAGS = [
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    *(["--no-sandbox"] if os.geteuid() == 0 else []),
]
AXE = Axe()
expect.set_options(timeout=PATIENCE)
SERIOUS = {"serious", "critical"}
SIZES = {PHONE: 844, DESK: 900}


@dataclass
class Seen:
    """What no page may do, by every page of one browser context."""

    console: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)
    expected: set[tuple[int, str]] = field(default_factory=set)
    answered: list[tuple[int, str]] = field(default_factory=list)

    def watch(self, context: BrowserContext) -> None:
        context.on("console", self.on_console)
        context.on("weberror", lambda error: self.errors.append(error.error.stack or str(error.error)))
        context.on("request", self.on_request)
        context.on("response", self.on_response)

    def on_console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.console.append(f"{message.text} [{message.location.get('url', '')}]")

    def on_request(self, request: Request) -> None:
        place = urlsplit(request.url)
        if place.scheme not in {"data", "blob"} and place.hostname != "127.0.0.1":
            self.outside.append(request.url)

    def on_response(self, response: Response) -> None:
        if response.status >= 400:
            self.answered.append((response.status, urlsplit(response.url).path))

    def unexpected(self) -> list[str]:
        """Every complaint that the test did not announce; a refused request is told by the console too."""
        refused = [f"{code} {path}" for code, path in self.answered if not self._allows(code, path)]
        noise = re.compile(r"Failed to load resource: the server responded with a status of (\d+)")
        console = [line for line in self.console if not noise.match(line)]
        return [*refused, *console, *self.errors, *self.outside]

    def _allows(self, code: int, path: str) -> bool:
        return any(code == status and re.fullmatch(pattern, path) for status, pattern in self.expected)


class Visitor:
    """One person at one screen, with cookies of their own."""

    def __init__(self, browser: Browser, stack: Stack, width: int) -> None:
        self.stack = stack
        self.width = width
        self.seen = Seen()
        self.findings: list[str] = []
        self.context = browser.new_context(
            viewport={"width": width, "height": SIZES[width]},
            has_touch=width == PHONE,
            locale="en-GB",
            timezone_id="Europe/Rome",
            base_url=stack.address,
            bypass_csp=False,
            accept_downloads=True,
        )
        self.context.set_default_timeout(PATIENCE)
        self.context.set_default_navigation_timeout(PATIENCE)
        self.seen.watch(self.context)
        self.page: Page = self.context.new_page()

    # --- acts ---

    def go(self, path: str) -> int:
        """Open an address; its status."""
        answer = self.page.goto(path, wait_until="load")
        assert answer is not None
        return answer.status

    def sign_in(self, name: str) -> None:
        """As the sign-in page of the demo offers it."""
        self.go("/sign-in")
        self.page.get_by_label("E-mail").first.fill(f"{name}@lift.example")
        self.page.get_by_label("Password").first.fill(PASSWORD)
        self.main.get_by_role("button", name="Sign in", exact=True).click()
        expect(self.page).not_to_have_url(re.compile("/sign-in"))
        self.read_english()

    def read_english(self) -> None:
        """These tests read English; the language follows the person, who may have another."""
        self.go("/language/en")

    def press(self, name: str | re.Pattern[str], within: Locator | None = None) -> None:
        """Click a button by its words."""
        (within or self.page).get_by_role("button", name=name).first.click()

    def follow(self, name: str | re.Pattern[str], within: Locator | None = None) -> None:
        """Click a link by its words."""
        (within or self.page).get_by_role("link", name=name).first.click()

    @property
    def main(self) -> Locator:
        return self.page.locator("main")

    def refusals(self, *expected: tuple[int, str]) -> None:
        """Announce statuses that this test provokes, with a pattern of their paths."""
        self.seen.expected |= set(expected)

    # --- looking ---

    def sees(self, *texts: str | re.Pattern[str]) -> None:
        """Each stands on the page, visibly."""
        for text in texts:
            expect(self.page.get_by_text(text).locator("visible=true").first).to_be_visible()

    def look(self) -> None:
        """Axe, and no sideways scroll. Findings are gathered: `done` tells them all."""
        where = f"{urlsplit(self.page.url).path} at {self.width}"
        found = AXE.run(self.page, options={"resultTypes": ["violations"]}).response["violations"]
        for violation in found:
            if violation["impact"] in SERIOUS:
                nodes = [node["html"][:160] for node in violation["nodes"][:3]]
                self.findings.append(f"{where}: {violation['id']} ({violation['impact']}): {nodes}")
        wide = int(self.page.evaluate("document.documentElement.scrollWidth"))
        if wide > self.width:
            self.findings.append(f"{where}: scrolls sideways, {wide} px")

    def visit(self, path: str, status: int = 200) -> None:
        """Open, and look."""
        assert self.go(path) == status, path
        self.look()

    def left_behind(self) -> dict[str, Any]:
        """What the browser keeps of its person."""
        stores = self.page.evaluate("({local: {...localStorage}, session: {...sessionStorage}})")
        return stores | {"cookies": {cookie["name"]: cookie["value"] for cookie in self.context.cookies()}}

    def done(self) -> list[str]:
        """Close the browser; every finding of this person."""
        self.context.close()
        return [*self.findings, *self.seen.unexpected()]
