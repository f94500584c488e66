"""The verbs of operation."""

from __future__ import annotations

from lift.core import audit, jobs
from lift.core.actor import Actor
from lift.core.db import transaction
from lift.core.errors import Problem, require
from lift.core.i18n import N_, Text
from lift.insight.permissions import OPERATION_ROLES

NOT_OPERATOR = Problem(
    "R3", Text(N_("Only the people who run this installation start failed work over.")), owner="insight"
)


def retry_job(job_id: int, *, actor: Actor) -> bool:
    """Start a failed job over; False when there is no such failed job. Raises Forbidden for everybody but operators."""
    require(any(actor.has(role) for role in OPERATION_ROLES), NOT_OPERATOR)
    with transaction():
        started = jobs.retry_failed(job_id)
        if started:
            audit.record(actor, "insight.retry_job", "job", job_id)
        return started
