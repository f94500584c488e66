"""A step was called back as unsafe (A19): running benches of it get the safe state, learners and trainers are told."""

from __future__ import annotations

from uuid import UUID

import sqlalchemy as sa

from lift.core import jobs
from lift.core.actor import SYSTEM
from lift.core.db import db, transaction
from lift.live.models import Bench
from lift.live.permissions import BenchRight
from lift.live.services import press_stop

STOP_RECALLED = jobs.JobKind("training.stop_recalled_step", queue="live")
ANYBODY = BenchRight(works=True, supervises=True)


def stop_recalled_step(version_id: UUID, step_key: str) -> int:
    """Stop every open bench of the step and have its classes read again; pressing again is the same stop. Returns how many."""
    with transaction():
        ref = {"version_id": str(version_id), "step": step_key}
        query = sa.select(Bench.id).where(Bench.closed_at.is_(None), Bench.attempt_ref.contains(ref)).order_by(Bench.id)
        found = list(db.session.scalars(query))
        for bench_id in found:
            press_stop(bench_id, actor=SYSTEM, right=ANYBODY)
        return len(found)
