"""Kinds and states of labs and bookings."""

from __future__ import annotations

from enum import StrEnum


class AccessClass(StrEnum):
    """What a remote learner may do with an asset (M1)."""

    VIEW = "view"
    SIMULATE = "simulate"
    SUPERVISED = "supervised"
    FREE = "free"
    ON_SITE_ONLY = "on_site_only"


class ResourceKind(StrEnum):
    """Anything bookable. A trainer is a person: one person's time is one unit, whatever they do in it."""

    ASSET = "asset"
    ROOM = "room"
    TWIN_SEAT = "twin_seat"
    PERSON = "person"


class Preset(StrEnum):
    """The three rule sets a lab starts from (M25)."""

    TEACHING_ONLY = "teaching_only"
    SUPERVISED_PRACTICE = "supervised_practice"
    OPEN_PRACTICE = "open_practice"


class Purpose(StrEnum):
    """Why somebody books (RULES 1)."""

    TRAINING = "training"
    EDUCATION = "education"
    REMOTE_LEARNING = "remote_learning"
    RESEARCH = "research"
    CONSULTANCY = "consultancy"
    DEMONSTRATION = "demonstration"


class BookingStatus(StrEnum):
    """RULES 1, status."""

    HOLD = "hold"
    PENDING = "pending"
    CONFIRMED = "confirmed"
    ACTIVE = "active"
    DONE = "done"
    CANCELLED_IN_TIME = "cancelled_in_time"
    CANCELLED_LATE = "cancelled_late"
    DECLINED = "declined"
    EXPIRED = "expired"
    NO_SHOW = "no_show"
    DISPLACED = "displaced"


HOLDING = (BookingStatus.HOLD, BookingStatus.PENDING, BookingStatus.CONFIRMED, BookingStatus.ACTIVE)
"""States in which claims exist and may still be given up (``done`` keeps its claims for good)."""


class BlockKind(StrEnum):
    """Why time is taken away."""

    MAINTENANCE = "maintenance"
    FAILURE = "failure"
    CLOSURE = "closure"
    EVENT = "event"
    OUTSIDE = "outside"


class FeedOf(StrEnum):
    """Whose bookings a calendar address shows."""

    PERSON = "person"
    ASSET = "asset"
    LAB = "lab"


class RuleSource(StrEnum):
    """Where a rule in force comes from: the nearest one counts."""

    NETWORK = "network"
    PRESET = "preset"
    LAB = "lab"
    ASSET_PRESET = "asset_preset"
    ASSET = "asset"


class ApprovalMode(StrEnum):
    """Who must say yes to a booking (M6)."""

    NONE = "none"
    ANY = "any"
    ALL = "all"


class TimeOut(StrEnum):
    """What happens when nobody decided in time."""

    DECLINE = "decline"
    ESCALATE = "escalate"


class RequestState(StrEnum):
    """How a request for a yes stands."""

    OPEN = "open"
    GRANTED = "granted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


class FailureState(StrEnum):
    """From the report of a problem to its outcome (M16)."""

    REPORTED = "reported"
    DOWN = "down"
    BACK = "back"
    NO_FAULT = "no_fault"


class WishState(StrEnum):
    """A wish for time that was not free (M13)."""

    WAITING = "waiting"
    OFFERED = "offered"
    MET = "met"
    ENDED = "ended"


class Need(StrEnum):
    """What a lab may ask of a person before a kind of machine (M8)."""

    INDUCTION = "induction"
    QUIZ = "quiz"
    TWIN_CHECK = "twin_check"
    SUPERVISED_HOURS = "supervised_hours"
    SIGN_OFF = "signoff"


class Release(StrEnum):
    """Why a claim stopped holding (``claim_released.why``)."""

    CANCELLED = "cancelled"
    MOVED = "moved"
    EXPIRED = "expired"
    DISPLACED = "displaced"
    ASKED = "asked"
    DECLINED = "declined"
    NO_SHOW = "no_show"
