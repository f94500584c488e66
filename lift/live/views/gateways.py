"""The gateways of one's labs: heard of, lost, clocks, refused batches; and their machines, stopped and released from here."""

from __future__ import annotations

from uuid import UUID

from flask import flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from lift.core.actor import Actor, Role, Scope
from lift.core.errors import Conflict, Problem, require_found
from lift.live import permissions, queries, services, texts
from lift.live.permissions import NO_RIGHT
from lift.live.queries.gateways import MachineSeen
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
    labs = labs_of(actor)
    rows = queries.gateways.fleet(labs, queries.bench.platform_now())
    return render_template(
        "live/gateways.html",
        rows=rows,
        machines=queries.gateways.machines(labs),
        staffed={row.lab_id for row in rows if permissions.is_lab_staff(actor, row.lab_id)},
        managed={row.id for row in rows if permissions.can_manage_gateway(actor, row.lab_id)},
        batches=queries.gateways.refused_batches([row.id for row in rows]),
        keys={row.id: row for row in rows},
    )


@bp.post("/gateways/batches/<int:batch_id>/seen")
@role_needed(*LOOKERS)
def batch_seen(batch_id: int) -> Response:
    """Somebody looked at it."""
    services.mark_batch_seen(batch_id, actor=current_actor())
    flash(_("Noted. The gateway keeps the batch on its disk until somebody puts it back into its queue."))
    return redirect(url_for("live.gateways"), 303)


@bp.post("/gateways/machines/<key>/lab-stop")
@role_needed(*LOOKERS)
def machine_lab_stop(key: str) -> Response:
    """The lab's staff stop a machine, whoever works at it; latches until the lab releases it (X9)."""
    services.press_lab_stop(machine_of(key).id, actor=current_actor(), right=NO_RIGHT)
    flash(_("The lab stop is pressed: the machine goes to its safe state and stays there until you release it."))
    return redirect(url_for("live.gateways"), 303)


@bp.post("/gateways/machines/<key>/release/<uuid:stop_id>")
@role_needed(*LOOKERS)
def machine_release(key: str, stop_id: UUID) -> Response:
    """After a look at the machine."""
    if stop_id not in {stop.id for stop in machine_of(key).stops}:
        raise Conflict(Problem("X9", texts.STOP_GONE, owner="live"))
    services.release_stop(stop_id, actor=current_actor(), right=NO_RIGHT)
    flash(_("The stop is released. Nobody has the controls; they are taken or given at the bench."))
    return redirect(url_for("live.gateways"), 303)


def labs_of(actor: Actor) -> frozenset[UUID] | None:
    """The labs whose machines the actor looks after; None for an operator, who sees all."""
    if actor.has(Role.OPERATOR):
        return None
    return actor.scope_ids(Role.LAB_MANAGER, Scope.LAB) | actor.scope_ids(Role.LAB_TECHNICIAN, Scope.LAB)


def machine_of(key: str) -> MachineSeen:
    """The connected machine of one of these labs; 404 for every other one."""
    return require_found(next(iter(queries.gateways.machines(labs_of(current_actor()), key)), None))
