"""Myself: language, second factor, institution, consents, tokens, my data."""

from __future__ import annotations

from uuid import UUID

import segno
from flask import current_app, flash, redirect, render_template, request, url_for
from flask import session as cookie
from markupsafe import Markup
from werkzeug.wrappers import Response

from lift.core.errors import Problem, Refused, require_found
from lift.people import forms, proofs, queries, services, signin
from lift.people.enums import ConsentPurpose
from lift.people.texts import CONSENT_VERSION, CONSENTS
from lift.people.views.blueprint import bp
from lift.web.current import current_actor
from lift.web.guard import signed_in
from lift.web.i18n import gettext as _
from lift.web.limits import limiter

SECRET = "totp_to_confirm"  # cookie key: encrypted, until the app has shown that it knows it  # noqa: S105
Page = str | Response | tuple[str, int]


def my_page(status: int = 200, problems: tuple[Problem, ...] = (), **shown: object) -> tuple[str, int]:
    """The page; ``shown`` replaces the empty forms by those that came back."""
    here = require_found(signin.presence())
    context: dict[str, object] = {
        "here": here,
        "account": queries.account_of(here.person.id),
        "consents": queries.live_consents(here.person.id),
        "purposes": CONSENTS,
        "tokens": queries.tokens_of(here.person.id),
        "institution": bool(current_app.config["LIFT"].oidc_issuer),
        "end_form": forms.PasswordForm(None),
        "problems": problems,
        **shown,
    }
    return render_template("people/me.html", **context), status


@bp.get("/me")
@signed_in
def me() -> Page:
    """The person's own page."""
    return my_page()


@bp.route("/me/second-factor", methods=["GET", "POST"])
@signed_in
@limiter.limit("10 per minute", methods=["POST"])
def second_factor() -> Page:
    """Show the key as QR code and text, and ask the app to prove that it knows it."""
    if SECRET not in cookie:
        cookie[SECRET] = proofs.new_totp_secret()
    form = forms.CodeForm()
    problems: tuple[Problem, ...] = ()
    if form.validate_on_submit():
        try:
            services.set_second_factor(current_actor(), cookie[SECRET], form.code.data or "")
            del cookie[SECRET]
            flash(_("From now on we ask for a code after your password."), "done")
            return redirect(url_for("people.me"))
        except Refused as refused:
            problems = refused.problems
    return second_factor_page(form, problems)


def second_factor_page(form: forms.CodeForm, problems: tuple[Problem, ...]) -> tuple[str, int]:
    """The key, to be scanned or typed."""
    account, secret = require_found(queries.account_of(current_actor().person_id)), cookie[SECRET]
    qr = segno.make(proofs.totp_uri(account, secret), error="m").svg_inline(border=2, omitsize=True)
    page = render_template(
        "people/second_factor.html",
        form=form,
        problems=problems,
        qr=Markup(qr),  # noqa: S704 made by segno out of our own key
        key=proofs.totp_key_to_type(secret),
    )
    return page, 409 if problems else 422 if form.is_submitted() else 200


@bp.post("/me/second-factor/end")
@signed_in
@limiter.limit("10 per minute")
def end_second_factor() -> Page:
    """Ask for no code any more."""
    form, actor = forms.PasswordForm(), current_actor()
    if not form.validate_on_submit():
        return my_page(422, end_form=form)
    try:
        services.end_second_factor(actor, require_found(actor.person_id), form.password.data)
    except Refused as refused:
        return my_page(409, refused.problems)
    flash(_("We ask for no code any more."), "done")
    return redirect(url_for("people.me"))


@bp.post("/me/consents")
@signed_in
def change_consents() -> Response:
    """What the person says yes to; none is a condition of anything."""
    actor = current_actor()
    wanted = set(request.form.getlist("purpose"))
    for purpose in ConsentPurpose:
        if purpose.value in wanted:
            services.give_consent(actor, purpose, CONSENT_VERSION)
        else:
            services.withdraw_consent(actor, purpose)
    flash(_("Saved. A withdrawal counts for everything that is shared from now on."), "done")
    return redirect(url_for("people.me", _anchor="consents"))


@bp.post("/me/tokens/<uuid:token_id>/revoke")
@signed_in
def revoke_token(token_id: UUID) -> Response:
    """The token opens nothing any more."""
    services.revoke_token(current_actor(), token_id)
    flash(_("The token does not work any more."), "done")
    return redirect(url_for("people.me", _anchor="tokens"))
