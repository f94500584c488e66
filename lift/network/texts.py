"""Sentences of the network: refusals, and the words for its states."""

from __future__ import annotations

from lift.core.i18n import N_
from lift.network.enums import GroupStanding, OutcomeKind, OutcomeState, PartnerState, RequestState

NOT_YOURS_TO_MOVE = N_(
    "Academic partners are moved by the activity leader, labs and training providers by the business owner."
)
NOT_THAT_STEP = N_("A partner that is “%(now)s” cannot become “%(next)s” at once.")
REASON_NEEDED = N_("Say in a few words why; it stays on record.")

NOT_IN_GROUP = N_("Only the people of the working group can do this. Ask its lead to let you take part.")
NOT_GROUP_LEAD = N_("This is decided by the lead of the working group.")
NOT_A_JOINING_BODY = N_(
    "Universities, competence centres, laboratories and training providers take part in working groups. "
    "Firms learn in sessions."
)
IS_MEMBER = N_("Your organisation already takes part in this group.")
HAS_ASKED = N_("Your organisation has already asked; the answer is on its way.")
IS_ANSWERED = N_("This request was answered meanwhile.")
ANSWER_NEEDED = N_("Say in a sentence why; the person who asked reads it.")
OUTCOME_NEEDS_FILE = N_("Give a link or a file, so that others can use the outcome.")
OUTCOME_NEEDS_CONTRIBUTORS = N_("Name the partners that made it.")
OUTCOME_NEEDS_LICENCE = N_("Choose a licence.")
OUTCOME_NEEDS_GAIN = N_("Say in one sentence what a small firm gains from it.")
NOT_THAT_OUTCOME_STEP = N_("This step is not possible: the outcome is now “%(now)s”.")
WRONG_FILE = N_("Send a PDF, PNG, JPEG, MP4, ZIP, CSV or text file. What came is none of these.")
FILE_TOO_LARGE = N_("The file has more than %(mb)s MB. Send a smaller one, or give a link.")
ASKED_SUBJECT = N_("%(body)s asks to take part in “%(group)s”")
ASKED_BODY = N_(
    "%(name)s of %(body)s asks to take part in the working group “%(group)s”.\n\n%(brings)s\n\nAnswer here: %(url)s"
)
ANSWERED_SUBJECT = N_("Your request to take part in “%(group)s”")
YES_BODY = N_("%(body)s now takes part in “%(group)s” as a contributor: you can write drafts and review.\n\n%(url)s")
NO_BODY = N_("%(body)s does not take part in “%(group)s” for now.\n\n%(answer)s\n\n%(url)s")
CONTRIBUTOR_REASON = N_("accepted as a contributor of the working group")

REQUEST_STATES = {
    RequestState.ASKED: N_("waits for an answer"),
    RequestState.ACCEPTED: N_("takes part"),
    RequestState.DECLINED: N_("declined"),
}

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
