"""Sentences of content: refusals, and the words for its states and kinds."""

from __future__ import annotations

from lift.content.enums import ReviewDecision, StepKind, VersionState
from lift.core.i18n import N_

NOT_AUTHOR = N_("Only authors of the working group can write its modules.")
NOT_LEAD = N_("Publishing is the act of the working group's lead.")
NO_GROUP = N_("There is no working group “%(topic)s”.")
DRAFT_EXISTS = N_("This module already has a draft; go on with that one.")
NOT_IN_REVIEW = N_("This version is not in review.")
NOT_DRAFT = N_("Only a draft can be sent to review.")
OWN_WORK = N_("Nobody reviews their own work.")
NOT_IN_REVIEW = N_("This version is not in review (any more), so there is nothing to decide.")
NOT_REVIEWER = N_("You were not asked to review this version.")
NOT_APPROVED = N_("The version needs an approval by somebody who did not write it.")
NO_OTHER_PARTNER = N_("At least one approval must come from another partner.")
NOT_PUBLISHED = N_("Only a published version can be retired.")

STATES = {
    VersionState.DRAFT: N_("draft"),
    VersionState.REVIEW: N_("in review"),
    VersionState.APPROVED: N_("approved, not yet published"),
    VersionState.PUBLISHED: N_("published"),
    VersionState.RETIRED: N_("retired"),
}
TONES = {
    VersionState.DRAFT: "open",
    VersionState.REVIEW: "att",
    VersionState.APPROVED: "brand",
    VersionState.PUBLISHED: "good",
    VersionState.RETIRED: "off",
}
KINDS = {
    StepKind.READ: N_("Read"),
    StepKind.WATCH: N_("Watch"),
    StepKind.QUIZ: N_("Answer questions"),
    StepKind.LIVE: N_("At the real machine"),
    StepKind.SIMULATE: N_("Try it on the computer copy"),
    StepKind.DATASET: N_("Work with recorded data"),
    StepKind.UPLOAD: N_("Hand in a file"),
}
ICONS = {
    StepKind.READ: "book-open",
    StepKind.WATCH: "play",
    StepKind.QUIZ: "circle-check",
    StepKind.LIVE: "radio",
    StepKind.SIMULATE: "cpu",
    StepKind.DATASET: "database",
    StepKind.UPLOAD: "upload",
}
LEVELS = {
    "aware": N_("knows what it is"),
    "guided": N_("can do it with help"),
    "independent": N_("can do it alone"),
}
DECISIONS = {
    ReviewDecision.ASKED: N_("asked, no answer yet"),
    ReviewDecision.APPROVED: N_("approved"),
    ReviewDecision.CHANGES: N_("wants changes"),
    ReviewDecision.DECLINED: N_("declined"),
}
