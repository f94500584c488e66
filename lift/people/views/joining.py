"""Ways into an organisation: the link of an invitation, and asking to belong."""

from __future__ import annotations

from uuid import UUID

from flask import flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from lift.core.errors import LiftError, Problem, require_found
from lift.people import forms, queries, services, signin, texts
from lift.people.views.blueprint import bp
from lift.people.views.ways import home_of
from lift.web.current import current_actor
from lift.web.guard import public, signed_in
from lift.web.i18n import gettext as _
from lift.web.i18n import language
from lift.web.limits import limiter

Page = str | Response | tuple[str, int]


def invitation_page(
    token: str, status: int = 200, problems: tuple[Problem, ...] = (), form: forms.NewcomerForm | None = None
) -> tuple[str, int]:  # fmt: skip
    """Who invites, to what, and the one act that takes it."""
    row = require_found(queries.invitation_by_token(token))
    over = queries.is_over(row)
    page = render_template(
        "people/invitation.html",
        invitation=row,
        token=token,
        over=over,
        problems=problems,
        role=texts.ROLES[row.role],
        here=signin.presence(),
        account=queries.account_by_email(row.email),
        form=form or forms.NewcomerForm(None, language=language()),
    )
    return page, 409 if over and status == 200 else status


@bp.get("/invitation/<token>")
@public
@limiter.limit("60 per minute")
def invitation(token: str) -> Page:
    """What an invitation offers; nothing happens by opening it."""
    return invitation_page(token)


@bp.post("/invitation/<token>/accept")
@signed_in
def accept_invitation(token: str) -> Page:
    """The signed-in person takes it and acts for the organisation from now on."""
    try:
        row = services.accept_invitation(current_actor(), token)
    except LiftError as refused:
        if refused.status != 409:
            raise
        return invitation_page(token, 409, refused.problems)
    signin.act_for(row.organisation_id)
    flash(_("You now act for %(name)s.", name=row.organisation.name), "done")
    return redirect(home_of(current_actor()))


@bp.post("/invitation/<token>/begin")
@public
@limiter.limit("20 per minute")
def accept_as_newcomer(token: str) -> Page:
    """Somebody without an account makes one by the link, which proves the address."""
    form = forms.NewcomerForm()
    if not form.validate_on_submit():
        return invitation_page(token, 422, form=form)
    newcomer = services.Newcomer(form.name.data or "", form.password.data or "", form.language.data)
    try:
        account = services.accept_as_newcomer(token, newcomer)
    except LiftError as refused:
        if refused.status == 404:
            raise
        return invitation_page(token, refused.status, refused.problems, form)
    signin.begin(account, how="invitation")
    return redirect(home_of(current_actor()))


def joining_page(status: int = 200, problems: tuple[Problem, ...] = (), **shown: object) -> tuple[str, int]:
    """The page; ``shown`` replaces the empty forms by those that came back."""
    person_id = require_found(current_actor().person_id)
    bodies = [(str(row.id), row.name) for row in queries.bodies_to_ask(person_id)]
    mine = {m.organisation_id for m in queries.memberships_of(person_id)}
    context: dict[str, object] = {
        "proposed": [row for row in queries.bodies_of_my_domain(person_id) if row.id not in mine],
        "asked": queries.join_requests_of(person_id),
        "states": texts.JOIN_STATES,
        "firm_form": forms.AskFirmForm(None),
        "body_form": forms.AskBodyForm(bodies, None),
        "problems": problems,
        **shown,
    }
    return render_template("people/joining.html", **context), status


@bp.get("/me/join")
@signed_in
def joining() -> Page:
    """Ask to belong to an organisation, and what was asked so far."""
    return joining_page()


@bp.post("/me/join/firm")
@signed_in
@limiter.limit("20 per hour")
def ask_firm() -> Page:
    """Ask a firm by its VAT number; the answer is the same for an unknown one."""
    form = forms.AskFirmForm()
    if not form.validate_on_submit():
        return joining_page(422, firm_form=form)
    try:
        services.ask_firm(current_actor(), form.vat_number.data or "")
    except LiftError as refused:
        return joining_page(refused.status, refused.problems, firm_form=form)
    flash(_("If a firm with this number is here, it has your request now and five days to answer."), "done")
    return redirect(url_for("people.joining"))


@bp.post("/me/join/<uuid:organisation_id>")
@bp.post("/me/join/body")
@signed_in
@limiter.limit("20 per hour")
def ask_to_join(organisation_id: UUID | None = None) -> Page:
    """Ask a body that everybody sees, or one that the own address points to."""
    bodies = [(str(row.id), row.name) for row in queries.bodies_to_ask(require_found(current_actor().person_id))]
    form = forms.AskBodyForm(bodies)
    if organisation_id is None and not form.validate_on_submit():
        return joining_page(422, body_form=form)
    try:
        services.ask_to_join(current_actor(), organisation_id or UUID(form.organisation_id.data))
    except LiftError as refused:
        if refused.status == 404:
            raise
        return joining_page(refused.status, refused.problems)
    flash(_("Your request is on its way. The organisation has five days to answer."), "done")
    return redirect(url_for("people.joining"))


@bp.post("/me/join/requests/<uuid:request_id>/take-back")
@signed_in
def take_back_join_request(request_id: UUID) -> Response:
    """Not any more."""
    services.take_back_join_request(current_actor(), request_id)
    flash(_("Your request is taken back."), "done")
    return redirect(url_for("people.joining"))
