"""The clockwork's look at the live path. All of it works by state; heartbeats do the urgent part without it."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from lift.core.db import db, transaction
from lift.live import queries
from lift.live.models import ControlGrant
from lift.live.services.answers import expire_silent_commands
from lift.live.services.benches import close_over_benches
from lift.live.services.grants import end_grants_of_lost_gateways, end_lost_grants
from lift.live.services.told import tell_all


def watch(_told: datetime | None = None) -> int:
    """End what lost its ground: grants, commands without an answer, benches of bookings that are over.

    The instant that a worker tells is left aside: browsers and gateways were last seen by the database's clock, and a
    worker whose own clock is off must not take the controls from anybody.
    """
    with transaction():
        now = queries.bench.platform_now()
        driven = list(db.session.scalars(sa.select(ControlGrant.asset_id).filter_by(ended_at=None).distinct()))
        ended = [*end_lost_grants(driven, now), *end_grants_of_lost_gateways(now)]
        for asset_id in {row.asset_id for row in ended}:
            tell_all(asset_id, "controls")
        expired = expire_silent_commands(now)
    return len(ended) + expired + close_over_benches(now)
