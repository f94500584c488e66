"""Sentences of the office's pages."""

from __future__ import annotations

from lift.core.i18n import N_

FORMER = N_("a former member")
SYSTEM = N_("LIFT itself")
