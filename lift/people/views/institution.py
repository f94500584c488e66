"""Sign-in by institution, where an OpenID provider is set. Two accounts become one only after proof of both (PA6)."""

from __future__ import annotations

from flask import abort, current_app, flash, redirect, request, url_for
from flask import session as cookie
from werkzeug.wrappers import Response

from lift.core.errors import Refused
from lift.people import forms, oidc, services
from lift.people.views.blueprint import bp
from lift.people.views.me import my_page
from lift.people.views.sign_in import go_on, sign_in_page
from lift.web.current import current_actor
from lift.web.guard import public, signed_in
from lift.web.i18n import gettext as _
from lift.web.limits import limiter

KEPT = "oidc"  # cookie key: state, nonce, verifier, and whether this is to connect


def institution_client() -> oidc.Client:
    """The provider in the settings; 404 where none is set."""
    settings = current_app.config["LIFT"]
    if not settings.oidc_issuer:
        abort(404)
    back = f"{settings.public_url}{url_for('people.institution_back')}"
    return oidc.Client(settings.oidc_issuer, settings.oidc_client_id, settings.oidc_client_secret, back)


def leave(*, connect: bool) -> Response:
    """To the institution, remembering what for."""
    address, kept = oidc.begin(institution_client())
    cookie[KEPT] = {**kept, "connect": connect}
    return redirect(address)


@bp.post("/sign-in/institution")
@public
@limiter.limit("20 per minute")
def institution() -> Response | tuple[str, int]:
    """Sign in by institution."""
    try:
        return leave(connect=False)
    except Refused as refused:
        return sign_in_page(forms.SignInForm(None), refused.problems), 409


@bp.post("/me/institution")
@signed_in
def connect_institution() -> Response | tuple[str, int]:
    """Connect the institution's sign-in to my account: I am signed in here, then I prove it there."""
    try:
        return leave(connect=True)
    except Refused as refused:
        return my_page(409, refused.problems)


@bp.get("/sign-in/institution/back")
@public
def institution_back() -> Response | tuple[str, int]:
    """The browser comes back: sign in whom the institution names, or connect."""
    kept = cookie.pop(KEPT, {})
    connect = bool(kept.get("connect")) and current_actor().person_id is not None
    try:
        found = oidc.finish(institution_client(), kept, request.url)
        if not connect:
            return go_on(services.account_by_institution(found.issuer, found.subject), "institution")
        services.connect_institution(current_actor(), found.issuer, found.subject)
    except Refused as refused:
        return (
            my_page(409, refused.problems) if connect else (sign_in_page(forms.SignInForm(None), refused.problems), 409)
        )
    flash(_("Connected. You can now sign in by your institution too."), "done")
    return redirect(url_for("people.me"))
