"""What holds which unit when. An expired hold holds nothing, whether or not somebody has ended it yet."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from lift.core.db import Instants, db
from lift.core.tallies import TallyKey
from lift.labs.enums import BookingStatus
from lift.labs.models import Booking, Claim

# Asked by every verb that takes units, and hardly ever there.
_OVER = sa.text("""
SELECT b.id FROM booking b WHERE b.status = 'hold' AND b.expires_at <= :now AND (
  b.id IN (SELECT c.booking_id FROM claim c WHERE c.unit_id = ANY(CAST(:units AS uuid[])))
  OR b.holder_id = ANY(CAST(:holders AS uuid[])) OR b.organisation_id = ANY(CAST(:organisations AS uuid[])))
""")


def hold_is_over(now: datetime) -> sa.ColumnElement[bool]:
    """True of a booking whose hold has run out."""
    return sa.and_(Booking.status == BookingStatus.HOLD, Booking.expires_at <= now)


def expired_holds(unit_ids: Collection[UUID], counted: Iterable[TallyKey], now: datetime) -> Sequence[Booking]:
    """Holds that are over and stand on one of these units or count for one of these people or organisations."""
    whom = [key.whom.partition(":") for key in counted]
    values = {
        "now": now,
        "units": list(unit_ids),
        "holders": [UUID(of) for kind, _, of in whom if kind == "person"],
        "organisations": [UUID(of) for kind, _, of in whom if kind == "organisation"],
    }
    over = list(db.session.scalars(_OVER, values))
    query = sa.select(Booking).where(Booking.id.in_(over), hold_is_over(now)).options(joinedload(Booking.lab))
    return db.session.scalars(query.order_by(Booking.id)).all() if over else ()


def claims_of_others(
    unit_ids: Collection[UUID], within: Instants, now: datetime, *, but: UUID | None = None
) -> dict[UUID, list[Instants]]:
    """Claims on these units that touch ``within``, by unit; without those of the booking ``but``."""
    query = (
        sa.select(Claim.unit_id, Claim.during)
        .join(Claim.booking)
        .where(Claim.unit_id.in_(unit_ids), Claim.during.overlaps(within), sa.not_(hold_is_over(now)))
    )
    if but is not None:
        query = query.where(Claim.booking_id != but)
    found: dict[UUID, list[Instants]] = defaultdict(list)
    for unit_id, during in db.session.execute(query):
        found[unit_id].append(during)
    return found
