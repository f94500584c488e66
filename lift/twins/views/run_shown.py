"""A run and its form as the templates show them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import request, url_for

from lift.core import clock
from lift.core.errors import Problem
from lift.training.queries import zone_of
from lift.twins import texts
from lift.twins.enums import RunState
from lift.twins.forms import WhatIfForm, form_class
from lift.twins.models import SimulationRun
from lift.twins.queries import runs as queries
from lift.twins.simulators import registry
from lift.twins.simulators.base import AnySimulator
from lift.twins.simulators.job_shop_result import JobShopResult
from lift.twins.simulators.line_result import LineResult
from lift.twins.simulators.oven_result import OvenResult
from lift.twins.views import form_shown, oven_shown, result_shown, schedule_shown
from lift.twins.views.form_shown import unit_words
from lift.twins.views.result_shown import Side
from lift.web.current import current_actor
from lift.web.i18n import gettext as _
from lift.web.i18n import say

RUNS_SHOWN = 10
TONES = {
    RunState.QUEUED: "open",
    RunState.RUNNING: "twin",
    RunState.DONE: "good",
    RunState.FAILED: "bad",
    RunState.CANCELLED: "off",
}


# ---- forms


def new_form(model: AnySimulator, base: SimulationRun | None, like: SimulationRun | None) -> WhatIfForm:
    """An empty form, filled from a run or, field by field, from the address."""
    form = form_class(model)(formdata=None)
    source = like or base
    known = source.parameters if source and source.simulator == model.key else {}
    given = {spec.name: request.args[spec.name] for spec in form.specs if spec.name in request.args}
    form.show({**known, **given})
    return _with_luck(form, base)


def posted_form(model: AnySimulator) -> WhatIfForm:
    """What was sent."""
    return form_class(model)()


def form_after(run: SimulationRun) -> WhatIfForm:
    """The form for the run after this one: its numbers, its luck."""
    form = form_class(queries.simulator_of(run.simulator))(formdata=None)
    form.show(run.parameters)
    return _with_luck(form, run)


def _with_luck(form: WhatIfForm, base: SimulationRun | None) -> WhatIfForm:
    form.like.data, form.same_luck.data = (str(base.id), True) if base else ("", False)
    back = way_back()
    form.session.data, form.step.data = back.get("session", ""), back.get("step", "")
    form.acting.data = str(current_actor().organisation_id or "")
    return form


def way_back(form: WhatIfForm | None = None) -> dict[str, Any]:
    """Session and step that the page was opened from, to be carried along; empty without both."""
    source = {"session": form.session.data, "step": form.step.data} if form else request.args
    found = {name: str(source.get(name) or "")[:80] for name in ("session", "step")}
    return found if all(found.values()) else {}


# ---- pages


def list_values() -> dict[str, Any]:
    """The page of all simulators."""
    rows = queries.runs_of(current_actor().person_id, limit=RUNS_SHOWN)[:RUNS_SHOWN]
    models = {model.key: model for model in registry.listed()}
    return {"models": models, "rows": rows, "tones": TONES, "zone": _zone(), "words": texts}


def start_values(model: AnySimulator, form: WhatIfForm, base: SimulationRun | None) -> dict[str, Any]:
    """The page with the form and the person's runs."""
    person_id = current_actor().person_id
    rows = queries.runs_of(person_id, simulator=model.key, before=_cursor(), limit=RUNS_SHOWN)
    return {
        **_form_values(model, form, base, way_back(form if request.method == "POST" else None)),
        "luck_run": base,
        "heading": _("Run %(number)s", number=queries.next_number(person_id, model.key)),
        "rows": rows[:RUNS_SHOWN],
        "older": url_for("twins.what_if", simulator=model.key, before=rows[RUNS_SHOWN - 1].run.id, **way_back())
        if len(rows) > RUNS_SHOWN
        else "",
        "tones": TONES,
        "zone": _zone(),
        "number": result_shown.number,
        "first_label": next((say(row.first_label) for row in rows if row.first_label), ""),
    }


