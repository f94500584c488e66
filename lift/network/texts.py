"""Sentences of the network: refusals, and the words for its states."""

from __future__ import annotations

from lift.core.i18n import N_
from lift.network.enums import GroupStanding, OutcomeKind, OutcomeState, PartnerState

NOT_YOURS_TO_MOVE = N_(
    "Academic partners are moved by the activity leader, labs and training providers by the business owner."
)
NOT_THAT_STEP = N_("A partner that is “%(now)s” cannot become “%(next)s” at once.")
REASON_NEEDED = N_("Say in a few words why; it stays on record.")

STATES = {
    PartnerState.APPLIED: N_("applied"),
    PartnerState.CHECKED: N_("checked"),
    PartnerState.AGREED: N_("agreement signed"),
    PartnerState.TRIAL: N_("on trial"),
    PartnerState.ACTIVE: N_("active"),
    PartnerState.SUSPENDED: N_("suspended"),
}
TONES = {
    PartnerState.APPLIED: "open",
    PartnerState.CHECKED: "brand",
    PartnerState.AGREED: "brand",
    PartnerState.TRIAL: "att",
    PartnerState.ACTIVE: "good",
    PartnerState.SUSPENDED: "bad",
}
NETWORK_ROLES = {
    "partner": N_("Partner"),
    "activity_leader": N_("Partner and activity leader: answers academic bodies that want to join"),
    "business_owner": N_("Partner and business owner: answers laboratories and training providers that want to join"),
    "host": N_("Host of the network, not one of the twelve that signed"),
}
SHORT_ROLES = {
    "partner": N_("partner"),
    "activity_leader": N_("activity leader"),
    "business_owner": N_("business owner"),
    "host": N_("host of the network"),
}
STANDINGS = {
    GroupStanding.LEAD: N_("leads"),
    GroupStanding.MEMBER: N_("member"),
    GroupStanding.CONTRIBUTOR: N_("contributor"),
}
OUTCOME_KINDS = {
    OutcomeKind.REPORT: N_("report"),
    OutcomeKind.DATA: N_("data"),
    OutcomeKind.CODE: N_("code"),
    OutcomeKind.VIDEO: N_("video"),
    OutcomeKind.DEMONSTRATOR: N_("demonstrator"),
}
OUTCOME_STATES = {
    OutcomeState.PROPOSED: N_("proposed"),
    OutcomeState.ACCEPTED: N_("accepted"),
    OutcomeState.IN_THE_MAKING: N_("in the making"),
    OutcomeState.PUBLISHED: N_("published"),
    OutcomeState.RETIRED: N_("retired"),
}
OUTCOME_TONES = {
    OutcomeState.PROPOSED: "open",
    OutcomeState.ACCEPTED: "brand",
    OutcomeState.IN_THE_MAKING: "att",
    OutcomeState.PUBLISHED: "good",
    OutcomeState.RETIRED: "off",
}
BASES = {
    "seed": N_("The article on the network names this topic."),
    "proposal": N_("Our proposal: the article on the network does not name this topic."),
}

ARTICLE = N_("The article of EIT Manufacturing on the network (2020)")
UNVERIFIED = N_("General knowledge, not checked against a register")
DEMO = N_("Invented for the demo world")
NO_SOURCE = N_("No source is stored")
