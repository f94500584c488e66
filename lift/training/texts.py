"""Sentences of refusals and mails of training, translated where they are shown."""

from __future__ import annotations

from lift.core.i18n import N_

NOT_OPEN = N_("This session is not open for enrolment.")
TOO_LATE = N_("Enrolment ended on %(until)s.")
NOT_YOURS = N_("Only the owner or the HR of a company can enrol its people.")
NOT_THEIRS = N_("%(name)s does not belong to your company.")
ALREADY_IN = N_("%(name)s already has a place in this session.")
ELSEWHERE = N_("%(name)s is in “%(other)s” at that time.")
NOBODY = N_("Choose at least one person, or say how many seats you need.")
TOO_MANY = N_("At most %(most)s seats fit into one request.")
NOT_ALL_FIT = N_("Only %(free)s of %(wanted)s seats are free, and you asked for all or none.")
NO_POOL = N_("No seats of this session are meant for your company.")
WITHDRAW_TOO_LATE = N_("The session has begun; its trainer can note who came.")
ALREADY_OVER = N_("This place was given up already.")
OFFER_OVER = N_("This offer is over: it was answered, or its time has passed.")
SHOW_AGAIN = N_("Enrol who is left")
OTHER_SESSIONS = N_("See other sessions")
JOIN_LIST = N_("Take what is free and wait for the rest")
MAY_NOT_OPEN = N_("Only the people who run the lab %(lab)s can open or cancel its sessions.")
NOT_PUBLISHED = N_("A session teaches a published version; this one is not published.")
NO_PARTS = N_("Say at least one day with a start and an end.")
PARTS_OVERLAP = N_("Two parts of the session lie at the same time.")
PART_BACKWARDS = N_("A part ends before it starts.")
ENROL_AFTER_END = N_("The last instant to enrol lies after the end of the session.")
NO_POOLS = N_("Say how many seats there are.")
POOL_TWICE = N_("Two groups of seats are called %(name)s.")
POOL_ENDLESS = N_("A group of seats without a limit does not go with a session of %(capacity)s seats.")
POOLS_OVER = N_("The groups have %(total)s seats, the session only %(capacity)s.")
NO_FALLBACK = N_("Say to which other group the unused seats of “%(name)s” go.")
CODE_UNKNOWN = N_("This code opens no seats here. Look at it again, or leave the field empty.")
VOUCHER_UNKNOWN = N_("This voucher does not count here, or no longer. Look at it again, or leave the field empty.")
CAP = N_("At most %(most)s places of one company; yours has %(has)s, so %(left)s more can be taken.")
CAP_UNTIL = N_(
    "Until %(until)s at most %(most)s places of one company; yours has %(has)s, so %(left)s more can be taken."
)
WAIT_TOGETHER = N_("Wait together, as one group")
SESSION_OVER = N_("This session is over or was cancelled before.")
CHANGE_OTHER = N_("Change the other session")
NAMED_ALREADY = N_("This seat has a name already.")
NOT_YOUR_AID = N_("Say how much public support the firm had in the last three years, or choose another answer.")
CHOOSE_ONE = N_("Choose an answer first.")
WINDOW_LENGTH = N_("Take a dataset of %(low)s to %(high)s minutes for this question.")
COVERAGE = N_(
    "Your recording has data for only %(share)s %% of the window; %(wanted)s %% are needed. Take another one."
)
RUN_FIRST = N_("Start the run that the question describes first; your answer is checked against it.")
NO_CUT = N_("Take a dataset of your own first: the answer is checked against it.")
CUT_FAILED = N_("This dataset holds no data. Take another one; your answer is kept.")
TOO_SHORT = N_("Write at least %(least)s characters, or add a file.")
TOO_LONG_TEXT = N_("Write at most %(most)s characters.")
WRONG_FILE = N_("A file of the kind %(kinds)s is wanted here.")
FILE_TOO_LARGE = N_("The file may have at most %(mb)s MB.")
NOT_READ_LONG_ENOUGH = N_("Take a little more time: this step wants %(seconds)s seconds of reading.")
NOT_ON_ROSTER = N_("You have no seat in this session.")
NOT_RUNNING = N_("Your hour is from %(start)s to %(end)s; the machine can be driven only then.")
NO_MACHINE = N_("This session holds no machine of the kind that the step needs.")
TWIN_FIRST = N_("Five minutes on the computer copy of the machine come first.")
BRIEFING_FIRST = N_("Read the safety briefing of this lab for today and tick it.")
TRY_TWIN = N_("Try it on the computer copy")
READ_BRIEFING = N_("Read the safety briefing")
NO_PART_RUNS = N_("More time is given while the session runs.")
NOT_TRAINER = N_("Only the trainers of this session and the people who run the lab can do this.")
REVOKED_ALREADY = N_("This certificate was revoked before.")
NO_REVOKE = N_("Only the host partner's administrator or the network's coordinators can revoke a certificate.")
CERTIFICATE = {
    "network": N_("European Network for Learning Factories"),
    "number": N_("Certificate number"),
    "heading": N_("Certificate"),
    "has_finished": N_("has finished every required step of"),
    "held": N_("Held on"),
    "hours": N_("Attended"),
    "group": N_("Working group"),
    "proof": N_("How it was shown"),
    "proof_text": N_("Answers checked against the learner's own work, on the machine or on its computer copy."),
    "skills": N_("What the holder can do now"),
    "check": N_("Anybody can check this certificate:"),
    "mark_alt": N_("The mark of LIFT"),
    "qr_alt": N_("QR code that leads to the public check of this certificate"),
}
HOURS = N_("%(n)s hours")
VERSION_LINE = N_("Version %(n)s of the module, about %(minutes)s minutes of work")
LEVELS = {
    "aware": N_("knows about it"),
    "guided": N_("with guidance"),
    "independent": N_("on their own"),
    "expert": N_("can teach it"),
}
OFFER_SUBJECT = N_("A seat is free: %(title)s")
OFFER_BODY = N_(
    "A seat in “%(title)s” is free for %(name)s. It is yours if you say yes until %(until)s; "
    "then it goes to the next in line.\n\nSay yes or no here: %(url)s\n"
)
ANSWERED_ALREADY = N_("This request has its answer already, or its time is over.")
COMPANY_SAYS_YES = N_("You asked for this seat yourself, so your company says yes to it.")
SUBSTITUTE_TOO_LATE = N_("A colleague could take the seat until %(until)s.")
AID_ANSWERED = N_("Nothing is open about public support of this seat.")
ASKED_SUBJECT = N_("Your yes is asked: %(name)s, “%(title)s”")
ASKED_BODY = N_(
    "%(name)s asks for a seat in “%(title)s”. The seat is kept until %(until)s; without your yes it goes to others.\n\n"
    "Say yes or no here: %(url)s\n"
)
CLOCK_SUBJECT = N_("Until %(until)s: “%(title)s”")
CLOCK_BODIES = {
    "offered": N_(
        "The seat in “%(title)s” that is offered to %(name)s waits for a yes until %(until)s. Then it goes to the next "
        "in line.\n\nSay yes or no here: %(url)s\n"
    ),
    "awaiting_company": N_(
        "%(name)s asked for a seat in “%(title)s”. Without the company's yes until %(until)s it goes to others.\n\n"
        "Say yes or no here: %(url)s\n"
    ),
    "nameless": N_(
        "A seat of your company in “%(title)s” has no name yet. Say who comes until %(until)s; then the seat goes to "
        "others.\n\nName it here: %(url)s\n"
    ),
    "accountant": N_(
        "The seat of %(name)s in “%(title)s” waits for your accountant's figure until %(until)s. Then the seat stays, "
        "at the price without public support.\n\nSee the seat here: %(url)s\n"
    ),
}
ENDED_SUBJECT = N_("The time is over: “%(title)s”")
ENDED_BODIES = {
    "offered": N_("Nobody said yes to the offered seat in “%(title)s” for %(name)s, so it went to the next in line.\n"),
    "awaiting_company": N_(
        "The company did not say yes in time to the seat of %(name)s in “%(title)s”, so the seat is given back.\n"
    ),
    "nameless": N_("The seat in “%(title)s” got no name in time, so it is given back. It costs nothing.\n"),
    "accountant": N_(
        "Nobody told the public support of your firm in time. The seat of %(name)s in “%(title)s” stays, at the price "
        "without public support.\n"
    ),
}
REFUSED_SUBJECT = N_("No seat this time: “%(title)s”")
REFUSED_BODY = N_("Your company said no to the seat of %(name)s in “%(title)s”. Ask them, or look for another date.\n")
SEATS_TAKEN = N_("%(taken)s seats of this group are taken already, so it cannot be smaller.")
DECIDED_ALREADY = N_("This session was decided before, or is not open.")
UNDER_MINIMUM = N_("Too few people had a seat at the day of decision.")

