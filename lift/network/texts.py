"""Sentences of the network's refusals."""

from __future__ import annotations

from lift.core.i18n import N_

NOT_YOURS_TO_MOVE = N_(
    "Academic partners are moved by the activity leader, labs and training providers by the business owner."
)
NOT_THAT_STEP = N_("A partner that is “%(now)s” cannot become “%(next)s” at once.")
REASON_NEEDED = N_("Say in a few words why; it stays on record.")
