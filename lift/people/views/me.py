"""Myself: language and second factor."""

from __future__ import annotations

from flask import render_template

from lift.people import signin
from lift.people.views.blueprint import bp
from lift.web.guard import signed_in


@bp.get("/me")
@signed_in
def me() -> str:
    """The person's own page."""
    return render_template("people/me.html", here=signin.presence())
