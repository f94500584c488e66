"""One field for everything that is public."""

from __future__ import annotations

from typing import Any

from flask import render_template, request, url_for

from lift.core.i18n import N_
from lift.front import queries
from lift.front.queries import KINDS, Hit
from lift.front.views.blueprint import bp
from lift.web.guard import public
from lift.web.i18n import say
from lift.web.i18n import texts as pick

PAGE = 20
WORDS = {
    "module": N_("Modules"),
    "session": N_("Sessions"),
    "lab": N_("Labs"),
    "partner": N_("Partners"),
    "hub": N_("Hubs"),
}
PLACES = {
    "module": ("content.module", "slug"),
    "session": ("training.session", "code"),
    "lab": ("labs.lab", "slug"),
    "partner": ("network.partner", "slug"),
    "hub": ("clusters.hub", "slug"),
}


@bp.get("/search")
@public
def search() -> str:
    """``?q=`` what was typed, ``?kind=`` one kind only, ``?page=`` from 1."""
    typed, kind = request.args.get("q", "")[:200], request.args.get("kind", "")
    found = queries.search(typed)
    counts = {name: sum(hit.kind == name for hit in found) for name in KINDS}
    shown = [hit for hit in found if kind not in KINDS or hit.kind == kind]
    number = max(1, min(request.args.get("page", 1, type=int), (len(shown) + PAGE - 1) // PAGE or 1))
    first = (number - 1) * PAGE
    return render_template(
        "front/search.html", typed=typed, rows=[_row(hit) for hit in shown[first : first + PAGE]],
        page=_page(number, len(shown)),
        kinds=[(say(WORDS[name]), _here(kind=name), counts[name], kind == name) for name in KINDS if counts[name]],
        all_url=_here(), all_count=len(found), chosen=kind in KINDS,
    )  # fmt: skip


def _here(**more: Any) -> str:
    return url_for("front.search", q=request.args.get("q", "")[:200], **more)


def _page(number: int, total: int) -> dict[str, Any]:
    kind = request.args.get("kind") or None
    last = min(number * PAGE, total)
    return {"first": (number - 1) * PAGE + 1, "last": last, "total": total if total > PAGE else 0,
            "previous_url": _here(kind=kind, page=number - 1) if number > 1 else "",
            "next_url": _here(kind=kind, page=number + 1) if last < total else ""}  # fmt: skip


def _row(hit: Hit) -> dict[str, str]:
    endpoint, name = PLACES[hit.kind]
    named: dict[str, Any] = {name: hit.key}
    return {"title": _said(hit.title), "text": _said(hit.text), "kind": say(WORDS[hit.kind]),
            "url": url_for(endpoint, **named)}  # fmt: skip


def _said(value: Any) -> str:
    return pick(value) if isinstance(value, dict) else str(value or "")
