"""The blueprint that the modules beside fill."""

from __future__ import annotations

from flask import Blueprint

from lift.core.i18n import pick
from lift.web.glossary import words
from lift.web.i18n import language

bp = Blueprint("front", __name__)


@bp.app_template_global()
def glossary_word(key: str) -> dict[str, str]:
    """A word of the glossary as a page of the reader's language shows it, with its sentence."""
    word = words()[key]
    return {"shown": pick(word.shown, language()), "text": word.explanation(language())}


@bp.app_template_test("in_glossary")
def is_in_glossary(key: str) -> bool:
    """Whether the glossary explains this key."""
    return key in words()
