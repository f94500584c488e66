"""What labs say when something is not possible, and how rules are called. Translated where it is shown."""

from __future__ import annotations

from lift.core.i18n import N_, Text
from lift.labs.enums import (
    AccessClass,
    BlockKind,
    BookingStatus,
    Need,
    Preset,
    Purpose,
    RuleSource,
)

# ---- B1 shape
ENDS_BEFORE_START = Text(N_("The end must lie after the start."))
OFF_STEP = N_("%(asset)s is booked in steps of %(minutes)s minutes. The nearest start is %(at)s.")
LENGTH_OFF_STEP = N_("%(asset)s is booked in steps of %(minutes)s minutes. Choose a length that is a multiple of it.")
SKIPPED_HOUR = N_("%(wall)s does not exist on that day: the clocks go forward. The next time that exists is %(at)s.")
REPEATED_HOUR = N_("%(wall)s happens twice on that day: the clocks go back. Choose %(first)s or %(second)s.")
# ---- B3 window
TOO_SOON = N_("%(asset)s is booked at least %(minutes)s minutes ahead. The earliest start is %(at)s.")
PAST = Text(N_("That time is over. Choose a start that lies ahead."))
NO_SUCH_YEAR = Text(N_("Choose a day of this century or the next."))
TOO_FAR = N_("%(asset)s can be booked %(days)s days ahead. The booking must end by %(at)s.")
# ---- B4 length
TOO_SHORT = N_("A booking of %(asset)s lasts at least %(minutes)s minutes.")
TOO_LONG = N_("A booking of %(asset)s lasts at most %(minutes)s minutes.")
CHAIN_TOO_LONG = N_(
    "With your other bookings next to it you would have %(asset)s for %(minutes)s minutes in a row; %(most)s are allowed."
)
# ---- B8, B11, B10 in minutes
TOO_NEAR = N_("Between two of your bookings of %(asset)s lie at least %(minutes)s minutes. The next start is %(at)s.")
MINUTES_DAY = N_("That would be %(minutes)s minutes in %(lab)s on one day, and %(limit)s are allowed.")
MINUTES_MONTH = N_("That would be %(minutes)s minutes in %(lab)s in one month, and %(limit)s are allowed.")
MINUTES_ROLLING = N_("That would be %(minutes)s minutes in %(lab)s within 30 days, and %(limit)s are allowed.")
MINUTES_ORGANISATION = N_(
    "That would be %(minutes)s minutes of your organisation in %(lab)s in one month, and %(limit)s are allowed."
)
# ---- B5, B6
CLOSED = N_("%(lab)s is not open for the whole of that time.")
CLOSED_FOR_BUFFERS = N_("%(lab)s is not open for the whole of that time, set-up and tear-down of %(asset)s included.")
BLOCKED = N_("%(what)s is taken out of use from %(start)s to %(end)s: %(reason)s")
# ---- B10
QUOTA_PERSON = N_("You have %(count)s bookings in %(lab)s that week, and %(limit)s are allowed.")
QUOTA_ORGANISATION = N_("Your organisation has %(count)s bookings in %(lab)s that week, and %(limit)s are allowed.")
# ---- B12, B14
PERSON_ELSEWHERE = N_("%(name)s is already booked from %(start)s to %(end)s.")
TAKEN = N_("%(name)s is not free: it is taken from %(start)s to %(end)s, set-up and tear-down included.")
TAKEN_JUST_NOW = N_("%(name)s was taken a moment ago.")
BOOK_AT = N_("Book %(at)s")
# ---- who may, and what no longer can be
MAY_NOT_BOOK = N_("%(lab)s is booked by the people who run it. Ask them, or enrol in one of its sessions.")
MAY_NOT_CHANGE = N_("Only the person who holds this booking and the people who run %(lab)s may change it.")
MAY_NOT_RUN = N_("Only the people who run %(lab)s may do this.")
MAY_NOT_SEE_DESK = N_(
    "The desk of %(lab)s is for the people who work there. Its public page shows what one can do there."
)
NO_DESK = Text(N_("You work in no lab. Look at the public pages of the labs, or ask a lab manager to add you."))
BOOKING_OVER = N_("This booking is over or was given back; it cannot be changed any more.")
HAS_BEGUN = Text(N_("The booking has begun; it can no longer be cancelled or moved."))
NOT_RUNNING = N_("More time is given while the booking runs. Before it begins, move it; afterwards, book again.")
SESSION_HOLDS_IT = Text(N_("A training session holds this booking. Change the session instead."))
HOLD_OVER = N_("The hold ended at %(at)s. Please book again; the nearest free starts are below.")
CHANGED_MEANWHILE = Text(N_("Somebody changed this booking a moment ago. Reload the page and look again."))
NOT_CANCELLED = Text(N_("This booking was not cancelled, so there is nothing to put back."))
ONE_LAB_ONLY = Text(N_("One booking holds the assets of one lab. Book the other lab's assets separately."))
BLOCK_NEEDS_REASON = Text(N_("Say in a few words why; the people concerned will read it."))

