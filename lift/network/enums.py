"""States of partners, groups and outcomes."""

from __future__ import annotations

from enum import StrEnum


class PartnerState(StrEnum):
    """N1: the way into the network."""

    APPLIED = "applied"
    CHECKED = "checked"
    AGREED = "agreed"
    TRIAL = "trial"
    ACTIVE = "active"
    SUSPENDED = "suspended"


class GroupStanding(StrEnum):
    """How an organisation takes part in a working group (N12)."""

    LEAD = "lead"
    MEMBER = "member"
    CONTRIBUTOR = "contributor"


class OutcomeKind(StrEnum):
    """A15."""

    REPORT = "report"
    DATA = "data"
    CODE = "code"
    VIDEO = "video"
    DEMONSTRATOR = "demonstrator"


class OutcomeState(StrEnum):
    """Life of an outcome (N12)."""

    PROPOSED = "proposed"
    ACCEPTED = "accepted"
    IN_THE_MAKING = "in_the_making"
    PUBLISHED = "published"
    RETIRED = "retired"


class RequestState(StrEnum):
    """A body asks to take part in a working group (N12)."""

    ASKED = "asked"
    ACCEPTED = "accepted"
    DECLINED = "declined"
