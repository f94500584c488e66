"""Bookings as iCalendar (RFC 5545): one VEVENT each, with a UID for life, a rising SEQUENCE and a state. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import icalendar

from lift.core.db import Instants
from lift.labs.enums import BookingStatus
from lift.labs.policy.busy import UID_HOST
from lift.labs.policy.spans import ends

READ_AGAIN = timedelta(minutes=15)
STATES = {
    BookingStatus.HOLD: "TENTATIVE",
    BookingStatus.PENDING: "TENTATIVE",
    BookingStatus.CONFIRMED: "CONFIRMED",
    BookingStatus.ACTIVE: "CONFIRMED",
    BookingStatus.DONE: "CONFIRMED",
}
"""Everything else is CANCELLED: the time was given back."""


@dataclass(frozen=True)
class Entry:
    """A booking as a calendar shows it. ``standing``: False when it no longer holds what the calendar is about."""

    id: UUID
    sequence: int
    status: BookingStatus
    during: Instants
    summary: str
    place: str
    url: str
    created_at: datetime
    standing: bool = True


def calendar_of(name: str, entries: Iterable[Entry], now: datetime) -> bytes:
    """The calendar ``name``; instants in UTC, so no reader needs our zones."""
    calendar = icalendar.Calendar()
    calendar.add("PRODID", "-//LIFT//lab bookings//EN")
    calendar.add("VERSION", "2.0")
    calendar.add("METHOD", "PUBLISH")
    calendar.add("X-WR-CALNAME", name)
    calendar.add("REFRESH-INTERVAL", READ_AGAIN, parameters={"VALUE": "DURATION"})
    for entry in entries:
        calendar.add_component(_event(entry, now))
    return bytes(calendar.to_ical())


def _event(entry: Entry, now: datetime) -> icalendar.Event:
    start, end = ends(entry.during)
    state = STATES.get(entry.status, "CANCELLED") if entry.standing else "CANCELLED"
    event = icalendar.Event()
    event.add("UID", f"{entry.id}@{UID_HOST}")
    event.add("SEQUENCE", entry.sequence)
    event.add("STATUS", state)
    event.add("TRANSP", "TRANSPARENT" if state == "CANCELLED" else "OPAQUE")
    event.add("DTSTAMP", now)
    event.add("CREATED", entry.created_at)
    event.add("DTSTART", start)
    event.add("DTEND", end)
    event.add("SUMMARY", entry.summary)
    event.add("LOCATION", entry.place)
    event.add("URL", entry.url)
    return event
