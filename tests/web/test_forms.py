"""Every form of a template says for whom it was opened, so that a switch of organisation in another tab is noticed (R2)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from config import ROOT

FORM = re.compile(r'<form\b[^>]*?method="post".*?</form>', re.DOTALL)
CARRIES = ("hidden_fields(", "hidden_tag()")
ENDS_THE_SIGN_IN = 'url_for("people.sign_out")'  # is meant whoever the person acts for
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT / "templates")))
def test_every_form_carries_the_acting_organisation(template: Path) -> None:
    forms = FORM.findall(template.read_text(encoding="utf-8"))
    bare = [form[:120] for form in forms if not any(name in form for name in CARRIES) and ENDS_THE_SIGN_IN not in form]
    assert bare == []


def test_forms_are_found_at_all() -> None:
    assert sum(len(FORM.findall(path.read_text(encoding="utf-8"))) for path in TEMPLATES) > 20
