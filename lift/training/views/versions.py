"""The version that a session teaches: what a newer one says, and the button that takes it (A4, A7)."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from lift.content import queries as content
from lift.content.models import ModuleVersion
from lift.content.policy import changed_steps
from lift.core import clock
from lift.core.errors import LiftError, Problem, require_found
from lift.training import queries
from lift.training.models import PilotSession
from lift.training.permissions import can_teach
from lift.training.policy.versions import update_problems
from lift.training.services import versions
from lift.training.views.blueprint import bp
from lift.web.current import current_actor
from lift.web.guard import signed_in
from lift.web.i18n import gettext as _
from lift.web.i18n import texts as pick


@bp.get("/sessions/<code>/version")
@signed_in
def session_version(code: str) -> str:
    """For its trainers: the version it keeps, others that it may take, each with what changed."""
    return version_page(taught(code))


@bp.post("/sessions/<code>/version/<int:number>")
@signed_in
def take_version(code: str, number: int) -> Response | tuple[str, int]:
    """Take it, before anybody has begun."""
    session = taught(code)
    try:
        versions.take_version(code, number, actor=current_actor())
    except LiftError as refused:
        if not refused.problems or refused.status == 404:
            raise
        return version_page(session, refused.problems), refused.status
    flash(_("This session now teaches version %(n)s.", n=number), "done")
    return redirect(url_for("training.session_version", code=code), 303)


def taught(code: str) -> PilotSession:
    """The session, or 404 for who does not teach it."""
    session = require_found(queries.session_by_code(code))
    return require_found(session if can_teach(current_actor(), session, queries.trainers_of(session.id)) else None)


def version_page(session: PilotSession, problems: tuple[Problem, ...] = ()) -> str:
    """The page."""
    old = require_found(content.version_with_steps(session.version_id))
    started = queries.started_on(session.id)
    rows = [_row(session, old, v, started) for v in queries.versions_for(session)]
    return render_template(
        "training/version.html", session=session, old=old, rows=rows, problems=problems, started=started
    )


def _row(session: PilotSession, old: ModuleVersion, new: ModuleVersion, started: int) -> dict[str, Any]:
    """Another version with what it changes, and why it cannot be taken."""
    changed = set(changed_steps(_said(old), _said(new)))
    gone = [pick(s.title) for s in old.steps if s.key not in {n.key for n in new.steps}]
    return {"number": new.number, "changed": new.what_changed, "steps": [pick(s.title) for s in new.steps if s.key in changed],
            "gone": gone, "published_at": new.published_at,
            "why_not": update_problems(session, old, new, started, clock.now())}  # fmt: skip


def _said(version: ModuleVersion) -> dict[str, list[object]]:
    return {s.key: [s.title, s.body, s.kind, s.minutes, s.completion, s.exercises, s.live] for s in version.steps}
