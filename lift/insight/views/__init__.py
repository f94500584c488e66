"""Pages of those who look after the network and the installation. The modules beside fill ``bp``."""

from __future__ import annotations

from lift.insight.views import audit, operations
from lift.insight.views.blueprint import bp

__all__ = ["audit", "bp", "operations"]
