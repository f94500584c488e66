"""Sign-in, sign-out, language, acting organisation."""

from __future__ import annotations

from flask import Blueprint
from werkzeug.wrappers import Response

from lift.web.guard import public

bp = Blueprint("people", __name__)


@bp.get("/sign-in")
@public
def sign_in() -> str | Response:
    """The sign-in page."""
    return "sign in"
