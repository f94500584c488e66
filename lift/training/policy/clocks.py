"""Clocks of enrolment: how long each runs, when it warns, when it may act (E9, E28). Pure; instants in UTC."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from lift.training.enums import AidAnswer, EnrolmentStatus
from lift.training.models import Enrolment, PilotSession
from lift.training.policy.workdays import after_workdays

OFFER_LASTS = timedelta(hours=48)
AT_LEAST = timedelta(hours=2)
COMPANY_HAS_WORKDAYS = 2
ACCOUNTANT_HAS_WORKDAYS = 5
LAST_DAY = timedelta(hours=24)


@dataclass(frozen=True)
class Clock:
    """From ``began`` to ``ends``. ``warned``: since when its first warning stands in the outbox."""

    began: datetime
    ends: datetime
    warned: datetime | None = None
    warned_again: bool = False
    extended: bool = False

    @property
    def quarter(self) -> timedelta:
        """How long before the end the warning must stand, and by how much a missed one extends the clock."""
        return (self.ends - self.began) / 4


def offer_ends(now: datetime, starts_at: datetime) -> datetime:
    """48 h, never more than half the time left, never under 2 h."""
    return _bounded(now, now + OFFER_LASTS, starts_at)


def company_yes_ends(now: datetime, starts_at: datetime, country: str, zone: str) -> datetime:
    """Two working days of the company's country, in the same bounds."""
    return _bounded(now, after_workdays(now, COMPANY_HAS_WORKDAYS, country, zone), starts_at)


def aid_answer_ends(now: datetime, starts_at: datetime, country: str, zone: str) -> datetime:
    """Five working days for the accountant, in the same bounds (S8)."""
    return _bounded(now, after_workdays(now, ACCOUNTANT_HAS_WORKDAYS, country, zone), starts_at)


def place_ends(row: Enrolment, session: PilotSession, country: str, now: datetime) -> datetime | None:
    """When the clock ends that a place in this state has from now on; None where none runs."""
    if row.status is EnrolmentStatus.OFFERED:
        return offer_ends(now, session.starts_at)
    if row.status is EnrolmentStatus.AWAITING_COMPANY:
        return company_yes_ends(now, session.starts_at, country, session.zone)
    if row.status is not EnrolmentStatus.CONFIRMED or now >= session.starts_at:
        return None
    if row.person_id is None:
        return names_end(now, session.starts_at, session.names_until)
    if row.aid is AidAnswer.ACCOUNTANT:
        return aid_answer_ends(now, session.starts_at, country, session.zone)
    return None


def names_end(now: datetime, starts_at: datetime, names_until: datetime) -> datetime:
    """The naming deadline; a seat taken after it, or shortly before, has half the time left."""
    return max(names_until, now + max(AT_LEAST, (starts_at - now) / 2)) if names_until - now < AT_LEAST else names_until


def _bounded(now: datetime, wanted: datetime, starts_at: datetime) -> datetime:
    return now + max(AT_LEAST, min(wanted - now, (starts_at - now) / 2))


def warning_due(clock: Clock, now: datetime) -> str:
    """Which warning is to be written now: ``half`` at half time, ``day`` 24 h before the end, '' none."""
    length = clock.ends - clock.began
    if clock.warned is None:
        return "half" if now >= clock.began + length / 2 else ""
    day = clock.ends - LAST_DAY
    if length > LAST_DAY and not clock.warned_again and now >= day and clock.warned < day:
        return "day"
    return ""


def may_act(clock: Clock, now: datetime) -> bool:
    """Whether the end may do what it does: its warning stood a quarter of the clock before, or that quarter was added."""
    stood = clock.warned is not None and clock.warned <= clock.ends - clock.quarter
    return now >= (clock.ends if stood or clock.extended else clock.ends + clock.quarter)


def extended(clock: Clock, now: datetime) -> datetime:
    """The new end of a clock whose warning was missed: a quarter more, at least from now."""
    return max(clock.ends, now) + clock.quarter
