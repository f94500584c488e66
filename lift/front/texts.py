"""Sentences of the pages of no feature."""

from __future__ import annotations

from dataclasses import dataclass

from lift.core.i18n import N_


@dataclass(frozen=True)
class Check:
    """What one finding of the doctor means to a visitor: what it is, and what still works when it is not well."""

    name: str
    well: str
    ill: str


CHECKS = {
    "database": Check(
        N_("Pages, bookings and enrolments"),
        N_("Everything that you save is kept."),
        N_("You can read some pages, but nothing can be saved at the moment. Try again in a few minutes."),
    ),
    "redis": Check(
        N_("Live values on the benches"),
        N_("Values arrive as the machines send them."),
        N_("Values arrive every two seconds instead of at once. Booking and enrolling work as usual."),
    ),
    "workers": Check(
        N_("Mails, certificates and recordings"),
        N_("They are made within seconds."),
        N_("They are late. Nothing is lost: they are made as soon as the work goes on."),
    ),
    "disk": Check(
        N_("Room for recordings"),
        N_("There is enough room for new recordings."),
        N_("Room is getting short. The people who run LIFT have been told; what is stored stays."),
    ),
    "clock": Check(
        N_("Clocks"),
        N_("Our clocks agree, so times on the pages are right."),
        N_("Our clocks differ. Times of recordings may be off by more than a second."),
    ),
}

KEPT = {
    "done jobs": N_("Notes that a piece of work was done"),
    "idempotency keys": N_("Marks that stop a request from being done twice"),
    "sent mail": N_("Mails that were sent, as proof of notice"),
    "raw telemetry": N_("What the machines said; your own recordings stay"),
    "ended shared sign-ins": N_("Who signed in on a shared computer, and when"),
    "help requests": N_("Questions that learners asked their trainer, with the answers"),
    "archives of one's own data": N_("The archive of your own data, once you asked for it"),
    "dead cards": N_("Sign-in cards that no longer work"),
    "dead tokens": N_("Keys of other programs that no longer work"),
}
"""Classes of the retention table in plain words; a class without words is shown by its name."""

THEN = {"delete": N_("deleted"), "drop the day": N_("deleted, a whole day at a time")}