FEEDBACK = {
    "useful": N_("I can use it at work."),
    "clear": N_("I understood the words and the steps."),
    "machine": N_("The machine or its computer copy helped me to understand."),
    "pace": N_("The time was right."),
    "again": N_("I would tell a colleague to take it."),
}
CHECK_DONE = N_("You have answered these questions already.")
CHECK_MISSING = N_("Answer every question; a guess is fine.")
CHECK_TOO_EARLY = N_("The questions at the end open when your required steps are done.")
MARK_MISSING = N_("Choose a mark for each sentence.")
NO_NEWER = N_("This session already uses that version.")
NOT_OFFERED = N_("Only a published version of the same module can be taken.")
HAS_STARTED = N_("%(n)s learners have begun with the present version; they stay on it, so the session does too.")
SESSION_OVER = N_("The session is over; its record stays as it is.")
OTHER_MACHINE = N_("The new version asks for another machine than the one this session has booked.")
LOST_SUBJECT = N_("The session on %(day)s has lost its place in %(lab)s")
LOST_BODY = N_(
    "%(lab)s had to take back what it held for the session on %(day)s. The lab says why: %(why)s\n\n"
    "Move the session or cancel it; the people who enrolled are told when you do: %(url)s"
)
UPDATE_SUBJECT = N_("A new version of “%(title)s” is out")
UPDATE_BODY = N_(
    "“%(title)s” has a version %(n)s. %(changed)s\n\nYour session on %(day)s keeps its version unless you take the new one. "
    "Look at what changed: %(url)s"
)
RECALL_SUBJECT = N_("A step of “%(title)s” was stopped")
RECALL_BODY = N_(
    "The step “%(step)s” of “%(title)s” was stopped because it is unsafe: %(reason)s\n\nIt cannot be started any more. "
    "Machines that ran it are in their safe state. Go on with the next step; a new version follows."
)
CANCELLED_SUBJECT = N_("Cancelled: “%(title)s”")
CANCELLED_BODY = N_(
    "“%(title)s” does not take place: %(reason)s\n\nThe place of %(name)s has ended and costs nothing. "
    "Look for another date: %(url)s\n"
)
