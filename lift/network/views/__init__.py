"""Pages of the network: partners and working groups. The modules beside fill ``bp``."""

from __future__ import annotations

from lift.network.views import group_space, groups, partners
from lift.network.views.blueprint import bp

__all__ = ["bp", "group_space", "groups", "partners"]
