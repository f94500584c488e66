"""V9: a technical word of the list never stands on a page for visitors, firms or learners without its sentence."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from markupsafe import escape

from lift.front.plain_words import unexplained
from lift.people.queries import account_by_email
from lift.seed.demo import seed_demo
from lift.web.glossary import words
from tests.factories.content import make_version

pytestmark = pytest.mark.usefixtures("database")

VISITOR = (
    "/", "/how-lift-works", "/accessibility", "/privacy", "/status", "/sessions", "/modules",
    "/modules/from-counters-to-oee", "/modules/where-is-the-bottleneck", "/partners", "/partners/polimi", "/groups",
    "/groups/simulation", "/hubs", "/hubs/afil", "/hubs/cluster-ejemplo-norte", "/labs", "/assets/machining-cell-1",
    "/sign-in", "/card",
)  # fmt: skip
LANGUAGES = ("en", "it")
OWN = {"owner@lift.example": ("/my-company", "/me", "/"), "technician@lift.example": ("/me", "/sessions", "/")}


def page(client: FlaskClient, path: str, language: str) -> str:
    with client.session_transaction() as cookie:
        cookie["locale"] = language
    answer = client.get(path)
    assert answer.status_code == 200, path
    return answer.get_data(as_text=True)


def test_v9_every_watched_word_on_a_page_has_its_sentence(
    client: FlaskClient, sign_in: Callable[..., FlaskClient]
) -> None:
    assert seed_demo()
    seen = {(path, language): page(client, path, language) for path in VISITOR for language in LANGUAGES}
    for email, paths in OWN.items():
        account = account_by_email(email)
        assert account is not None
        sign_in(client, account.person)
        seen |= {
            (f"{path} as {email}", language): page(client, path, language) for path in paths for language in LANGUAGES
        }
    found = {where: [word.key for word in unexplained(html, where[1])] for where, html in seen.items()}
    assert {where: keys for where, keys in found.items() if keys} == {}


def test_v9_a_word_without_its_sentence_is_found_and_one_with_it_is_not() -> None:
    sentence = words()["oee"].explanation("en")
    bare = "<main><p>Work out the OEE of your line with its twins.</p></main>"
    told = bare + f'<button class="l-term">OEE<span class="l-term__tip" role="note">{sentence}</span></button>'
    assert [word.key for word in unexplained(bare, "en")] == ["oee", "twin"]
    assert [word.key for word in unexplained(told, "en")] == ["twin"]


@pytest.mark.parametrize(
    "html",
    [
        "<head><title>OEE</title></head><p>Hours</p>",
        '<a href="/modules/oee">Lesson</a>',
        "<script>const OEE = 1</script>",
        "<p>between, twined, gatewayless</p>",
    ],
)
def test_v9_what_nobody_reads_or_what_only_looks_alike_is_no_word(html: str) -> None:
    assert unexplained(html, "en") == []


def test_v9_page_lists_the_sentence_of_a_word_that_it_only_shows(client: FlaskClient) -> None:
    make_version(title="From counters to OEE")
    strip = re.search(r'<p class="l-words.*?</p>', page(client, "/modules", "en"), re.DOTALL)
    assert strip is not None
    assert re.findall(r'aria-expanded="false">([^<]+)<', strip.group(0)) == ["OEE"]
    assert str(escape(words()["oee"].explanation("en"))) in strip.group(0)


def test_v9_page_without_technical_words_carries_no_list(client: FlaskClient) -> None:
    make_version(title="A quiet lesson")
    html = page(client, "/modules", "en")
    assert ("A quiet lesson" in html, "l-words" in html, "words on this page" in html) == (True, False, False)
