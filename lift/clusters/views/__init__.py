"""Pages of hubs, and of the EU-project data behind their figures."""

from __future__ import annotations

from lift.clusters.views import eu, hubs
from lift.clusters.views.blueprint import bp

__all__ = ["bp", "eu", "hubs"]
