"""A13: links are asked for real, a dead one blocks publishing until it answers or somebody vouches; inside is never asked."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from lift.content import queries
from lift.content import services as verbs
from lift.content.models import LinkCheck
from lift.content.policy import conditions
from lift.content.services.links import ask_link
from lift.core import clock
from lift.core.db import db
from lift.core.errors import Forbidden, Refused
from tests.content.groups import Group


class Site(BaseHTTPRequestHandler):
    """Says 200 to /here, sends /moved on, knows nothing else."""

    def do_GET(self) -> None:
        self.send_response({"/here": 200, "/moved": 301}.get(self.path, 404))
        self.send_header("Location", "/here")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_words: object) -> None:
        """Quiet."""


@pytest.fixture
def site() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize(
    ("path", "said"), [("/here", (True, "200")), ("/moved", (True, "301")), ("/gone", (False, "404"))]
)
def test_a13_link_is_alive_by_its_answer(site: str, path: str, said: tuple[bool, str]) -> None:
    assert ask_link(f"http://{site}{path}", {site}) == said


@pytest.mark.parametrize(
    "url",
    ["https://127.0.0.1/", "https://[::1]/", "https://10.0.0.1/", "http://127.0.0.1/", "ftp://a", "https://", "x"],
)
def test_a13_address_inside_or_without_tls_is_never_asked(url: str) -> None:
    assert ask_link(url)[0] is False


@pytest.mark.usefixtures("database")
def test_a13_dead_link_is_asked_again_after_a_day_or_vouched_for_90(site: str) -> None:
    group = Group()
    version = group.draft()
    step = version.steps[0]
    url = f"http://{site}/gone"
    text = verbs.StepText("en", step.title["en"], f"See [this]({url}).", step.kind, step.minutes, True, step.completion)
    verbs.save_step(version.id, step.key, text, 1, actor=group.author)
    ask, now = partial(ask_link, allowed={site}), clock.now()
    assert [verbs.check_links(version.id, now, ask) for _twice in range(2)] == [1, 0]
    kept = db.session.get_one(LinkCheck, url)
    assert (kept.alive, kept.answer) == (False, "404")
    assert _unmet(version.id) == ["Links that do not answer: 1."]
    assert verbs.check_links(version.id, now + timedelta(hours=25), ask) == 1
    with pytest.raises(Forbidden):
        verbs.vouch_for_link(version.id, url, actor=group.reviewer)
    with pytest.raises(Refused):
        verbs.vouch_for_link(version.id, f"http://{site}/here", actor=group.author)
    verbs.vouch_for_link(version.id, url, actor=group.author)
    assert _unmet(version.id) == []


def _unmet(version_id: object) -> list[str]:
    db.session.expire_all()
    version = queries.version_with_steps(version_id)  # type: ignore[arg-type]
    assert version is not None
    return [str(c.text) for c in conditions(queries.gate_facts(version)) if not c.met and c.place == "links"]
