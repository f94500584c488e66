"""Sign-in by address and password, its second step, and sign-out."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from lift.core.errors import Refused
from lift.people import forms, services, signin
from lift.people.views.blueprint import bp
from lift.people.views.ways import back, home_of
from lift.web.current import current_actor
from lift.web.guard import is_demo, public
from lift.web.limits import limiter


@bp.route("/sign-in", methods=["GET", "POST"])
@public
@limiter.limit("10 per minute; 60 per hour", methods=["POST"])
def sign_in() -> str | Response | tuple[str, int]:
    """The sign-in page; in demo mode with the demo accounts, which fill the form by a link."""
    form = forms.SignInForm()
    problems = ()
    if form.validate_on_submit():
        try:
            account = services.prove_by_password(form.email.data, form.password.data)
            signin.begin(account, how="password")
            return redirect(back(home_of(current_actor())))
        except Refused as refused:
            problems = refused.problems
    page = render_template("people/sign_in.html", form=form, problems=problems, demo_accounts=[], next=back(""))
    return page, (409 if problems else 422 if form.is_submitted() else 200)


@bp.post("/sign-out")
@public
def sign_out() -> Response:
    """End the sign-in of this browser and leave nothing in it."""
    signin.end()
    flash(_("You are signed out."), "done")
    return redirect(url_for("front.home"))
