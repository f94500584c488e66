"""Pages of twins."""

from __future__ import annotations

from lift.twins.views import what_if
from lift.twins.views.blueprint import bp

__all__ = ["bp", "what_if"]
