"""A step was called back as unsafe (A19): running benches of it get the safe state, learners and trainers are told."""

from __future__ import annotations

from uuid import UUID

import sqlalchemy as sa

from lift.content.queries import recalled_steps, version_with_steps
from lift.core import jobs, mail
from lift.core.actor import SYSTEM
from lift.core.db import db, transaction
from lift.core.errors import require_found
from lift.core.i18n import Text, in_language, pick
from lift.live.models import Bench
from lift.live.permissions import BenchRight
from lift.live.services import press_stop
from lift.training import queries, texts

STOP_RECALLED = jobs.JobKind("training.stop_recalled_step", queue="live")
ANYBODY = BenchRight(works=True, supervises=True)


def stop_recalled_step(version_id: UUID, step_key: str) -> int:
    """Stop every open bench of the step and tell its people; a second call is the same stop. Returns how many."""
    with transaction():
        ref = {"version_id": str(version_id), "step": step_key}
        query = sa.select(Bench.id).where(Bench.closed_at.is_(None), Bench.attempt_ref.contains(ref)).order_by(Bench.id)
        found = list(db.session.scalars(query))
        for bench_id in found:
            press_stop(bench_id, actor=SYSTEM, right=ANYBODY)
        _tell(version_id, step_key)
        return len(found)


def _tell(version_id: UUID, step_key: str) -> None:
    """One mail to every trainer and learner of a session that is not over."""
    version = require_found(version_with_steps(version_id))
    recall = recalled_steps(version_id)[step_key]
    title = next(step.title for step in version.steps if step.key == step_key)
    for reader in queries.people_on(version_id):
        words = {
            "title": pick(version.title, reader.language),
            "step": pick(title, reader.language),
            "reason": recall.reason,
        }
        mail.queue_mail(
            reader.email, event=f"recall:{recall.id}", kind="training.recall",
            subject=in_language(Text(texts.RECALL_SUBJECT, words), reader.language),
            body=in_language(Text(texts.RECALL_BODY, words), reader.language),
        )  # fmt: skip
