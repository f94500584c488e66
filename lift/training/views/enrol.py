"""Enrolling: one page, three questions; what confirming does is told before; the company's places afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response
from wtforms import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs

from lift.core.errors import LiftError, Problem, require, require_found
from lift.core.i18n import Text
from lift.training import queries, texts
from lift.training import services as verbs
from lift.training.enums import Fit
from lift.training.forms import EnrolForm
from lift.training.models import PilotSession
from lift.training.permissions import can_enrol_for
from lift.training.policy import EnrolRequest
from lift.training.policy.price import AID_CEILING_CENTS
from lift.training.queries import rows
from lift.training.queries.places import Choice
from lift.training.views.blueprint import bp
from lift.training.views.sessions import row_of
from lift.web.current import current_actor
from lift.web.guard import signed_in
from lift.web.i18n import ngettext


@bp.route("/sessions/<code>/enrol", methods=["GET", "POST"])
@signed_in
def enrol(code: str) -> str | Response | tuple[str, int]:
    """The page of three questions; confirming leads to the company's places."""
    company, session, form, choices = _prepared(code)
    if form.validate_on_submit() and "look" not in request.form:
        try:
            done = verbs.enrol(session.id, form.request_of(), actor=current_actor())
        except LiftError as refused:
            return _page(company, session, form, choices, refused.problems), refused.status
        flash(_said(done), "done")  # type: ignore[arg-type]  # a line with its undo, see base.html
        return redirect(url_for("training.places", code=code))
    return _page(company, session, form, choices), 422 if form.errors else 200


@bp.post("/sessions/<code>/enrol/preview")
@signed_in
def enrol_preview(code: str) -> str:
    """The panel for what is ticked now; writes nothing."""
    company, session, form, choices = _prepared(code)
    form.validate()
    return render_template("training/_enrol_panel.html", **_context(company, session, form, choices), oob=True)


def acting_company() -> UUID:
    actor = current_actor()
    allowed = actor.organisation_id is not None and can_enrol_for(actor, actor.organisation_id)
    require(allowed, Problem("R2", Text(texts.NOT_YOURS), owner="people"))
    return require_found(actor.organisation_id)


def _prepared(code: str) -> tuple[UUID, PilotSession, EnrolForm, list[Choice]]:
    card = require_found(queries.session_card(code))
    company = acting_company()
    session = require_found(queries.enrollable_session(card.id))
    choices = queries.company_people(session, company)
    form = EnrolForm()
    form.people.choices = [SelectChoice(str(c.person.id), c.person.name) for c in choices]
    if session.list_price_cents == session.partner_price_cents:
        form.ask_no_aid()
    if request.method == "GET" and request.args.get("fit") in set(Fit):
        form.fit.data = request.args["fit"]
    return company, session, form, choices


def _page(company: UUID, session: PilotSession, form: EnrolForm, choices: Sequence[Choice],
          problems: Sequence[Problem] = ()) -> str:  # fmt: skip
    return render_template("training/enrol.html", **_context(company, session, form, choices, problems), oob=False)


def _context(company: UUID, session: PilotSession, form: EnrolForm, choices: Sequence[Choice],
             problems: Sequence[Problem] = ()) -> dict[str, Any]:  # fmt: skip
    wanted = form.request_of() if form.is_readable else EnrolRequest()
    preview = require_found(queries.enrol_preview(session.id, wanted, company))
    card = require_found(queries.session_card(session.code, queries.firm_of(company)))
    said = problems or preview.problems
    return {"session": session, "card": card, "row": row_of(card), "form": form, "choices": choices, "wanted": wanted,
            "preview": preview, "people_problems": [p for p in said if p.field == "people"],
            "other_problems": [p for p in said if p.field != "people"],
            "aid_per_seat": session.list_price_cents - session.partner_price_cents,
            "ceiling": AID_CEILING_CENTS, "language_name": rows.language_name}  # fmt: skip


def _said(done: verbs.Enrolled) -> dict[str, str]:
    """What just happened in a sentence; one single seat can be undone."""
    seats, waiting = len(done.seated), len(done.waiting)
    said = []
    if seats:
        said.append(ngettext("One seat is yours.", "%(num)s seats are yours.", seats))
    if waiting:
        ahead = done.waiting[0][1]
        said.append(ngettext("One person waits, %(ahead)s ahead.", "%(num)s people wait, %(ahead)s ahead of the first.",
                             waiting, ahead=ahead))  # fmt: skip
    only = [*done.seated, *(e for e, _ahead in done.waiting)]
    undo = url_for("training.withdraw", enrolment_id=only[0].id) if len(only) == 1 else ""
    return {"text": " ".join(said), "undo_url": undo}
