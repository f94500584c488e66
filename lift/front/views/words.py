"""Adds to every page the sentences of the technical words that it shows and does not explain (V9)."""

from __future__ import annotations

from flask import Response, current_app

from lift.front.plain_words import unexplained
from lift.front.views.blueprint import bp
from lift.web.glossary import Word
from lift.web.i18n import language

MARK = "<!-- words on this page -->"
"""Where ``base.html`` wants them."""


@bp.after_app_request
def explain_words(response: Response) -> Response:
    """Only pages carry the mark; everything else leaves as it came."""
    if response.mimetype != "text/html" or response.direct_passthrough or response.is_streamed:
        return response
    page = response.get_data(as_text=True)
    if MARK not in page:
        return response
    found = unexplained(page, language())
    strip = _strip(found, language()) if found else ""
    response.set_data(page.replace(MARK, strip, 1))
    return response


def _strip(found: list[Word], language: str) -> str:
    """Drawn without the bar's context, which belongs to pages."""
    return current_app.jinja_env.get_template("front/_words.html").render(words=found, language=language)
