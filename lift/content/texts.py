"""Sentences of content: refusals, and the words for its states and kinds."""

from __future__ import annotations

from lift.content.enums import ReviewDecision, StepKind, VersionState
from lift.core.i18n import N_

NOT_AUTHOR = N_("Only authors of the working group can write its modules.")
NOT_LEAD = N_("Publishing is the act of the working group's lead.")
NO_GROUP = N_("There is no working group “%(topic)s”.")
DRAFT_EXISTS = N_("This module already has a draft; go on with that one.")
OTHER_GROUP = N_("The module “%(slug)s” belongs to another working group; give yours another slug.")
NOT_DRAFT = N_("Only a draft can be sent to review.")
OWN_WORK = N_("Nobody reviews their own work.")
NOT_IN_REVIEW = N_("This version is not in review (any more), so there is nothing to decide.")
NOT_REVIEWER = N_("You were not asked to review this version.")
NOT_APPROVED = N_("The version needs an approval by somebody who did not write it.")
NO_OTHER_PARTNER = N_("At least one approval must come from another partner.")
NOT_WHOLE_YET = N_("The draft is not complete, so it cannot be written as files yet: %(first)s")
NOT_PUBLISHED = N_("Only a published version can be retired.")
APPROVED_ELSEWHERE = N_("Approved by somebody of another partner")
OPEN_MUST_FIX = N_("%(n)s comments say “must fix”.")
NO_MUST_FIX = N_("No comment says “must fix”")
STEP_NOT_WHOLE = N_("The step “%(step)s” is not complete.")
HEAD_NOT_WHOLE = N_("What stands beside the steps is not complete.")
IS_WHOLE = N_("Everything is filled in")
IS_WHOLE_NOTE = N_("Texts in every language, pictures described, exercises that can be answered, skills, shares of 100")
HAS_LICENCE = N_("Licence: %(licence)s")
NO_HOST = N_("No lab of the network has a machine that could carry its live steps.")
CAN_BE_HOSTED = N_("A lab can host it")
HOSTS_NOTE = N_("Machines that have what it asks for: %(n)s")
NOT_RUN = N_("Nobody but its authors has run its live steps to their end; %(n)s to go.")
WAS_RUN = N_("Each live step was run by somebody who did not write it")
DEAD_LINKS = N_("Links that do not answer: %(n)s.")
DEAD_LINK_NOTE = N_("%(url)s is asked again every day. If you know that it works, vouch for it for 90 days.")
LINKS_FINE = N_("No link is known to be dead; there are %(n)s")
OTHER_TYPE = N_("It is another kind of machine.")
LACKS_CAPABILITIES = N_("It lacks: %(names)s.")
NO_FREE_WINDOW = N_("It is not free for %(minutes)s minutes in the next %(days)s days.")
NO_TWIN = N_("It has no computer copy for the case that it fails.")
FEW_OPERATORS = N_("The lab has named %(there)s people who run it; %(asked)s are asked for.")

