"""Pages of labs: the public directory, the desk, one booking."""

from __future__ import annotations

from lift.labs.views import blocks, bookings, desk, directory, failures, feeds, rules, week
from lift.labs.views.blueprint import bp

__all__ = ["blocks", "bookings", "bp", "desk", "directory", "failures", "feeds", "rules", "week"]
