"""Every text of pages, refusals and mails stands in Italian, with the same parameters (English is the source)."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po
from flask.testing import FlaskClient

from config import ROOT, TABLE
from lift.web.glossary import words

PARAMETER = re.compile(r"%\((\w+)\)s|\{(\w+)\}")
TRANSLATED = [
    code for setting in TABLE if setting.name == "LIFT_LANGUAGES" for code in setting.default.split(",") if code != "en"
]


def read(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file)


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    """Everything that is marked in the code today."""
    target = tmp_path_factory.mktemp("texts") / "messages.pot"
    command = [
        sys.executable,
        "-m",
        "babel.messages.frontend",
        "-q",
        "extract",
        "-F",
        "babel.cfg",
        "-k",
        "N_",
        "-k",
        "_l",
        "-o",
        str(target),
        ".",
    ]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    return read(target)


def catalogue(language: str) -> Catalog:
    return read(ROOT / "translations" / language / "LC_MESSAGES" / "messages.po")


def forms(text: str | tuple[str, ...] | list[str]) -> list[str]:
    return [text] if isinstance(text, str) else list(text)


@pytest.mark.parametrize("language", TRANSLATED)
def test_no_text_lacks_its_translation(source: Catalog, language: str) -> None:
    there = {forms(m.id)[0] for m in catalogue(language) if m.id and all(forms(m.string)) and not m.fuzzy}
    assert [forms(m.id)[0] for m in source if m.id and forms(m.id)[0] not in there] == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_translations_carry_the_same_parameters(language: str) -> None:
    wrong = [
        (one, other)
        for message in catalogue(language)
        if message.id and isinstance(message.id, str)
        for one, other in [(message.id, str(message.string))]
        if set(PARAMETER.findall(one)) != set(PARAMETER.findall(other))
    ]
    assert wrong == []


def test_page_comes_in_the_language_that_the_browser_asks_for(client: FlaskClient) -> None:
    page = client.get("/sign-in", headers={"Accept-Language": "it"}).get_data(as_text=True)
    assert '<html lang="it"' in page
    assert "Password dimenticata" in page or "Hai dimenticato la password?" in page


def test_v9_every_technical_word_is_explained_in_every_language_of_the_pages() -> None:
    lacking = [
        (word.key, language)
        for word in words().values()
        for language in ("en", *TRANSLATED)
        if not word.shown.get(language) or not word.text.get(language)
    ]
    assert lacking == []