def run_values(run: SimulationRun, form: WhatIfForm, problems: tuple[Problem, ...] = ()) -> dict[str, Any]:
    """The page of one run."""
    model = queries.simulator_of(run.simulator)
    back = way_back()
    before = queries.run_before(run)
    return {
        **_form_values(model, form, before, back),
        **part_values(run, before),
        "luck_run": run,
        "heading": _("Run %(number)s", number=run.number),
        "problems": problems,
        "feed": {
            "stream": url_for("twins.run_stream", run_id=run.id),
            "poll": url_for("twins.run_feed", run_id=run.id),
            "part": url_for("twins.run_part", run_id=run.id, **back),
        },
    }


def _form_values(
    model: AnySimulator, form: WhatIfForm, base: SimulationRun | None, back: dict[str, Any]
) -> dict[str, Any]:
    groups = form_shown.groups_of(form, base.parameters if base else None)
    return {
        "model": model,
        "groups": groups,
        "changed": form_shown.changed_count(groups),
        "base": base,
        "next_number": queries.next_number(current_actor().person_id, model.key),
        "back": back,
        "words": texts,
    }


def part_values(run: SimulationRun, before: SimulationRun | None = None) -> dict[str, Any]:
    """What changes while it runs: state, and the result as soon as there is one (before that, the run before)."""
    before = before or queries.run_before(run)
    result = queries.result_of(run)
    shown, against = _sides(run, before)
    return {
        "run": run,
        "model": queries.simulator_of(run.simulator),
        "is_done": result is not None,
        "units": unit_words(queries.simulator_of(run.simulator).unit_of_progress),
        "waiting": waiting_words(run),
        "part_back": way_back(),
        "zone": _zone(),
        "words": texts,
        **_result_values(shown, against),
    }


def _sides(run: SimulationRun, before: SimulationRun | None) -> tuple[Side | None, Side | None]:
    ours, theirs = (_side(row) if row else None for row in (run, before))
    if ours is not None:
        return ours, theirs
    return (theirs, None) if run.is_open else (None, None)


def _side(run: SimulationRun) -> Side | None:
    result = queries.result_of(run)
    return Side(run.number, result) if result else None


def _result_values(shown: Side | None, against: Side | None) -> dict[str, Any]:
    if shown is None:
        return {"shown": None}
    result = shown.result
    return {
        "shown": shown,
        "against": against,
        "panels": result_shown.panels(shown, against),
        "short_rows": result_shown.short_rows(shown, against),
        "all_rows": result_shown.all_rows(shown, against),
        "line": result_shown.line(result) if isinstance(result, LineResult) else None,
        "shares": result_shown.shares(result) if isinstance(result, LineResult) else None,
        "plan": schedule_shown.schedule(result) if isinstance(result, JobShopResult) else None,
        "oven": oven_shown.oven(result) if isinstance(result, OvenResult) else None,
    }


def waiting_words(run: SimulationRun) -> str:
    """ "18 of 30 days, about 40 s left"."""
    if not run.done_units or run.started_at is None:
        return str(_("waiting for a free computer") if run.state == RunState.QUEUED else _("just begun"))
    unit = unit_words(queries.simulator_of(run.simulator).unit_of_progress)
    passed = (clock.now() - run.started_at).total_seconds()
    left = round(passed * (run.total_units - run.done_units) / run.done_units)
    done = {"done": run.done_units, "total": run.total_units, "unit": unit, "seconds": max(1, left)}
    return str(_("%(done)s of %(total)s %(unit)s, about %(seconds)s s left", **done))


def _cursor() -> UUID | None:
    try:
        return UUID(request.args.get("before", ""))
    except ValueError:
        return None


def _zone() -> str:
    person_id = current_actor().person_id
    return (zone_of(person_id) if person_id else "") or "Europe/Rome"
