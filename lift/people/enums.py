"""Kinds and states of people and organisations."""

from __future__ import annotations

from enum import StrEnum


class OrganisationKind(StrEnum):
    """What a body is."""

    UNIVERSITY = "university"
    COMPETENCE_CENTRE = "competence_centre"
    INNOVATION_COMMUNITY = "innovation_community"
    CLUSTER = "cluster"
    COMPANY = "company"
    LABORATORY = "laboratory"
    TRAINING_PROVIDER = "training_provider"
    NETWORK = "network"


class SizeClass(StrEnum):
    """Recommendation 2003/361/EC; ``unknown`` until declared."""

    MICRO = "micro"
    SMALL = "small"
    MEDIUM = "medium"
    LARGE = "large"
    UNKNOWN = "unknown"


class ConsentPurpose(StrEnum):
    """RULES E24; none is a condition of a seat."""

    SHARE_WITH_EMPLOYER = "share_with_employer"
    SHARE_WITH_CLUSTER = "share_with_cluster"
    PHOTO = "photo"
    CONTACT = "contact"
    PUBLIC_CONTACT = "public_contact"


class VatState(StrEnum):
    """What is known of a VAT number. An unreachable register is ``unchecked``; it costs nobody a seat (RULES E2)."""

    UNCHECKED = "unchecked"
    VALID = "valid"
    UNKNOWN = "unknown"  # the register answered, and does not know it
    VOUCHED = "vouched"  # a cluster officer or a coordinator answers for the firm


class LinkKind(StrEnum):
    """Recommendation 2003/361/EC, annex, article 3. Linked firms are one undertaking."""

    LINKED = "linked"
    PARTNER = "partner"


class JoinState(StrEnum):
    """RULES R6."""

    OPEN = "open"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    LAPSED = "lapsed"
    TAKEN_BACK = "taken_back"