NO_OUTCOME = N_("Only an accepted outcome becomes a module. The lead of the group accepts it.")
NO_RIGHT_TO_EDIT = N_("Only a draft can be changed. Open a new draft of it; this version stays as it is.")
CHANGED_MEANWHILE = N_(
    "%(who)s changed this step while you were writing. Nothing of either text is lost: both stand here. "
    "Put together what should stay, then save again."
)
HEAD_CHANGED_MEANWHILE = N_(
    "Somebody else changed this while you were writing. Look at what stands there now, then save again."
)
SOMEBODY = N_("Somebody")
ISSUE_NEEDS_TEXT = N_("Say what should be better.")
NO_TITLE = N_("Give the step a title.")
LAST_STEP = N_("A module has at least one step.")
TOO_MANY_STEPS = N_("A module has at most 20 steps.")
BAD_TOML = N_("The exercises cannot be read: %(detail)s.")
BAD_EXERCISE = N_("%(place)s: %(text)s %(way)s")
PICTURE_TOO_LARGE = N_("The picture has more than %(kb)s kB. Make it smaller.")
PICTURE_NOT_SVG = N_("Send the picture as SVG; that stays sharp on every screen and can be translated.")
PICTURE_FAULT = N_("%(text)s %(way)s")
DRAFT_IS_OPEN = N_("A draft is open already; go on with that one.")
REVIEW_OVER = N_("This review is over; the lead can ask again.")
DUE_IN_PAST = N_("The due date lies in the past. Choose a day that is still to come.")
NAME_NEEDED = N_("Name somebody else whom the group could ask instead.")
NOTE_NEEDED = N_("Say in a sentence what must change.")
NOT_A_REVIEWER = N_("This person does not review for the working group.")
QUOTE_MISSING = N_("These words do not stand in the step. Mark them in the text and try again.")
COMMENT_NEEDED = N_("Write what you want to say about the passage.")
NOT_YOUR_COMMENT = N_("A “must fix” is settled by who wrote it, or by the lead of the group.")
TRIAL_BY_AUTHOR = N_("Somebody who did not write the module must run this step.")
TRIAL_NOT_SEEN = N_(
    "The platform has not seen you run it to its end yet: on the computer copy change a value, ask for more than the "
    "limit, and press Stop."
)
NOT_A_LIVE_STEP = N_("Only a live step is run at the machine.")
NO_SUCH_LINK = N_("This link is not known to be dead.")
RECALL_REASON = N_("Say what is unsafe; learners and trainers read it.")
RECALLED = N_(
    "This step was stopped because it is unsafe: %(reason)s A new version is on its way; go on with the next step."
)
NOT_RECALLER = N_("A step is marked unsafe by the lead of the working group or by the people of a lab.")
IS_RECALLED = N_("This step is already marked as unsafe.")

REVIEW_SUBJECT = N_("Please review “%(title)s”, version %(n)s")
REVIEW_BODY = N_(
    "%(name)s, the working group asks you to review “%(title)s”, version %(n)s.\n\n%(scope)s\n"
    "It should take about %(minutes)s minutes. Please answer by %(due)s.\n\nAccept, or name somebody else: %(url)s"
)
HALF_SUBJECT = N_("Half of the time for your review has passed: “%(title)s”")
DUE_SUBJECT = N_("Your review is due: “%(title)s”")
REMIND_BODY = N_("%(name)s, your review of “%(title)s”, version %(n)s, is asked for by %(due)s.\n\n%(url)s")

CHECKLIST = {
    "minutes": N_("Minutes per step are realistic"),
    "words": N_("A technician understands every word"),
    "sources": N_("Formulas name their source"),
    "limits": N_("The limits fit every lab that hosts it"),
    "answers": N_("Each exercise has one clear answer"),
    "home": N_("It says what to do at home on Monday"),
}

STATES = {
    VersionState.DRAFT: N_("draft"),
    VersionState.REVIEW: N_("in review"),
    VersionState.APPROVED: N_("approved, not yet published"),
    VersionState.PUBLISHED: N_("published"),
    VersionState.RETIRED: N_("retired"),
    VersionState.REPLACED: N_("replaced by a newer draft"),
}
TONES = {
    VersionState.DRAFT: "open",
    VersionState.REVIEW: "att",
    VersionState.APPROVED: "brand",
    VersionState.PUBLISHED: "good",
    VersionState.RETIRED: "off",
    VersionState.REPLACED: "off",
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
ACCEPTED = N_("accepted, not yet decided")
DECISIONS = {
    ReviewDecision.ASKED: N_("asked, no answer yet"),
    ReviewDecision.APPROVED: N_("approved"),
    ReviewDecision.CHANGES: N_("wants changes"),
    ReviewDecision.DECLINED: N_("declined"),
    ReviewDecision.REPLACED: N_("somebody else was asked instead"),
}
RULES = {
    "view": N_("it was read"),
    "answer": N_("its answers are right"),
    "evidence": N_("own work is kept"),
    "twin_check": N_("everything was tried on the computer copy"),
    "signoff": N_("a trainer signed it off"),
}
METHODS = {
    "see-predict-measure": N_("See, predict, measure"),
    "predict-run-explain": N_("Predict, run, explain"),
}
METHOD_TEXTS = {
    "see-predict-measure": N_(
        "The learner watches first, says what will happen, then measures it on the machine and explains the difference."
    ),
    "predict-run-explain": N_(
        "The learner writes down a guess before each run of the simulator and explains where it was wrong."
    ),
}
