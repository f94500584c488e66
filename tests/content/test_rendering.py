"""Authored Markdown: rendered by a library, sanitised, glossary words explained."""

from __future__ import annotations

import pytest

from config import ROOT
from lift.content.folder import read_module
from lift.content.rendering import render
from lift.web.glossary import words

MODULES = sorted((ROOT / "lift" / "seed" / "modules").glob("*/module.toml"))


def html_of(text: str, language: str = "en") -> str:
    return render(text, language=language, media_url=lambda path: f"/m/{path}")


def test_callout_becomes_an_aside() -> None:
    assert html_of("::: warning\n**Stop** first.\n:::\n") == (
        '<aside class="l-callout l-callout--warning"><p><strong>Stop</strong> first.</p>\n</aside>'
    )


def test_word_of_the_glossary_carries_its_sentence_in_the_pages_language() -> None:
    page = html_of("The [[OEE]] is high.", "it")
    assert words()["oee"].text["it"] in page
    assert 'data-island="term"' in page


def test_unknown_word_stays_plain_text() -> None:
    assert html_of("[[nobody#no-such-word]]") == "<p>nobody</p>\n"


def test_picture_points_at_the_versions_media_and_keeps_its_description() -> None:
    assert '<img src="/m/media/a.svg" alt="what one sees" loading="lazy">' in html_of("![what one sees](media/a.svg)")


@pytest.mark.parametrize(
    "bad",
    [
        "<script>alert(1)</script>",
        "[x](javascript:alert(1))",
        '<img src=x onerror="alert(1)">',
        "::: details <script>alert(1)</script>\nx\n:::",
        '![" onload="alert(1)](media/a.svg)',
    ],
)
def test_scripts_never_come_out_as_markup(bad: str) -> None:
    page = html_of(bad)
    assert "<script" not in page
    assert 'href="javascript' not in page
    assert ' onload="' not in page
    assert "<img src=x" not in page


@pytest.mark.parametrize("path", MODULES, ids=lambda p: p.parent.name)
def test_lessons_leave_no_raw_mark_and_know_all_their_words(path: object) -> None:
    folder = read_module(path.parent)  # type: ignore[attr-defined]
    for texts in folder.texts.values():
        for language, text in texts.items():
            page = html_of(text, language)
            assert ":::" not in page
            assert "[[" not in page
