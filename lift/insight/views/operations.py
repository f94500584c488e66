"""For whoever keeps the installation running: what failed, what was refused, what the doctor says."""

from __future__ import annotations

from pathlib import Path

from flask import current_app, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from lift.core import clock, doctor
from lift.core.errors import NotFound
from lift.insight import queries, services
from lift.insight.permissions import OPERATION_ROLES
from lift.insight.views.blueprint import bp
from lift.web.current import current_actor
from lift.web.guard import role_needed
from lift.web.i18n import gettext as _

MOST = 100


@bp.get("/operations")
@role_needed(*OPERATION_ROLES)
def operations() -> str:
    """Failed jobs with retry, refused batches, the doctor's findings."""
    now = clock.now()
    return render_template(
        "insight/operations.html", jobs=queries.failed_jobs(MOST), refused=queries.refused_batches(MOST),
        findings=doctor.examine(Path(current_app.config["LIFT"].home), now), now=now, most=MOST,
    )  # fmt: skip


@bp.post("/operations/jobs/<int:job_id>/retry")
@role_needed(*OPERATION_ROLES)
def retry(job_id: int) -> Response:
    """Start a failed job over."""
    if not services.retry_job(job_id, actor=current_actor()):
        raise NotFound
    flash(_("The job starts over; it disappears from the list when it succeeds."))
    return redirect(url_for("insight.operations"))
