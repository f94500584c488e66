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


class RuleSource(StrEnum):
    """Where a rule in force comes from: the nearest one counts."""

    PRESET = "preset"
    LAB = "lab"
    ASSET = "asset"


class Release(StrEnum):
    """Why a claim stopped holding (``claim_released.why``)."""

    CANCELLED = "cancelled"
    MOVED = "moved"
    EXPIRED = "expired"
    DISPLACED = "displaced"
