"""A sign-in card on paper: the same facts for the page and for the PDF (typst, data as JSON, never a built template)."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import segno
from flask import current_app, url_for
from markupsafe import Markup

from config import ROOT
from lift.core.i18n import Text, in_language
from lift.core.later import Later
from lift.people import texts

if TYPE_CHECKING:
    import typst
else:
    typst = Later("typst")

TEMPLATE = ROOT / "templates" / "people" / "card.typ"


@dataclass(frozen=True)
class PaperCard:
    """What stands on a card, in the language of its person."""

    name: str
    company: str
    code: str  # two groups of four
    address: str  # typed by who cannot scan
    url: str  # in the QR code
    how: tuple[str, ...]
    language: str

    @property
    def qr(self) -> Markup:
        """The QR code as SVG for the page."""
        return Markup(segno.make(self.url, error="m").svg_inline(border=2, omitsize=True))  # noqa: S704 made by segno


def paper_card(name: str, company: str, code: str, language: str) -> PaperCard:
    """The facts of a card just issued; ``code`` as issued."""
    base = current_app.config["LIFT"].public_url
    address = f"{base}{url_for('people.card')}"
    return PaperCard(
        name=name,
        company=company,
        code=f"{code[:4]} {code[4:]}",
        address=address.removeprefix("https://").removeprefix("http://"),
        url=f"{base}{url_for('people.card', code=code)}",
        how=tuple(in_language(Text(line), language) for line in texts.CARD_HOW),
        language=language,
    )


def pdf(card: PaperCard) -> bytes:
    """One page of paper with the card, to be cut out."""
    picture = io.BytesIO()
    segno.make(card.url, error="m").save(picture, kind="svg", border=2)
    data = {
        "name": card.name,
        "company": card.company,
        "code": card.code,
        "address": card.address,
        "how": list(card.how),
        "language": card.language,
        "qr": picture.getvalue().decode(),
    }
    return bytes(typst.compile(str(TEMPLATE), format="pdf", sys_inputs={"card": json.dumps(data)}))
