"""Problems of assets: report one, take the asset out of use in three taps on a phone, bring it back with an outcome."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from lift.core import clock
from lift.core.errors import LiftError, require_found
from lift.labs import queries, services, texts
from lift.labs.forms import length_words
from lift.labs.forms.failures import DownForm, OutcomeForm, ProblemForm
from lift.labs.models import Asset, Failure, Lab
from lift.labs.queries import failures as found
from lift.labs.views import shown
from lift.labs.views.blocks import run_by_reader
from lift.labs.views.blueprint import bp
from lift.labs.views.desk import Page, desk_lab
from lift.web.current import current_actor
from lift.web.guard import signed_in
from lift.web.i18n import gettext as _

RETURNS = (60, 4 * 60, 24 * 60, 7 * 24 * 60)
"""Minutes until the machine is back, as offered: an hour, four, a day, a week."""


@bp.get("/desk/down")
@signed_in
def down() -> Page:
    """Second tap: which machine (``?asset=`` skips it). Third: when it will be back."""
    lab = run_by_reader(desk_lab(current_actor()))
    form = DownForm(formdata=None)
    form.asset.data, form.failure.data = request.args.get("asset", ""), request.args.get("failure", "")
    return down_page(lab, form)


@bp.post("/desk/down")
@signed_in
def take_down() -> Page:
    """Out of use at once; bookings before the return give way."""
    lab = run_by_reader(desk_lab(current_actor()))
    form = DownForm()
    asset = require_found(asset_of(lab, form.asset.data))
    if not form.validate_on_submit():
        return down_page(lab, form, status=422)
    until, report = clock.now() + timedelta(minutes=form.minutes.data or 0), failure_id_of(form.failure.data)
    what = form.what.data or _("Out of order")
    try:
        _row, gone = services.machine_down(asset.id, until, what, actor=current_actor(), failure_id=report)
    except LiftError as refused:
        return down_page(lab, form, refused.problems, refused.status)
    return to_problems(lab, _("%(asset)s is out of use. Bookings that gave way: %(n)s.", asset=asset.name, n=len(gone)))


@bp.get("/desk/problems")
@signed_in
def problems() -> Page:
    """What is wrong in the lab, and what became of it."""
    lab = run_by_reader(desk_lab(current_actor()))
    return problems_page(lab, OutcomeForm(formdata=None))


@bp.post("/desk/problems/<uuid:failure_id>/return")
@signed_in
def move_return(failure_id: UUID) -> Page:
    """Another estimate of the return."""
    row, lab = failure_of_reader(failure_id)
    minutes = request.form.get("minutes", 0, type=int)
    try:
        until = clock.now() + timedelta(minutes=min(minutes, RETURNS[-1]))
        gone = services.move_return(failure_id, until, actor=current_actor())
    except LiftError as refused:
        return problems_page(lab, OutcomeForm(formdata=None), refused.problems, refused.status)
    words = _("New estimate for %(asset)s. Bookings that gave way: %(n)s.", asset=row.asset.name, n=len(gone))
    return to_problems(lab, words)


@bp.post("/desk/problems/<uuid:failure_id>/<any(back, no_fault):state>")
@signed_in
def close_failure(failure_id: UUID, state: str) -> Page:
    """In order again, or nothing was wrong; the reporter is told."""
    row, lab = failure_of_reader(failure_id)
    form = OutcomeForm()
    if not form.validate_on_submit():
        return problems_page(lab, form, status=422, at=failure_id)
    try:
        no_fault = state == "no_fault"
        services.close_failure(failure_id, form.outcome.data or "", no_fault=no_fault, actor=current_actor())
    except LiftError as refused:
        return problems_page(lab, form, refused.problems, refused.status)
    return to_problems(lab, _("%(asset)s can be booked again; the reporter is told.", asset=row.asset.name))


@bp.route("/assets/<key>/problem", methods=["GET", "POST"])
@signed_in
def report_problem(key: str) -> Page:
    """Report a problem: those who work there, and who booked the asset."""
    asset = require_found(queries.asset_by_key(key))
    form = ProblemForm()
    if form.validate_on_submit():
        services.report_problem(asset.id, form.what.data or "", actor=current_actor())
        flash(_("Thank you. The lab is told; you will read what became of it."))
        return redirect(url_for("labs.asset", key=key))
    page = render_template("labs/problem.html", asset=asset, lab=asset.lab, form=form)
    return page, 422 if form.is_submitted() else 200


def asset_of(lab: Lab, key: Any) -> Asset | None:
    """An asset of this lab by its key."""
    return next((asset for asset in lab.assets if asset.key == key), None)


def failure_id_of(value: Any) -> UUID | None:
    """The id in a hidden field; anything else counts as not given."""
    try:
        return UUID(value or "")
    except ValueError:
        return None


def failure_of_reader(failure_id: UUID) -> tuple[Failure, Lab]:
    """The problem with its lab; 403 for people who do not run it."""
    row = require_found(found.failure_by_id(failure_id))
    return row, run_by_reader(row.asset.lab)


def to_problems(lab: Lab, words: str) -> Response:
    """Back to the list with a line."""
    flash(words)
    return redirect(url_for("labs.problems", lab=lab.slug))


def down_page(lab: Lab, form: DownForm, problems: Any = (), status: int = 200) -> tuple[str, int]:
    """Machines as large buttons, or the returns with how many bookings each would take."""
    asset = asset_of(lab, form.asset.data)
    page = render_template(
        "labs/down.html", lab=lab, asset=asset, form=form, problems=problems, returns=returns_of(asset)
    )
    return page, status


def returns_of(asset: Asset | None) -> list[tuple[int, str, int]]:
    """(minutes, words, bookings that would give way)."""
    if asset is None:
        return []
    now = clock.now()
    units = [unit.id for unit in queries.resource_of_asset(asset.id).units]
    counts = found.bookings_before(units, now, [now + timedelta(minutes=n) for n in RETURNS])
    return [(n, length_words(n), count) for n, count in zip(RETURNS, counts, strict=True)]


def problems_page(
    lab: Lab, form: OutcomeForm, problems: Any = (), status: int = 200, at: UUID | None = None
) -> tuple[str, int]:
    """The page. ``at``: the problem whose form was sent."""
    rows = found.failures_of(lab, clock.now())
    page = render_template(
        "labs/problems.html", lab=lab, rows=rows, form=form, at=at, problems=problems, shown=shown, words=texts,
        returns=[(n, length_words(n)) for n in RETURNS],
    )  # fmt: skip
    return page, status
