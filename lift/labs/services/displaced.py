"""Those who gave way to the lab: told why, with other times; one press takes one of them, or the old time when it is back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from babel.dates import format_datetime

from lift.core import audit, clock, jobs, mail
from lift.core.actor import Actor
from lift.core.db import transaction
from lift.core.errors import Problem, refuse_if
from lift.core.i18n import Text, in_language
from lift.labs.enums import BookingStatus
from lift.labs.models import Booking
from lift.labs.policy.quota import tally_keys
from lift.labs.policy.spans import ends, length, span
from lift.labs.queries.blocks import displacement_of
from lift.labs.queries.bookings import booking_by_id
from lift.labs.queries.people import Addressed, addresses_of
from lift.labs.queries.time import nearest_starts
from lift.labs.services.bookings import changeable_by, kept, lock_unchanged, take
from lift.labs.services.claims import end_expired_holds
from lift.labs.services.plans import judged, plan_again, tells_nearest
from lift.labs.texts import blocks as texts

TELL_DISPLACED = jobs.JobKind("labs.tell_displaced")
TELL_BACK = jobs.JobKind("labs.tell_back")


def other_starts(booking: Booking) -> list[datetime]:
    """The three feasible starts nearest to the lost one, for the same length and resources; the old one if it is back."""
    plan = plan_again(booking, booking.during)
    if not plan.assets:
        return []
    return nearest_starts(plan.wants, plan.lab, plan.rules, booking.during, clock.now(), but=booking.id)


@tells_nearest
def take_other_time(code: str, start: datetime, *, actor: Actor) -> Booking:
    """A booking that the lab took back stands again, as long as it was, at ``start``; judged as a new one."""
    with transaction() as session:
        now = clock.now()
        booking = changeable_by(actor, code)
        was, before = set(tally_keys(booking)), kept(booking)
        during = span(start, start + length(booking.during))
        plan = plan_again(booking, during)
        keys = plan.keys_at(start)
        locked = end_expired_holds(plan.unit_ids, now, counted=(*keys, *plan.guards))
        lock_unchanged(booking, was)
        gone = booking.status == BookingStatus.DISPLACED
        refuse_if([] if gone else [Problem("displaced", texts.NOT_DISPLACED, owner=booking.lab.name)])
        choices = judged(plan, now, {key: locked[key].count for key in keys}).choices
        booking.during, booking.status = during, BookingStatus.CONFIRMED
        booking.ended_at, booking.reason = None, None
        booking.sequence += 1
        take(booking, plan, choices, locked)
        session.flush()
        audit.record(actor, "labs.take_other_time", "booking", booking.id, before=before, after=kept(booking))
        return booking


def tell_displaced(booking_id: UUID, *, public_url: str) -> int:
    """Holder and maker learn why, with times that are free now. Nobody is told of a booking that stands again."""
    with transaction():
        booking = booking_by_id(booking_id)
        if booking is None or booking.status != BookingStatus.DISPLACED or booking.session_id is not None:
            return 0
        starts = other_starts(booking)
        people = _people_of(booking)
        for person in people:
            at = "\n".join(f"- {wall(start, booking.lab.zone, person.language)}" for start in starts)
            offer = Text(texts.OFFERED, {"starts": at}) if starts else texts.NOTHING_NEAR
            more = {"why": booking.reason or "–", "offer": offer}
            _write(booking, person, "displaced", texts.DISPLACED_SUBJECT, texts.DISPLACED_BODY, more, public_url)
        return len(people)


def tell_back(booking_id: UUID, *, public_url: str) -> int:
    """Who gave way learns that the old time is free again, and until when it is offered."""
    with transaction():
        booking, row = booking_by_id(booking_id), displacement_of(booking_id)
        if booking is None or row is None or row.back_until is None or booking.status != BookingStatus.DISPLACED:
            return 0
        people = _people_of(booking)
        for person in people:
            more = {"until": wall(row.back_until, booking.lab.zone, person.language)}
            _write(booking, person, "back", texts.BACK_SUBJECT, texts.BACK_BODY, more, public_url)
        return len(people)


def wall(at: datetime, zone: str, language: str) -> str:
    """An instant by the lab's clock, in the language of a letter."""
    local = at.astimezone(ZoneInfo(zone))
    return f"{format_datetime(local, 'EEE d MMM HH:mm', locale=language)} {local.tzname()}"


def _people_of(booking: Booking) -> list[Addressed]:
    return addresses_of({p for p in (booking.holder_id, booking.created_by) if p is not None})


def _write(
    booking: Booking, person: Addressed, kind: str, subject: str, body: str, more: Mapping[str, object], public_url: str
) -> None:
    """One letter a person and time that the booking gave way."""
    words = {
        "name": person.name, "lab": booking.lab.name, "url": f"{public_url}/bookings/{booking.code}",
        "when": wall(ends(booking.during)[0], booking.lab.zone, person.language),
        **more,
    }  # fmt: skip
    mail.queue_mail(
        person.address, event=f"{kind}:{booking.id}:{booking.sequence}", kind=f"labs.{kind}",
        subject=in_language(Text(subject, words), person.language),
        body=in_language(Text(body, words), person.language),
    )  # fmt: skip
