"""The class: for the trainers of one session and the people who run its lab."""

from __future__ import annotations

from uuid import UUID

from flask import flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from lift.core import clock
from lift.core.errors import require_found
from lift.training import queries
from lift.training.services import benches
from lift.training.views.blueprint import bp
from lift.training.views.sessions import row_of
from lift.web.current import current_actor
from lift.web.guard import signed_in
from lift.web.i18n import gettext as _
from lift.web.i18n import ngettext


@bp.get("/class/<code>")
@signed_in
def klass(code: str) -> str:
    """Help first, then who is where and what is missing."""
    session = benches.taught_session(code, current_actor())
    card = require_found(queries.session_card(code))
    now = clock.now()
    return render_template("training/class.html", session=session, card=card, row=row_of(card), now=now,
                           roll=queries.class_roll(session, now))  # fmt: skip


@bp.post("/class/<code>/briefed/<uuid:person_id>")
@signed_in
def tick_briefing(code: str, person_id: UUID) -> Response:
    """The trainer ticks a briefing."""
    benches.tick_briefing(code, person_id, actor=current_actor())
    return redirect(url_for("training.klass", code=code))


@bp.post("/class/<code>/helped/<uuid:request_id>")
@signed_in
def answer_help(code: str, request_id: UUID) -> Response:
    """The trainer has helped."""
    benches.answer_help(request_id, actor=current_actor())
    return redirect(url_for("training.klass", code=code))


@bp.post("/class/<code>/stop")
@signed_in
def stop_all(code: str) -> Response:
    """Stop every machine of the class."""
    stopped = benches.stop_all(code, actor=current_actor())
    said = (
        ngettext("One machine is stopped.", "%(num)s machines are stopped.", stopped)
        if stopped
        else _("Nobody is at a machine.")
    )
    flash(said, "done")
    return redirect(url_for("training.klass", code=code))
