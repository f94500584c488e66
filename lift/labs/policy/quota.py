"""What the quota of a week counts, and under which keys (B10)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from lift.core.tallies import TallyKey
from lift.labs.models import Booking, Lab
from lift.labs.policy.wallclock import local_day

WHAT = "labs.bookings"


def tally_keys(booking: Booking) -> tuple[TallyKey, ...]:
    """The tallies that count a booking until it is given back; a session's booking is counted by none."""
    if booking.session_id is not None or booking.during.lower is None:
        return ()
    return week_keys(booking.lab, booking.organisation_id, booking.holder_id, booking.during.lower)


def week_keys(lab: Lab, organisation_id: UUID, holder_id: UUID | None, start: datetime) -> tuple[TallyKey, ...]:
    """One for the organisation, one for the person whose time it is; the ISO week is that of the lab's calendar."""
    year, week, _day = local_day(start, lab.zone).isocalendar()
    window = f"{lab.id}/{year}-W{week:02}"
    keys = [TallyKey(WHAT, f"organisation:{organisation_id}", window)]
    if holder_id is not None:
        keys.append(TallyKey(WHAT, f"person:{holder_id}", window))
    return tuple(keys)


def minute_keys(lab: Lab, organisation_id: UUID, holder_id: UUID | None) -> tuple[TallyKey, ...]:
    """What is locked, and never moved, while the minutes of a person and an organisation are added up from bookings."""
    whom = [f"organisation:{organisation_id}"] + ([f"person:{holder_id}"] if holder_id is not None else [])
    return tuple(TallyKey("labs.minutes", each, str(lab.id)) for each in whom)
