"""Language and acting organisation."""

from __future__ import annotations

from uuid import UUID

from flask import abort, current_app, flash, redirect, request
from werkzeug.wrappers import Response

from lift.people import services, signin
from lift.people.views.blueprint import bp
from lift.people.views.ways import back
from lift.web.current import current_actor
from lift.web.guard import public, remember, signed_in
from lift.web.i18n import gettext as _


@bp.get("/language/<code>")
@public
def set_language(code: str) -> Response:
    """Read on in another language; it follows the person to other computers."""
    if code not in current_app.config["LIFT"].languages:
        abort(404)
    actor = current_actor()
    if actor.person_id is not None:
        services.choose_language(actor, code)
    remember("locale", code)
    return redirect(back())


@bp.post("/act-for")
@signed_in
def act_for() -> Response:
    """Act for another of one's own organisations."""
    try:
        wanted = UUID(request.form.get("organisation_id", ""))
    except ValueError:
        abort(404)
    if not signin.act_for(wanted):
        abort(404)
    found = signin.presence()
    name = found.organisation.name if found and found.organisation else ""
    flash(_("You now act for %(name)s.", name=name), "done")
    return redirect(back())
