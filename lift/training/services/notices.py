"""Words that leave the platform: an offered seat is told to the person, or to the company where there is no address (L14)."""

from __future__ import annotations

from uuid import UUID
from zoneinfo import ZoneInfo

from babel.dates import format_datetime

from lift.core import jobs, mail
from lift.core.db import transaction
from lift.core.i18n import Text, in_language, pick
from lift.training import queries, texts
from lift.training.enums import EnrolmentStatus

TELL_OFFER = jobs.JobKind("training.tell_offer")


def tell_offer(enrolment_id: UUID, *, public_url: str) -> bool:
    """Queue one mail about an offer that still stands; a second call adds none. False when nobody can be told."""
    with transaction():
        told = queries.offer_told_to(enrolment_id)
        if told is None or told.enrolment.status is not EnrolmentStatus.OFFERED or told.enrolment.expires_at is None:
            return False
        until = told.enrolment.expires_at.astimezone(ZoneInfo(told.session.zone))
        words = {
            "title": pick(told.title, told.language),
            "name": told.name,
            "until": f"{format_datetime(until, 'EEE d MMM HH:mm', locale=told.language)} {until.tzname()}",
            "url": public_url + (f"/sessions/{told.session.code}/places" if told.to_company else "/my-training"),
        }
        mail.queue_mail(
            told.address, event=f"offer:{enrolment_id}:{told.enrolment.expires_at.isoformat()}", kind="training.offer",
            subject=in_language(Text(texts.OFFER_SUBJECT, words), told.language),
            body=in_language(Text(texts.OFFER_BODY, words), told.language),
        )  # fmt: skip
        return True
