"""Issues for the next version: raised at a step, closed by a draft."""

from __future__ import annotations

from uuid import UUID

from flask import flash, redirect, request, url_for
from werkzeug.wrappers import Response

from lift.content import services
from lift.content.views.blueprint import bp
from lift.content.views.shown import version_for
from lift.web.current import current_actor
from lift.web.guard import signed_in
from lift.web.i18n import gettext as _


@bp.post("/modules/<slug>/v<int:number>/issues/<step>")
@signed_in
def raise_issue(slug: str, number: int, step: str) -> Response:
    """What stands in the form becomes work for the next version."""
    version = version_for(slug, number)
    services.raise_issue(version.id, step, request.form.get("text", ""), actor=current_actor())
    flash(_("It stands beside the step in the editor until a version does it."), "done")
    return redirect(url_for("training.improve", slug=slug, number=number), 303)


@bp.post("/modules/<slug>/v<int:number>/issues/<uuid:issue_id>/done")
@signed_in
def close_issue(slug: str, number: int, issue_id: UUID) -> Response:
    """This draft does it."""
    version = version_for(slug, number)
    services.close_issue(issue_id, version.id, actor=current_actor())
    flash(_("Closed by version %(n)s.", n=number), "done")
    return redirect(url_for("content.edit", slug=slug, number=number), 303)
