"""What if: the form of a simulator, a run with its progress, its result beside the run before."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response, flash, jsonify, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from lift.core.errors import Invalid, Refused, require_found
from lift.twins.forms import WhatIfForm
from lift.twins.models import SimulationRun
from lift.twins.queries import runs as queries
from lift.twins.services import runs
from lift.twins.simulators.base import AnySimulator
from lift.twins.views import run_shown
from lift.twins.views.blueprint import bp
from lift.twins.views.tables import csv_of
from lift.web import sse
from lift.web.current import current_actor
from lift.web.guard import signed_in
from lift.web.i18n import gettext as _

Page = str | Answer | tuple[str, int]


@bp.get("/what-if")
@signed_in
def simulators() -> str:
    """Every simulator, with the person's newest runs."""
    return render_template("twins/simulators.html", **run_shown.list_values())


@bp.get("/what-if/<simulator>")
@signed_in
def what_if(simulator: str) -> Page:
    """The form, filled with ``?as=<run>``, with numbers of the address, or with the newest run; and the person's runs."""
    model = queries.simulator_of(simulator)
    base = queries.latest_run(current_actor().person_id, model.key)
    return start_page(model, run_shown.new_form(model, base, taken_from()), base)


@bp.post("/what-if/<simulator>")
@signed_in
def start(simulator: str) -> Page:
    """Start a run; wrong numbers come back with the field named."""
    model = queries.simulator_of(simulator)
    form = run_shown.posted_form(model)
    if not form.validate_on_submit() or form.parameters is None:
        return start_page(model, form, base_of(form, model), status=422)
    try:
        made = runs.start_run(
            model.key, form.parameters.model_dump(), actor=current_actor(), same_luck_as=form.like_id()
        )
    except (Invalid, Refused) as refused:
        return start_page(model, form, base_of(form, model), refused.problems, refused.status)
    return redirect(url_for("twins.run", run_id=made.id, **run_shown.way_back(form)))


@bp.get("/what-if/runs/<uuid:run_id>")
@signed_in
def run(run_id: UUID) -> Page:
    """One run: progress while it runs, then its result beside the run before."""
    row = own_run(run_id)
    form = run_shown.form_after(row)
    return render_template("twins/what_if_run.html", form=form, **run_shown.run_values(row, form))


@bp.get("/what-if/runs/<uuid:run_id>/part")
@signed_in
def run_part(run_id: UUID) -> str:
    """What changes while it runs, drawn anew."""
    return render_template("twins/_what_if_part.html", **run_shown.part_values(own_run(run_id)))


@bp.get("/what-if/runs/<uuid:run_id>/feed")
@signed_in
def run_feed(run_id: UUID) -> Response:
    """For browsers without streams: what changed since ``?after=``."""
    row = own_run(run_id)
    mark = f"{row.state.value}-{row.done_units}"
    events = [] if request.args.get("after") == mark else [{"event": e.event, "data": e.data} for e in told(row)]
    return jsonify(last=mark, events=events)


@bp.get("/stream/run/<uuid:run_id>")
@signed_in
def run_stream(run_id: UUID) -> Response:
    """Tells that the run went on, and when it is over."""
    person_id = own_run(run_id).person_id
    return sse.stream(
        runs.channel(run_id),
        replay=lambda: told(own_run(run_id)),
        alive=lambda: is_open(run_id, person_id),
        check_every=10,
    )


@bp.post("/what-if/runs/<uuid:run_id>/cancel")
@signed_in
def cancel(run_id: UUID) -> Page:
    """Ask the run to stop."""
    row = own_run(run_id)
    try:
        runs.cancel_run(run_id, actor=current_actor())
    except Refused as refused:
        form = run_shown.form_after(row)
        values = run_shown.run_values(row, form, refused.problems)
        return render_template("twins/what_if_run.html", form=form, **values), 409
    flash(_("Run %(number)s was told to stop.", number=row.number))
    return redirect(url_for("twins.run", run_id=run_id, **run_shown.way_back()))


@bp.get("/what-if/runs/<uuid:run_id>/figures.csv")
@signed_in
def figures(run_id: UUID) -> Response:
    """The result as a file; 404 until the run is done."""
    row = own_run(run_id)
    text = csv_of(row, require_found(queries.result_of(row)))
    name = f"what-if-{row.simulator}-run-{row.number}.csv"
    return Response(text, mimetype="text/csv", headers={"Content-Disposition": f"attachment; filename={name}"})


def own_run(run_id: UUID) -> SimulationRun:
    """The person's own run; 404 for everybody else."""
    return require_found(queries.run_of(run_id, current_actor().person_id))


def is_open(run_id: UUID, person_id: UUID | None) -> bool:
    """Whether the run still is the person's and goes on."""
    row = queries.run_of(run_id, person_id)
    return row is not None and row.is_open


def told(row: SimulationRun) -> list[sse.Event]:
    """What a reader who has just come must know: look again; and that no more will come."""
    changed = sse.Event("changed", {"done": row.done_units, "total": row.total_units})
    return [changed] if row.is_open else [changed, sse.Event("over", {})]


def taken_from() -> SimulationRun | None:
    """The run named by ``?as=``, whose numbers fill the form."""
    try:
        return queries.run_of(UUID(request.args.get("as", "")), current_actor().person_id)
    except ValueError:
        return None


def base_of(form: WhatIfForm, model: AnySimulator) -> SimulationRun | None:
    """The run that a form which came back is measured against: the one it stood beside, else the newest."""
    person_id = current_actor().person_id
    beside = queries.run_of(form.beside_id(), person_id)
    return beside if beside and beside.simulator == model.key else queries.latest_run(person_id, model.key)


def start_page(
    model: AnySimulator, form: WhatIfForm, base: SimulationRun | None, problems: Any = (), status: int = 200
) -> tuple[str, int]:
    """The form beside the person's runs."""
    values = run_shown.start_values(model, form, base)
    return render_template("twins/what_if.html", form=form, problems=problems, **values), status
