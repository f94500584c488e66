"""A lab took back what it held for a session: its trainers are told, since they move it or cancel it."""

from __future__ import annotations

from uuid import UUID

from lift.core import jobs, mail
from lift.core.db import transaction
from lift.core.i18n import Text, in_language
from lift.labs import queries as labs
from lift.labs.enums import BookingStatus
from lift.labs.services.displaced import wall
from lift.training import texts
from lift.training.queries.versions import trainers_of

TELL_DISPLACED = jobs.JobKind("training.tell_displaced")


def tell_displaced(booking_id: UUID, *, public_url: str) -> int:
    """One mail a trainer; a second call adds none. Returns how many were queued: none for a booking of no session."""
    with transaction():
        booking = labs.booking_by_id(booking_id)
        if booking is None or booking.session_id is None or booking.status != BookingStatus.DISPLACED:
            return 0
        found = trainers_of(booking.session_id)
        for reader in found:
            words = {
                "lab": booking.lab.name, "why": booking.reason or "–", "url": f"{public_url}/sessions/{reader.session.code}",
                "day": wall(reader.session.starts_at, booking.lab.zone, reader.language),
            }  # fmt: skip
            mail.queue_mail(
                reader.email, event=f"lost:{booking.id}:{booking.sequence}", kind="training.lost",
                subject=in_language(Text(texts.LOST_SUBJECT, words), reader.language),
                body=in_language(Text(texts.LOST_BODY, words), reader.language),
            )  # fmt: skip
        return len(found)