# ---- B7, M8 what a person must have shown
LACKS_YOU = N_("For %(asset)s you need: %(what)s. You have not shown it yet.")
LACKS = N_("For %(asset)s %(who)s needs: %(what)s. It has not been shown yet.")
RUNS_OUT_YOU = N_("For %(asset)s you need: %(what)s. Yours runs out %(at)s, before the booking ends.")
RUNS_OUT = N_("For %(asset)s %(who)s needs: %(what)s. It runs out %(at)s, before the booking ends.")
# ---- overrides
OVERRIDES_SUBJECT = N_("Rules waived in %(lab)s: %(n)s")
OVERRIDES_BODY = N_(
    "Hello %(name)s,\n\nthese rules of %(lab)s were waived for single bookings:\n%(lines)s\n\n%(url)s\n"
)

# ---- M25 the rules of a lab
RULE_UNKNOWN = N_("There is no rule called %(rule)s.")
RULE_BOUNDS = N_("%(rule)s: type a whole number from %(low)s to %(high)s.")
RULE_CHOOSE = N_("%(rule)s: choose one of the values offered.")
RULE_MIN_OVER_MAX = Text(N_("The longest booking must not be shorter than the shortest."))
RULE_NO_LENGTH = Text(N_("No length between the shortest and the longest booking fits the step. Choose a finer step."))
RULE_OF_LAB = N_("This rule counts over all assets of %(lab)s. Set it on the rules page of the lab.")
MAY_NOT_SET_RULES = N_("Only the managers of %(lab)s and the administrators of its organisation set its rules.")
MAY_NOT_ADD_LAB = Text(N_("Only the administrators of an organisation open a lab for it."))

