"""The gateways of one's labs: heard of, lost, clocks, refused batches."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from lift.core.actor import Role, Scope
from lift.live import queries, services
from lift.live.views.bench import bp
from lift.web.current import current_actor
from lift.web.guard import role_needed
from lift.web.i18n import gettext as _

LOOKERS = (Role.LAB_MANAGER, Role.LAB_TECHNICIAN, Role.OPERATOR)


@bp.get("/gateways")
@role_needed(*LOOKERS)
def gateways() -> str:
    """An operator sees all, the people of a lab theirs."""
    actor = current_actor()
    labs = actor.scope_ids(Role.LAB_MANAGER, Scope.LAB) | actor.scope_ids(Role.LAB_TECHNICIAN, Scope.LAB)
    rows = queries.gateways.fleet(None if actor.has(Role.OPERATOR) else labs, queries.bench.platform_now())
    batches = queries.gateways.refused_batches([row.id for row in rows])
    return render_template("live/gateways.html", rows=rows, batches=batches, keys={row.id: row for row in rows})


@bp.post("/gateways/batches/<int:batch_id>/seen")
@role_needed(*LOOKERS)
def batch_seen(batch_id: int) -> Response:
    """Somebody looked at it."""
    services.mark_batch_seen(batch_id, actor=current_actor())
    flash(_("Noted. The gateway still keeps the batch on its disk; it can be sent again after mending."))
    return redirect(url_for("live.gateways"), 303)
