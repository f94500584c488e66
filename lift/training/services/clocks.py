"""Clocks warn before they act (E28): the warning stands in the outbox in the transaction that says so in the row."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from lift.core import audit
from lift.core.actor import SYSTEM
from lift.core.db import db, transaction
from lift.core.locks import lock_rows
from lift.training import queries
from lift.training.models import Enrolment
from lift.training.policy.clocks import Clock, extended, warning_due
from lift.training.services.notices import warn_of_clock


def warn_clocks(now: datetime, *, public_url: str) -> int:
    """Write every warning that is due, and extend the clocks that ended without one in time. Returns the rows touched.

    Each place in a transaction of its own; what two sweepers find is warned of once.
    """
    due = queries.clocks_to_warn(now)
    return sum(_warn(enrolment_id, now, public_url) for enrolment_id in due)


def _warn(enrolment_id: UUID, now: datetime, public_url: str) -> bool:
    with transaction():
        row = next(iter(lock_rows(Enrolment, [enrolment_id])), None)
        if row is None or row.expires_at is None or row.clock_began_at is None:
            return False
        ticking = Clock(row.clock_began_at, row.expires_at, row.warned_at, row.warned_again, row.extended)
        which = warning_due(ticking, now)
        late = not row.extended and ticking.warned is None and now > ticking.ends - ticking.quarter
        if late:
            row.expires_at, row.extended = extended(ticking, now), True
            audit.record(SYSTEM, "training.extend_clock", "enrolment", row.id, after={"ends": row.expires_at})
        if which:
            warn_of_clock(row.id, which, public_url=public_url)
            row.warned_at, row.warned_again = row.warned_at or now, row.warned_again or which == "day"
        db.session.flush()
        return bool(which) or late
