"""Sentences of the hubs' refusals."""

from __future__ import annotations

from lift.core.i18n import N_

NOT_YOUR_HUB = N_("Only the officers of this cluster write on its page.")
NOTHING_WRITTEN = N_("Write at least a sentence; an empty text would say nothing.")
TOO_LONG = N_("Keep it under %(most)s characters.")
