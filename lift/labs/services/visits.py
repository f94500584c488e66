"""When somebody last looked at a lab's desk: kept so that the page can say what happened since."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from lift.core.db import transaction
from lift.labs.models import DeskVisit

SAME_VISIT = timedelta(minutes=30)
"""Looking again within it is the same visit: what it told is not taken away by a reload."""

FIRST_TIME = timedelta(days=7)


def note_visit(lab_id: UUID, person_id: UUID, now: datetime) -> datetime:
    """Note the look; returns since when the page tells: the last visit, or a week for the first one."""
    row = insert(DeskVisit).values(lab_id=lab_id, person_id=person_id, since=now - FIRST_TIME, seen_at=now)
    began = sa.case((DeskVisit.seen_at < now - SAME_VISIT, DeskVisit.seen_at), else_=DeskVisit.since)
    kept = row.on_conflict_do_update(
        index_elements=[DeskVisit.person_id, DeskVisit.lab_id], set_={"since": began, "seen_at": now}
    )
    with transaction() as session:
        since: datetime = session.execute(
            kept.returning(DeskVisit.since), execution_options={"synchronize_session": False}
        ).scalar_one()
        return since