ACCESS = {
    AccessClass.ON_SITE_ONLY: N_("on site only"),
    AccessClass.VIEW: N_("can be watched"),
    AccessClass.SIMULATE: N_("computer copy can be driven"),
    AccessClass.SUPERVISED: N_("can be driven with a trainer"),
    AccessClass.FREE: N_("can be driven"),
}
ACCESS_LONG = {
    AccessClass.ON_SITE_ONLY: N_("You work with it in the lab. It is not connected."),
    AccessClass.VIEW: N_("You see its values from anywhere; nobody drives it from outside."),
    AccessClass.SIMULATE: N_("You drive its computer copy from anywhere; the machine itself only in the lab."),
    AccessClass.SUPERVISED: N_(
        "You drive it from anywhere inside your booked hour, when a trainer gives you the controls."
    ),
    AccessClass.FREE: N_("Qualified people drive it from anywhere inside their booked hour."),
}
PURPOSES = {
    Purpose.TRAINING: N_("training"),
    Purpose.EDUCATION: N_("education"),
    Purpose.REMOTE_LEARNING: N_("remote learning"),
    Purpose.RESEARCH: N_("research"),
    Purpose.CONSULTANCY: N_("consultancy"),
    Purpose.DEMONSTRATION: N_("demonstration"),
}
STATUSES = {
    BookingStatus.HOLD: N_("held for a while"),
    BookingStatus.PENDING: N_("waiting for a yes"),
    BookingStatus.CONFIRMED: N_("confirmed"),
    BookingStatus.ACTIVE: N_("confirmed"),
    BookingStatus.DONE: N_("over"),
    BookingStatus.CANCELLED_IN_TIME: N_("cancelled in time"),
    BookingStatus.CANCELLED_LATE: N_("cancelled late"),
    BookingStatus.DECLINED: N_("declined"),
    BookingStatus.EXPIRED: N_("the hold ran out"),
    BookingStatus.NO_SHOW: N_("nobody came"),
    BookingStatus.DISPLACED: N_("cancelled by the lab"),
}
BLOCKS = {
    BlockKind.MAINTENANCE: N_("maintenance"),
    BlockKind.FAILURE: N_("failure"),
    BlockKind.CLOSURE: N_("closed"),
    BlockKind.EVENT: N_("private event"),
    BlockKind.OUTSIDE: N_("outside calendar"),
}
PRESETS = {
    Preset.TEACHING_ONLY: N_("teaching only"),
    Preset.SUPERVISED_PRACTICE: N_("practice with a trainer"),
    Preset.OPEN_PRACTICE: N_("open practice"),
}
NEEDS = {
    Need.INDUCTION: N_("the induction in the lab"),
    Need.QUIZ: N_("the quiz"),
    Need.TWIN_CHECK: N_("five minutes on the computer copy"),
    Need.SUPERVISED_HOURS: N_("supervised hours"),
    Need.SIGN_OFF: N_("a sign-off by somebody who trains"),
}
PRESETS_LONG = {
    Preset.TEACHING_ONLY: N_("Only the people who run the lab book; everybody else comes through a session."),
    Preset.SUPERVISED_PRACTICE: N_("Members book up to four hours, five times a week, an hour ahead."),
    Preset.OPEN_PRACTICE: N_("Members book up to eight hours, ten times a week, at once."),
}
SOURCES = {
    RuleSource.NETWORK: N_("from the network"),
    RuleSource.PRESET: N_("from the preset of the lab"),
    RuleSource.LAB: N_("set by the lab"),
    RuleSource.ASSET_PRESET: N_("from the preset of this asset"),
    RuleSource.ASSET: N_("set for this asset"),
}
RULES = {
    "step_minutes": (N_("Step"), ""),
    "lead_minutes": (N_("Booked at least ahead"), ""),
    "horizon_days": (N_("Booked at most ahead"), N_("%(value)s days")),
    "release_hour": (N_("A new day opens at, lab time"), N_("%(value)s:00")),
    "min_minutes": (N_("Shortest booking"), ""),
    "max_minutes": (N_("Longest booking"), ""),
    "chains_allowed": (N_("Bookings of one person in a row each count alone"), ""),
    "gap_minutes": (N_("Between two bookings of one person, at least"), ""),
    "buffers_in_opening": (N_("Set-up and tear-down inside opening hours"), ""),
    "person_per_week": (N_("Bookings per person and week"), "%(value)s"),
    "organisation_per_week": (N_("Bookings per organisation and week"), "%(value)s"),
    "person_minutes_per_day": (N_("Time per person and day"), ""),
    "person_minutes_per_month": (N_("Time per person and month"), ""),
    "person_minutes_in_30_days": (N_("Time per person in any 30 days"), ""),
    "organisation_minutes_per_month": (N_("Time per organisation and month"), ""),
    "free_cancel_minutes": (N_("Free to cancel until, before the start"), ""),
    "hold_minutes": (N_("A hold lasts"), ""),
    "members_book": (N_("Members of the lab's organisation may book"), ""),
}
"""Name and shape of each rule that a page shows (policy.rules.Rules)."""
