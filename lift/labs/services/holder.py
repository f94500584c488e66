"""What labs hold of a person, for leavers, exports and erasure."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import sqlalchemy as sa

from lift.core import clock
from lift.core.actor import SYSTEM
from lift.core.db import db, transaction
from lift.core.registry import Holder, Holding
from lift.labs.models import Booking
from lift.labs.policy.spans import ends
from lift.labs.queries.bookings import bookings_held, bookings_of_person, qualifications_of
from lift.labs.services.bookings import cancel_booking

LEFT = "The person who held it has left the organisation."


def holdings(person_id: UUID) -> list[Holding]:
    """Bookings that lie ahead."""
    ahead = bookings_held(person_id, clock.now())
    return [Holding("booking", b.code, b.title or b.purpose.value, ends(b.during)[1].isoformat()) for b in ahead]


def release(person_id: UUID, organisation_id: UUID | None) -> None:
    """Give bookings that lie ahead back; who follows books for themselves."""
    mine = [b for b in bookings_held(person_id, clock.now()) if organisation_id in (None, b.organisation_id)]
    for booking in mine:
        cancel_booking(booking.code, actor=SYSTEM, reason=LEFT)


def personal_data(person_id: UUID) -> dict[str, Any]:
    """Bookings and qualifications of the person."""
    return {
        "bookings": [
            {"code": b.code, "title": b.title, "note": b.note, "status": b.status.value,
             "start": ends(b.during)[0].isoformat(), "end": ends(b.during)[1].isoformat()}
            for b in bookings_of_person(person_id)
        ],
        "qualifications": [
            {"type": q.type_key, "class": q.access.value, "item": q.item, "from": q.valid_from.isoformat()}
            for q in qualifications_of(person_id)
        ],
    }  # fmt: skip


def erase(person_id: UUID) -> None:
    """What the person wrote goes; that an asset was taken at that time stays, without a name."""
    with transaction():
        mine = sa.update(Booking).where(Booking.holder_id == person_id)
        db.session.execute(mine.values(title="", note="").execution_options(synchronize_session=False))


HOLDER = Holder(holdings=holdings, release=release, personal_data=personal_data, erase=erase)
