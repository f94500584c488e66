"""Words that leave the platform: to the person, or to the company where there is no address (L14) or where it can act."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID
from zoneinfo import ZoneInfo

from babel.dates import format_datetime

from lift.core import jobs, mail
from lift.core.db import transaction
from lift.core.i18n import Text, in_language, pick
from lift.training import queries, texts
from lift.training.enums import EnrolmentStatus
from lift.training.models import Enrolment
from lift.training.queries import PlaceTold

TELL_OFFER = jobs.JobKind("training.tell_offer")
TELL_ASKED = jobs.JobKind("training.tell_asked")
TELL_REFUSED = jobs.JobKind("training.tell_refused")
TELL_CANCELLED = jobs.JobKind("training.tell_cancelled")
TELL_ENDED = jobs.JobKind("training.tell_ended")


def tell_offer(enrolment_id: UUID, *, public_url: str) -> bool:
    """Queue one mail about an offer that still stands; a second call adds none. False when nobody can be told."""
    with transaction():
        told = queries.place_told_to(enrolment_id)
        if told is None or told.enrolment.status is not EnrolmentStatus.OFFERED:
            return False
        sent_to = [told.own] if told.own and not told.enrolment.needs_yes else told.company[:1]
        return _tell(told, sent_to, "offer", texts.OFFER_SUBJECT, texts.OFFER_BODY, public_url)


def tell_asked(enrolment_id: UUID, *, public_url: str) -> bool:
    """The company learns that an employee asked for a seat."""
    with transaction():
        told = queries.place_told_to(enrolment_id)
        if told is None or told.enrolment.status is not EnrolmentStatus.AWAITING_COMPANY:
            return False
        return _tell(told, told.company, "asked", texts.ASKED_SUBJECT, texts.ASKED_BODY, public_url)


def tell_refused(enrolment_id: UUID, *, public_url: str) -> bool:
    """The employee learns the company's no; a person without an address hears it from the company itself."""
    with transaction():
        told = queries.place_told_to(enrolment_id)
        if told is None or not told.own:
            return False
        return _tell(told, [told.own], "refused", texts.REFUSED_SUBJECT, texts.REFUSED_BODY, public_url)


def tell_ended(enrolment_id: UUID, *, public_url: str) -> bool:
    """Silence ended a clock: both learn it, once."""
    with transaction():
        told = queries.place_told_to(enrolment_id)
        if told is None:
            return False
        body = texts.ENDED_BODIES[_ended_matter(told.enrolment)]
        return _tell(told, _both(told), "ended", texts.ENDED_SUBJECT, body, public_url)


def tell_cancelled(session_id: UUID, *, public_url: str) -> int:
    """Everybody who had a place in a cancelled session is told once; returns how many were reached."""
    with transaction():
        found = [queries.place_told_to(key) for key in queries.cancelled_places(session_id)]
        return sum(
            _tell(told, [told.own] if told.own else told.company[:1], "cancelled", texts.CANCELLED_SUBJECT,
                  texts.CANCELLED_BODY, public_url)
            for told in found if told is not None
        )  # fmt: skip


def warn_of_clock(enrolment_id: UUID, which: str, *, public_url: str) -> bool:
    """The warning of one clock, at half time or a day before its end, to who can act and a deputy (E28)."""
    with transaction():
        told = queries.place_told_to(enrolment_id)
        if told is None:
            return False
        matter = _matter(told.enrolment)
        can_act = _both(told) if matter == "offered" and not told.enrolment.needs_yes else told.company
        return _tell(told, can_act, f"clock-{which}", texts.CLOCK_SUBJECT, texts.CLOCK_BODIES[matter], public_url)


def _matter(row: Enrolment) -> str:
    if row.status in (EnrolmentStatus.OFFERED, EnrolmentStatus.AWAITING_COMPANY):
        return row.status.value
    return "nameless" if row.person_id is None else "accountant"


def _ended_matter(row: Enrolment) -> str:
    """What had been waited for, of a place whose clock is over."""
    if row.status is EnrolmentStatus.CONFIRMED:
        return "accountant"
    if row.confirmed_at is not None:
        return "nameless"
    return "awaiting_company" if row.needs_yes else "offered"


def _both(told: PlaceTold) -> list[str]:
    return [address for address in (told.own, *told.company) if address]


def _tell(told: PlaceTold, addresses: Sequence[str], kind: str, subject: str, body: str, public_url: str) -> bool:
    """One mail per address, matter and end of the clock."""
    row = told.enrolment
    ends = row.expires_at or row.ended_at or row.created_at
    until = ends.astimezone(ZoneInfo(told.session.zone))
    for address in addresses:
        place = "/my-training" if address == told.own else f"/sessions/{told.session.code}/places"
        words = {
            "title": pick(told.title, told.language),
            "name": told.name,
            "until": f"{format_datetime(until, 'EEE d MMM HH:mm', locale=told.language)} {until.tzname()}",
            "url": public_url + place,
            "reason": Text(told.session.cancelled_because) if told.session.cancelled_because else "",
        }
        mail.queue_mail(
            address, event=f"{kind}:{row.id}:{ends.isoformat()}", kind=f"training.{kind}",
            subject=in_language(Text(subject, words), told.language),
            body=in_language(Text(body, words), told.language),
        )  # fmt: skip
    return bool(addresses)
