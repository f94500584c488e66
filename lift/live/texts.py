"""Sentences of the live path."""

from __future__ import annotations

from lift.core.i18n import N_, Text

SECOND_SESSION = Text(N_("This gateway already runs somewhere else with a newer store. Stop the other one first."))
