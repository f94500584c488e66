"""What calendars, months of use and the list since the last visit say."""

from __future__ import annotations

from lift.core.i18n import N_, Text

# ---- outside calendars
FEED_NAME_MISSING = Text(N_("Give the calendar a name; refusals and the desk call it by that."))
FEED_NO_ADDRESS = Text(N_("Paste the whole address of the calendar; it begins with https:// and has no space."))
FEED_HOST_INSIDE = Text(
    N_("This address lies inside a private network. Ask the operator to allow its host, or use a public address.")
)
FEED_PLAIN = Text(N_("This host is asked over https:// only, so that nobody reads along. Use that address."))
FEED_HOST_UNKNOWN = Text(N_("No such host is known. Check the address for a typing error."))
FEED_STATUS = N_("The other system answered %(status)s instead of the calendar.")
FEED_TOO_LONG = Text(N_("The other system sent more than two megabytes. Share a calendar with fewer old entries."))
FEED_TOO_MANY_HOPS = Text(N_("The other system sent LIFT from address to address. Use the last one."))
FEED_SILENT = Text(N_("The other system did not answer in time, or ended the connection."))
FEED_NO_CALENDAR = Text(N_("What came is no calendar (iCalendar). Check that the address needs no sign-in."))
FEED_BAD_ENTRY = Text(N_("An entry of the calendar could not be understood, so none was taken."))
FEED_TOO_OFTEN = Text(N_("An entry repeats more often than once a day. Share it as single entries."))
FEED_TOO_MANY = Text(N_("The calendar has more than 2000 entries. Share one with fewer old entries."))
FEED_EMPTY = Text(
    N_('The calendar is empty all at once. If that is right, press "It is empty"; until then its last time stands.')
)
FEED_OF_OTHER_LAB = Text(N_("The asset does not belong to this lab."))

FAILURES: dict[str, Text] = {
    "inside": FEED_HOST_INSIDE,
    "plain": FEED_PLAIN,
    "unknown": FEED_HOST_UNKNOWN,
    "long": FEED_TOO_LONG,
    "hops": FEED_TOO_MANY_HOPS,
    "silent": FEED_SILENT,
    "none": FEED_NO_CALENDAR,
    "entry": FEED_BAD_ENTRY,
    "often": FEED_TOO_OFTEN,
    "many": FEED_TOO_MANY,
    "empty": FEED_EMPTY,
}
"""What stands in ``busy_feed.failure``, or ``status 404``."""


def failure_text(kind: str) -> Text:
    """The sentence for what was kept of a failure."""
    word, _, status = kind.partition(" ")
    return Text(FEED_STATUS, {"status": status}) if word == "status" else FAILURES[word]


# ---- addresses for one's own calendar program
MAY_NOT_SUBSCRIBE = N_("The calendar of %(lab)s is for the people who work there.")
