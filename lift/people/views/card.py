"""Sign-in by card and PIN, on a computer that others use too (L14, L15)."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from flask import session as cookie
from werkzeug.wrappers import Response

from lift.core.errors import LiftError, Problem, Refused
from lift.people import forms, services, signin
from lift.people.views.blueprint import bp
from lift.people.views.ways import home_of
from lift.web.current import current_actor
from lift.web.guard import public
from lift.web.limits import limiter

CODE = "card_code"
Page = str | Response | tuple[str, int]


@bp.route("/card", methods=["GET", "POST"])
@public
@limiter.limit("30 per minute", methods=["POST"])
def card() -> Page:
    """First the code; the QR code of the card brings it along, out of the address into the cookie at once."""
    if request.args.get("code"):
        cookie[CODE] = request.args["code"][:20]
        return redirect(url_for("people.card_pin"))
    form = forms.CardForm()
    problems: tuple[Problem, ...] = ()
    if form.validate_on_submit():
        try:
            services.usable_card(form.code.data or "")
            cookie[CODE] = form.code.data
            return redirect(url_for("people.card_pin"))
        except Refused as refused:
            problems = refused.problems
    status = 409 if problems else 422 if form.is_submitted() else 200
    return render_template("people/card.html", form=form, problems=problems, done="done" in request.args), status


@bp.route("/card/pin", methods=["GET", "POST"])
@public
@limiter.limit("30 per minute", methods=["POST"])
def card_pin() -> Page:
    """Then the PIN; at the first use it is chosen."""
    if CODE not in cookie:
        return redirect(url_for("people.card"))
    try:
        found = services.usable_card(cookie[CODE])
    except Refused as refused:
        return render_template("people/card.html", form=forms.CardForm(), problems=refused.problems, done=False), 409
    first = found.pin_hash is None
    form: forms.NewPinForm | forms.PinForm = forms.NewPinForm() if first else forms.PinForm()
    problems: tuple[Problem, ...] = ()
    if form.validate_on_submit():
        try:
            return enter(cookie[CODE], form.pin.data or "", first=first)
        except LiftError as refused:
            problems = refused.problems
    return pin_page(form, problems, first=first, name=found.person.name)


def pin_page(
    form: forms.NewPinForm | forms.PinForm, problems: tuple[Problem, ...], *, first: bool, name: str
) -> tuple[str, int]:
    """The page of the second step."""
    page = render_template("people/card_pin.html", form=form, problems=problems, first=first, name=name)
    return page, 409 if problems else 422 if form.is_submitted() else 200


def enter(code: str, pin: str, *, first: bool) -> Response:
    """Prove the card, then begin a shared sign-in."""
    account = services.set_pin(code, pin) if first else services.use_card(code, pin)
    signin.begin(account, how="card", shared=True)
    return redirect(home_of(current_actor()))
