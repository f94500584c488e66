"""Every part of the look on one page: for whoever builds pages, in demo and test only."""

from __future__ import annotations

from flask import abort, current_app, render_template

from lift.front.views.blueprint import bp
from lift.web.guard import public

PAGES = {"parts": "ui/gallery.html", "bench": "ui/gallery_bench.html"}


@bp.get("/_ui")
@bp.get("/_ui/<page>")
@public
def ui(page: str = "parts") -> str:
    """The gallery."""
    if current_app.config["LIFT"].mode not in ("demo", "test") or page not in PAGES:
        abort(404)
    return render_template(PAGES[page])
