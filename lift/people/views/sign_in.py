"""Sign-in by address and password, its second step, new passwords, and sign-out."""

from __future__ import annotations

import time
from uuid import UUID

from flask import current_app, flash, redirect, render_template, request, url_for
from flask import session as cookie
from werkzeug.wrappers import Response

from lift.core.errors import Problem, Refused
from lift.people import forms, proofs, queries, services, signin, texts
from lift.people.models import Account
from lift.people.views.blueprint import bp
from lift.people.views.ways import back, full_link, home_of, typed_email, typed_email_here
from lift.web.current import current_actor
from lift.web.guard import is_demo, public
from lift.web.i18n import gettext as _
from lift.web.limits import limiter

PENDING = "second_step"
PENDING_SECONDS = 300
Page = str | Response | tuple[str, int]


@bp.route("/sign-in", methods=["GET", "POST"])
@public
@limiter.limit("60 per minute", methods=["POST"])
@limiter.limit("10 per minute", methods=["POST"], key_func=typed_email_here)
@limiter.limit("100 per hour", methods=["POST"], key_func=typed_email)
def sign_in() -> Page:
    """The sign-in page; in demo mode with the demo accounts, which fill the form by a link."""
    form = forms.SignInForm(email=request.args.get("as", "")) if is_demo() else forms.SignInForm()
    problems: tuple[Problem, ...] = ()
    if form.validate_on_submit():
        try:
            return go_on(services.prove_by_password(form.email.data or "", form.password.data or ""), "password")
        except Refused as refused:
            problems = refused.problems
    status = 409 if problems else 422 if form.is_submitted() else 200
    return sign_in_page(form, problems), status


def sign_in_page(form: forms.SignInForm, problems: tuple[Problem, ...]) -> str:
    """The page with everything that may stand on it."""
    demo = queries.demo_accounts() if is_demo() else []
    return render_template(
        "people/sign_in.html",
        form=form,
        problems=problems,
        demo_accounts=demo,
        demo_jobs=texts.DEMO_JOBS,
        next=back(""),
        chosen=request.args.get("as", ""),
        institution=bool(current_app.config["LIFT"].oidc_issuer),
        was_idle=bool(cookie.pop(signin.WAS_IDLE, None)),
    )


def go_on(account: Account, how: str) -> Response:
    """Signed in, or to the second step where one is set."""
    if proofs.second_factor_is_set(account):
        cookie[PENDING] = {"account": str(account.id), "at": int(time.time()), "how": how, "next": back("")}
        return redirect(url_for("people.second_step"))
    signin.begin(account, how=how)
    return redirect(back(home_of(current_actor())))


@bp.route("/sign-in/second-step", methods=["GET", "POST"])
@public
@limiter.limit("10 per minute", methods=["POST"], key_func=lambda: str(cookie.get(PENDING, {}).get("account", "")))
def second_step() -> Page:
    """The code from the authenticator, within five minutes after the password."""
    pending = cookie.get(PENDING)
    if not pending or pending["at"] < time.time() - PENDING_SECONDS:
        return redirect(url_for("people.sign_in"))
    form = forms.CodeForm()
    problems: tuple[Problem, ...] = ()
    if form.validate_on_submit():
        try:
            signin.begin(
                services.prove_second_factor(UUID(pending["account"]), form.code.data or ""), how=pending["how"]
            )
            return redirect(pending["next"] or home_of(current_actor()))
        except Refused as refused:
            problems = refused.problems
    status = 409 if problems else 422 if form.is_submitted() else 200
    return render_template("people/second_step.html", form=form, problems=problems), status


@bp.route("/sign-in/forgotten", methods=["GET", "POST"])
@public
@limiter.limit("20 per hour", methods=["POST"])
@limiter.limit("20 per day", methods=["POST"], key_func=typed_email)
def forgotten() -> Page:
    """Ask for a link to choose a new password; the answer is the same for an unknown address."""
    form = forms.AskPasswordForm()
    if form.validate_on_submit():
        services.ask_new_password(form.email.data or "", full_link("people.new_password"))
        return redirect(url_for("people.forgotten", sent=1))
    page = render_template("people/forgotten.html", form=form, sent="sent" in request.args)
    return page, 422 if form.is_submitted() else 200


@bp.route("/sign-in/new-password/<token>", methods=["GET", "POST"])
@public
@limiter.limit("20 per minute", methods=["POST"])
def new_password(token: str) -> Page:
    """Choose a new password by the link of a mail, then sign in with it."""
    form = forms.NewPasswordForm()
    problems: tuple[Problem, ...] = ()
    if form.validate_on_submit():
        try:
            services.set_new_password(token, form.password.data or "")
            flash(_("Your new password works now. Sign in with it."), "done")
            return redirect(url_for("people.sign_in"))
        except Refused as refused:
            problems = refused.problems
    status = 409 if problems else 422 if form.is_submitted() else 200
    return render_template("people/new_password.html", form=form, problems=problems), status


@bp.post("/sign-out")
@public
def sign_out() -> Response:
    """End the sign-in of this browser and leave nothing in it; a shared computer goes on to the next card."""
    shared = signin.is_shared()
    signin.end()
    if shared:
        return redirect(url_for("people.card", done=1))
    flash(_("You are signed out."), "done")
    return redirect(url_for("front.home"))


@bp.post("/sign-in/still-here")
@public
def still_here() -> tuple[str, int]:
    """The person at a shared computer moved, read on, typed: the idle clock starts again."""
    return ("", 204) if signin.presence() else ("", 401)
