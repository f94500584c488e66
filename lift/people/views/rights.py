"""My data: take it away as an archive, be erased."""

from __future__ import annotations

from uuid import UUID

from flask import flash, redirect, render_template, send_file, url_for
from werkzeug.wrappers import Response

from lift.core import clock, files
from lift.core.errors import Problem, Refused, require_found
from lift.people import forms, queries, services, signin
from lift.people.texts import HELD
from lift.people.views.blueprint import bp
from lift.web.current import current_actor
from lift.web.guard import signed_in
from lift.web.i18n import gettext as _
from lift.web.limits import limiter

Page = str | Response | tuple[str, int]


def data_page(status: int = 200, problems: tuple[Problem, ...] = (), **shown: object) -> tuple[str, int]:
    """The page; ``shown`` replaces the empty form by the one that came back."""
    context: dict[str, object] = {
        "exports": queries.exports_of(require_found(current_actor().person_id), clock.now()),
        "erase_form": forms.EraseForm(None),
        "problems": problems,
        **shown,
    }
    return render_template("people/my_data.html", **context), status


@bp.get("/me/data")
@signed_in
def my_data() -> Page:
    """What was asked for and what is ready."""
    return data_page()


@bp.post("/me/data")
@signed_in
@limiter.limit("10 per hour")
def ask_export() -> Response:
    """Begin an archive."""
    services.ask_export(current_actor())
    flash(_("We pack your data. It is here within 24 hours, mostly within a minute."), "done")
    return redirect(url_for("people.my_data"))


@bp.get("/me/data/<uuid:export_id>.zip")
@signed_in
def fetch_export(export_id: UUID) -> Response:
    """The archive itself."""
    stored = services.export_file(current_actor(), export_id)
    answer = send_file(
        files.path_of(stored.sha256), mimetype=stored.media_type, as_attachment=True, download_name=stored.name
    )
    answer.headers["Cache-Control"] = "no-store"
    return answer


@bp.post("/me/erase")
@signed_in
@limiter.limit("10 per hour")
def erase_me() -> Page:
    """Name and account go; the answer is the report, and nobody is signed in any more."""
    form, actor = forms.EraseForm(), current_actor()
    if not form.validate_on_submit():
        return data_page(422, erase_form=form)
    person_id, revoke = require_found(actor.person_id), form.certificates.data == "revoke"
    try:
        report = services.erase_person(actor, person_id, revoke_certificates=revoke)
    except Refused as refused:
        return data_page(409, refused.problems, erase_form=form)
    signin.end_erased()
    return render_template("people/erased.html", report=report, held=HELD)
