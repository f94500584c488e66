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
OFFER_OVER = N_("The offer ended on %(until)s; the seat went to the next in line.")
SHOW_AGAIN = N_("Enrol who is left")
OTHER_SESSIONS = N_("See other sessions")
JOIN_LIST = N_("Take what is free and wait for the rest")
MAY_NOT_OPEN = N_("Only the people who run the lab %(lab)s can open or cancel its sessions.")
NOT_PUBLISHED = N_("A session teaches a published version; this one is not published.")
NO_PARTS = N_("Say at least one day with a start and an end.")
PARTS_OVERLAP = N_("Two parts of the session lie at the same time.")
PART_BACKWARDS = N_("A part ends before it starts.")
ENROL_AFTER_START = N_("The last day to enrol lies after the start of the session.")
NO_POOLS = N_("Say how many seats there are.")
POOL_TWICE = N_("Two groups of seats are called %(name)s.")
SESSION_OVER = N_("This session is over or was cancelled before.")
CHANGE_OTHER = N_("Change the other session")
NAMED_ALREADY = N_("This seat has a name already.")
NOT_YOUR_AID = N_("Say how much public support the firm had in the last three years, or choose another answer.")
