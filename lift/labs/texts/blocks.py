"""What people read when the lab takes time away, and when it comes back."""

from __future__ import annotations

from lift.core.i18n import N_, Text

DISPLACED_SUBJECT = N_("Your booking in %(lab)s, %(when)s: the lab needs the time")
DISPLACED_BODY = N_(
    "Hello %(name)s,\n\nyour booking in %(lab)s, %(when)s, cannot take place. The lab says why: %(why)s\n\n"
    "%(offer)s\n\nThis does not count against you.\n\n%(url)s\n"
)
OFFERED = N_("These times would do instead; take one with one press on the page of the booking:\n%(starts)s")
NOTHING_NEAR = Text(N_("No other time is free within the weeks that can be booked. Please write to the lab."))
BACK_SUBJECT = N_("Your old time in %(lab)s, %(when)s, is free again")
BACK_BODY = N_(
    "Hello %(name)s,\n\nthe time that %(lab)s had to take from you, %(when)s, is free again. Whoever takes it first has it; "
    "it is offered until %(until)s.\n\n%(url)s\n"
)
CHOOSE_A_TIME = Text(N_("Choose one of the times offered."))
NOT_DISPLACED = Text(N_("The lab did not take this booking back, so there is no other time to choose."))
BLOCK_OVER = Text(N_("This block is over or was removed; it cannot be changed any more."))

# ---- M16
FAILURE_CLOSED = Text(N_("This problem has been closed already. Report it again if it is back."))
RETURN_IN_PAST = Text(N_("Choose a return that lies ahead."))
SAY_WHAT = Text(N_("Say in a few words what is wrong."))
OUTCOME_SUBJECT = N_("What became of your report: %(asset)s")
OUTCOME_BODY = N_(
    "Hello %(name)s,\n\nyou reported a problem of %(asset)s in %(lab)s: %(what)s\n\n%(outcome)s\n\n%(said)s\n\nThank you.\n"
)
REPORT_SUBJECT = N_("Problem reported: %(asset)s")
REPORT_BODY = N_("Hello %(name)s,\n\n%(asset)s in %(lab)s has a problem: %(what)s\n\nDecide what happens: %(url)s\n")
MAY_NOT_REPORT = N_("Only people who work in %(lab)s or have booked there report problems. Write to the lab instead.")
SAY_OUTCOME = Text(N_("Say in a few words what became of it; the reporter reads it."))
IS_BACK = N_("It is in order again.")
NO_FAULT = N_("The lab looked and found nothing wrong.")
