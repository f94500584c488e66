"""States of training."""

from __future__ import annotations

from enum import StrEnum


class SessionKind(StrEnum):
    """T14."""

    PILOT = "pilot"
    REGULAR = "regular"
    DEMONSTRATION = "demonstration"


class SessionStatus(StrEnum):
    """Life of a session."""

    DRAFT = "draft"
    OPEN = "open"
    RUNNING = "running"
    OVER = "over"
    CANCELLED = "cancelled"


class SessionMode(StrEnum):
    """Where people are."""

    ON_SITE = "on_site"
    REMOTE = "remote"
    MIXED = "mixed"


class SeatsBand(StrEnum):
    """V1: what a visitor may know of the seats."""

    PLENTY = "plenty"
    FREE = "free"
    FEW = "few"
    FULL = "full"
    CLOSED = "closed"


class AidAnswer(StrEnum):
    """S8: one question on public aid, three answers. None of them takes the seat away."""

    WITH_AID = "with_aid"
    ACCOUNTANT = "accountant"
    FULL_PRICE = "full_price"


class Decision(StrEnum):
    """E15. Who decides to cancel cancels; who postpones moves the session and is asked again."""

    GO = "go"
    CANCEL = "cancel"


class VoucherKind(StrEnum):
    """What a voucher takes off a seat's price."""

    FIXED = "fixed"  # value in cents
    PERCENT = "percent"
    FULL = "full"


class Fit(StrEnum):
    """S1, S11: what shall happen when not all of a request fit."""

    SOME = "some"  # seats that are free, the others wait
    ALL = "all"  # all or nothing
    TOGETHER = "together"  # all, or they wait as one group that is never split


class LengthBand(StrEnum):
    """How the days of a session lie."""

    ONE_DAY = "one_day"
    TWO_DAYS = "two_days"
    MORE_DAYS = "more_days"


class EnrolmentStatus(StrEnum):
    """RULES 2, status."""

    HOLD = "hold"
    AWAITING_COMPANY = "awaiting_company"
    AWAITING_PREREQUISITES = "awaiting_prerequisites"
    AWAITING_APPROVAL = "awaiting_approval"
    OFFERED = "offered"
    CONFIRMED = "confirmed"
    ATTENDED = "attended"
    PARTLY = "partly"
    ABSENT = "absent"
    WAITING = "waiting"
    DECLINED = "declined"
    WITHDRAWN_IN_TIME = "withdrawn_in_time"
    WITHDRAWN_LATE = "withdrawn_late"
    REFUSED = "refused"
    EXPIRED = "expired"
    SESSION_CANCELLED = "session_cancelled"


SEATED = (
    EnrolmentStatus.HOLD,
    EnrolmentStatus.AWAITING_COMPANY,
    EnrolmentStatus.AWAITING_PREREQUISITES,
    EnrolmentStatus.AWAITING_APPROVAL,
    EnrolmentStatus.OFFERED,
    EnrolmentStatus.CONFIRMED,
    EnrolmentStatus.ATTENDED,
    EnrolmentStatus.PARTLY,
    EnrolmentStatus.ABSENT,
)
"""States that take a seat."""

ADMITTED = (
    EnrolmentStatus.CONFIRMED,
    EnrolmentStatus.ATTENDED,
    EnrolmentStatus.PARTLY,
    EnrolmentStatus.ABSENT,
)
"""Seats that were confirmed: who has one of these comes in; a hold or an offer opens no machine."""

LIVE = (*SEATED, EnrolmentStatus.WAITING)
"""States in which the same person cannot enrol again."""


class LedgerReason(StrEnum):
    """Why a pool's count moved."""

    ENROLLED = "enrolled"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    PROMOTED = "promoted"
    DECLINED = "declined"
    REFUSED = "refused"
    CANCELLED = "cancelled"


class StepState(StrEnum):
    """A learner's progress on one step."""

    OPEN = "open"
    DONE = "done"
