"""Pages of modules: what can be learned, one module, its pictures."""

from __future__ import annotations

from collections import Counter
from typing import Any
from urllib.parse import urlencode

from flask import Response, render_template, request, url_for

from lift.content import queries, texts
from lift.content.permissions import can_see_version
from lift.content.queries import ModuleCard
from lift.content.views.blueprint import bp
from lift.core import files
from lift.core.errors import require_found
from lift.front import queries as whole
from lift.training import queries as training
from lift.training.queries import rows
from lift.web.current import current_actor
from lift.web.guard import public
from lift.web.i18n import gettext as _
from lift.web.i18n import ngettext, say
from lift.web.i18n import texts as pick

FILTERS = ("group", "language")
MEDIA_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox",
    "X-Content-Type-Options": "nosniff",
    "Content-Type": "image/svg+xml",
    "Cache-Control": "public, max-age=31536000, immutable",
}
"""A picture is shown and nothing else: it runs no script and loads nothing. Its version never changes, so it keeps."""


@bp.get("/modules")
@public
def modules() -> str:
    """All published modules, filtered by the address; several values of one filter mean any of them."""
    found = queries.published_modules()
    chosen = {name: {v for v in request.args.getlist(name) if v} for name in FILTERS}
    shown = [card for card in found if _passes(card, chosen)]
    return render_template(
        "content/modules.html", cards=[_card(card) for card in shown], total=len(found), rail=_rail(found, chosen),
        chips=_chips(found, chosen),
    )  # fmt: skip


@bp.get("/modules/<slug>")
@public
def module(slug: str) -> str:
    """What a firm gains, the steps, what it asks of a machine, where and when it is taught."""
    card = require_found(queries.published_module(slug))
    firm = training.firm_of(current_actor().organisation_id)
    sessions = training.sessions_of(module_id=card.module.id, firm=firm)
    asset_type = card.version.requirements.get("asset_type", "")
    return render_template(
        "content/module.html", card=card, version=card.version, steps=[_step(s) for s in card.version.steps],
        sessions=[rows.session_row(s, url=url_for("training.session", code=s.code)) for s in sessions if s.enrollable][:3],
        places=whole.places_with(asset_type) if asset_type else [],
        asset_type=whole.asset_type_title(asset_type) if asset_type else {}, skills=_skills(card),
        credits=_credits(card), inside=can_see_version(current_actor(), card.module.group_id, card.version),
        languages=[rows.language_name(code) for code in card.version.languages],
    )  # fmt: skip


@bp.get("/modules/<slug>/v<int:number>/media/<path:path>")
@public
def media(slug: str, number: int, path: str) -> Response:
    """A picture of a published version."""
    stored = require_found(queries.media_file(slug, number, f"media/{path}"))
    return Response(files.read(stored), headers=MEDIA_HEADERS)


def _values(card: ModuleCard, name: str) -> set[str]:
    return {card.group.slug} if name == "group" else set(card.version.languages)


def _passes(card: ModuleCard, chosen: dict[str, set[str]], but: str = "") -> bool:
    return all(not wanted or name == but or _values(card, name) & wanted for name, wanted in chosen.items())


def _rail(found: list[ModuleCard], chosen: dict[str, set[str]]) -> list[tuple[str, str, list[dict[str, Any]]]]:
    """Each question with its options; a count says how many would show if only this option of it were chosen."""
    titles = {"group": _("Working group"), "language": _("Language")}
    rail = []
    for name in FILTERS:
        number = Counter(v for card in found if _passes(card, chosen, name) for v in _values(card, name))
        known = sorted({v for card in found for v in _values(card, name)})
        options = [{"value": v, "label": _label(found, name, v), "count": number[v], "chosen": v in chosen[name]}
                   for v in known]  # fmt: skip
        rail.append((name, titles[name], options))
    return rail


def _label(found: list[ModuleCard], name: str, value: str) -> str:
    if name == "language":
        return rows.language_name(value)
    return next((pick(card.group.title) for card in found if card.group.slug == value), value)


def _chips(found: list[ModuleCard], chosen: dict[str, set[str]]) -> list[tuple[str, str]]:
    """What is chosen, each with the address without it."""
    pairs = [(name, value) for name in FILTERS for value in sorted(chosen[name])]
    here = url_for("content.modules")
    return [
        (_label(found, *pair), f"{here}?{urlencode([p for p in pairs if p != pair])}".rstrip("?")) for pair in pairs
    ]


def _card(card: ModuleCard) -> dict[str, Any]:
    version = card.version
    return {
        "title": pick(version.title),
        "url": url_for("content.module", slug=card.module.slug),
        "group": pick(card.group.title),
        "gain": pick(version.gain) or pick(version.summary),
        "minutes": _("%(n)s minutes", n=version.minutes),
        "steps": ngettext("%(num)s step", "%(num)s steps", card.steps),
        "languages": ", ".join(rows.language_name(code) for code in version.languages),
        "live": card.live,
    }


def _step(step: Any) -> dict[str, Any]:
    return {"title": pick(step.title), "kind": say(texts.KINDS[step.kind]), "icon": texts.ICONS[step.kind],
            "minutes": step.minutes, "required": step.required, "live": step.kind == "live"}  # fmt: skip


def _skills(card: ModuleCard) -> list[dict[str, str]]:
    return [
        {"label": skill.get("label") or skill["uri"], "uri": skill["uri"],
         "level": say(texts.LEVELS.get(skill.get("level", ""), skill.get("level", "")))}
        for skill in card.version.skills
    ]  # fmt: skip


def _credits(card: ModuleCard) -> list[tuple[str, str, int]]:
    """Who made it: name, address, share of 100; the largest first."""
    names = queries.credited(list(card.version.credits))
    shares = sorted(card.version.credits.items(), key=lambda item: (-item[1], item[0]))
    return [(names.get(slug, slug), url_for("network.partner", slug=slug) if slug in names else "", share)
            for slug, share in shares]  # fmt: skip
