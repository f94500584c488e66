"""What templates may use: build products by name, icons, the actor, navigation."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from flask import Flask, Response, current_app, g, request
from jinja2 import Template
from jinja2.runtime import Context
from markupsafe import Markup

from config import ROOT
from lift.web.current import current_actor
from lift.web.europe import europe
from lift.web.i18n import language

BUILD = ROOT / "static" / "build"


class PageTemplate(Template):
    """Parts are imported without the importing page's own values, so one module per part serves every page.

    Jinja compares the two sets of globals at every import to find out; there is one environment here, so they agree.
    """

    def _get_default_module(self, ctx: Context | None = None) -> Any:
        return super()._get_default_module()


_chrome: Callable[[], dict[str, Any]] = dict


def use_chrome(chrome: Callable[[], dict[str, Any]]) -> None:
    """Set by ``front``: what the bar shows (person, organisation, memberships, navigation) for the present actor."""
    global _chrome
    _chrome = chrome


@lru_cache(maxsize=1)
def _manifest(stamp: float) -> dict[str, Any]:
    return dict(json.loads((BUILD / "manifest.json").read_text()))


def manifest() -> dict[str, Any]:
    """Vite's manifest, read again when the build changed (asked once per request); empty before the first build."""
    found: dict[str, Any] | None = g.get("manifest")
    if found is None:
        path = BUILD / "manifest.json"
        found = g.manifest = _manifest(path.stat().st_mtime) if path.exists() else {}
    return found


def vite_js(entry: str) -> str:
    """Address of an entry's script, '' when it has none."""
    chunk = manifest().get(entry, {})
    return f"/static/build/{chunk['file']}" if str(chunk.get("file", "")).endswith(".js") else ""


def vite_css(entry: str) -> list[str]:
    """Addresses of an entry's style sheets, its imports' included."""
    chunks = manifest()
    seen: list[str] = []
    todo = [entry]
    while todo:
        chunk = chunks.get(todo.pop(), {})
        files = list(chunk.get("css", []))
        if str(chunk.get("file", "")).endswith(".css"):
            files.append(chunk["file"])
        seen += [f"/static/build/{f}" for f in files if f"/static/build/{f}" not in seen]
        todo += chunk.get("imports", [])
    return seen


def vite_asset(source: str) -> str:
    """Address of a built file by its source (the icon sprite, the mark), '' before the first build."""
    file = manifest().get(source, {}).get("file", "")
    return f"/static/build/{file}" if file else ""


def draw_icon(name: str, size: str = "", label: str = "", also: str = "") -> Markup:
    """A lucide icon (or one of static/src/icons) out of the sprite. ``size``: "" 18 px, "s" 15 px, "l" 24 px.

    ``label`` only where the icon stands alone: it is then read aloud. ``also``: one more class. A function and no macro,
    as a page draws some forty of them.
    """
    return _icon(vite_asset("static/src/icons.svg"), name, size, label, also)


@lru_cache(maxsize=1024)
def _icon(sprite: str, name: str, size: str, label: str, also: str) -> Markup:
    told = Markup('role="img" aria-label="{}"').format(label) if label else Markup('aria-hidden="true"')
    kind = " ".join(filter(None, ("l-icon", f"l-icon--{size}" if size else "", also)))
    return Markup('<svg class="{}" {}><use href="{}#{}"></use></svg>').format(kind, told, sprite, name)


def acting_id() -> str:
    """The acting organisation that a form carries; '' for visitors. For parts, which see globals only."""
    return str(current_actor().organisation_id or "")


def page_context() -> dict[str, Any]:
    """Added to every template."""
    settings = current_app.config["LIFT"]
    actor = current_actor()
    context: dict[str, Any] = {
        "actor": None,
        "me": actor,
        "nav": [],
        "locale": language(),
        "languages": settings.languages,
        "demo": settings.mode == "demo",
        "signed_in": actor.person_id is not None,
    }
    context.update(_chrome())
    return context


def init_app(app: Flask) -> None:
    """Install globals and the long life of hashed files."""
    app.jinja_env.template_class = PageTemplate
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals.update(
        vite_js=vite_js,
        vite_css=vite_css,
        vite_asset=vite_asset,
        acting_id=acting_id,
        draw_icon=draw_icon,
        read_static=read_static,
        europe_map=europe,
    )
    app.context_processor(page_context)

    @app.after_request
    def cache_builds(response: Response) -> Response:
        if request.path.startswith("/static/build/assets/") and response.status_code == 200:
            response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response


def read_static(name: str) -> Markup:
    """A build product to be placed inside the page (the map as SVG)."""
    path = (BUILD / name).resolve()
    return Markup(path.read_text()) if path.is_relative_to(BUILD) and path.exists() else Markup("")  # noqa: S704 our own build
