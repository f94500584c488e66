"""Pages, streams and the gateways' door of the live path."""

from lift.live.views import bench, gateways
from lift.live.views.bench import bp as live_pages

__all__ = ["bench", "gateways", "live_pages"]
