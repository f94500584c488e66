"""Sentences and labels of people: refusals, kinds, sizes, roles, mails."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lift.core.actor import Role
from lift.core.i18n import N_, Text
from lift.people.enums import OrganisationKind, SizeClass

if TYPE_CHECKING:
    from lift.people.models import Organisation

KINDS = {
    OrganisationKind.UNIVERSITY: N_("university"),
    OrganisationKind.COMPETENCE_CENTRE: N_("competence centre"),
    OrganisationKind.INNOVATION_COMMUNITY: N_("innovation community"),
    OrganisationKind.CLUSTER: N_("cluster"),
    OrganisationKind.COMPANY: N_("company"),
    OrganisationKind.LABORATORY: N_("laboratory"),
    OrganisationKind.TRAINING_PROVIDER: N_("training provider"),
    OrganisationKind.NETWORK: N_("network"),
}

SIZES = {
    SizeClass.MICRO: N_("micro firm"),
    SizeClass.SMALL: N_("small firm"),
    SizeClass.MEDIUM: N_("medium firm"),
    SizeClass.LARGE: N_("large firm"),
    SizeClass.UNKNOWN: N_("firm, size not told yet"),
}

ROLES = {
    Role.OWNER: N_("Owner or HR"),
    Role.LEARNER: N_("Learner"),
    Role.LEAD: N_("Group lead"),
    Role.AUTHOR: N_("Author"),
    Role.REVIEWER: N_("Reviewer"),
    Role.TRAINER: N_("Trainer"),
    Role.QUALIFIER: N_("Qualifier"),
    Role.LAB_MANAGER: N_("Lab manager"),
    Role.LAB_TECHNICIAN: N_("Lab technician"),
    Role.PARTNER_ADMIN: N_("Partner administrator"),
    Role.SIGNATORY: N_("Signatory"),
    Role.OFFICER: N_("Cluster officer"),
    Role.ACTIVITY_LEADER: N_("Activity leader"),
    Role.BUSINESS_OWNER: N_("Business owner"),
    Role.COORDINATOR: N_("Coordinator"),
    Role.AUDITOR: N_("Auditor"),
    Role.OPERATOR: N_("Operator"),
}

WRONG_ADDRESS_OR_PASSWORD = Text(
    N_("Address and password do not fit together. Check both; capital letters count in the password.")
)


def kind_label(organisation: Organisation) -> str:
    """What a body is, in two words; a firm by its size."""
    if organisation.company is not None:
        return SIZES[organisation.company.size_class]
    return KINDS[organisation.kind]
