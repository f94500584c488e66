"""Telling: a row in the bench's list of events, a word to open pages (they read again), a poke to the gateway."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import sqlalchemy as sa

from lift.core import redis
from lift.core.db import after_commit, db
from lift.labs.models import Asset
from lift.live.models import AssetLink, BenchEvent, Gateway


def note(kind: str, asset_id: UUID, bench_id: UUID | None = None, **details: Any) -> None:
    """Add an event to the list of a bench (or of the asset alone)."""
    db.session.add(BenchEvent(kind=kind, asset_id=asset_id, bench_id=bench_id, details=details))


def tell_pages(asset_key: str, what: str) -> None:
    """After the commit: whoever looks at this asset reads its state again."""
    after_commit(lambda: redis.publish(f"asset:{asset_key}", "changed", {"what": what}))


def poke_gateway(asset_id: UUID) -> None:
    """After the commit: ask the asset's gateway for a heartbeat now. Without Redis it comes within 2 s by itself."""
    query = sa.select(Gateway.key).join(AssetLink, AssetLink.gateway_id == Gateway.id).filter_by(asset_id=asset_id)
    key = db.session.scalar(query)
    if key is not None:
        after_commit(lambda: redis.publish(f"gateway:{key}", "beat", {}))


def tell_all(asset_id: UUID, what: str) -> None:
    """Pages and gateway."""
    key = db.session.scalar(sa.select(Asset.key).where(Asset.id == asset_id))
    if key is not None:
        tell_pages(key, what)
    poke_gateway(asset_id)
