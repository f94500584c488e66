"""Claims: taken after every candidate unit was locked in one sorted call, released into ``claim_released``.

Order of locks, from the top: tallies, units, bookings. The exclusion constraint stands behind all of it: a violation is
an error path in a savepoint, never a plan.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from psycopg import errors as pg_errors
from sqlalchemy.exc import IntegrityError

from lift.core import tallies
from lift.core.db import db, savepoint
from lift.core.errors import Problem, Refused
from lift.core.i18n import Text
from lift.core.ids import uuid7
from lift.core.locks import lock_rows
from lift.core.models import Tally
from lift.core.tallies import TallyKey
from lift.labs import texts
from lift.labs.enums import BookingStatus, Release
from lift.labs.models import Booking, Claim, ClaimReleased, Unit
from lift.labs.policy.quota import tally_keys
from lift.labs.policy.wants import Choice
from lift.labs.queries.claims import expired_holds


def end_expired_holds(
    unit_ids: Collection[UUID], now: datetime, *, counted: Collection[TallyKey] = ()
) -> dict[TallyKey, Tally]:
    """Lock the tallies, then the units, and end every hold on them that is over by ``now``.

    The first call of every verb that takes units, and all that the sweeper does: so an expired hold refuses nobody,
    worker or not. Returns the locked tallies of ``counted``.
    """
    over = expired_holds(unit_ids, counted, now)
    keys = {key for booking in over for key in tally_keys(booking)}
    locked = tallies.lock(keys | set(counted))
    lock_rows(Unit, unit_ids)
    fresh = [b for b in lock_rows(Booking, [b.id for b in over]) if b.status == BookingStatus.HOLD]
    end_bookings(fresh, BookingStatus.EXPIRED, Release.EXPIRED, now, locked)
    return locked


def end_bookings(
    bookings: Sequence[Booking], status: BookingStatus, why: Release, now: datetime, locked: dict[TallyKey, Tally]
) -> None:
    """Locked bookings stop holding: new status, claims released, tallies given back, all in one go."""
    for booking in bookings:
        booking.status = status
        booking.ended_at = now
        booking.sequence += 1
        for key in tally_keys(booking):
            locked[key].count -= 1
    release_claims([booking.id for booking in bookings], why)


def claim_units(booking: Booking, choices: Sequence[Choice]) -> None:
    """Insert the claims of a flushed booking on locked units. Raises Refused when the constraint says no after all."""
    rows = [
        {"id": uuid7(), "unit_id": choice.unit_id, "booking_id": booking.id, "during": needed}
        for choice in choices
        for needed in choice.want.claims()
    ]
    try:
        with savepoint() as session:
            session.execute(sa.insert(Claim), rows)
    except IntegrityError as error:
        if not isinstance(error.orig, pg_errors.ExclusionViolation):
            raise
        names = ", ".join(choice.want.name for choice in choices)
        said = Text(texts.TAKEN_JUST_NOW, {"name": names})
        raise Refused(Problem("B14", said, owner=names, field="start")) from error


def release_claims(booking_ids: Collection[UUID], why: Release) -> None:
    """Move all claims of these bookings to ``claim_released``: one statement, so a claim is released once."""
    if not booking_ids:
        return
    gone = (
        sa.delete(Claim)
        .where(Claim.booking_id.in_(booking_ids))
        .returning(Claim.id, Claim.unit_id, Claim.booking_id, Claim.during, Claim.created_at)
        .cte("gone")
    )
    columns = ["id", "unit_id", "booking_id", "during", "created_at", "why"]
    kept = sa.insert(ClaimReleased).from_select(columns, sa.select(gone, sa.literal(why.value))).add_cte(gone)
    db.session.execute(kept.execution_options(synchronize_session=False))
