"""Gateways as the people of a lab see them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa

from lift.core.db import db
from lift.edge.contract import LINK_LOST
from lift.labs.models import Asset, Lab
from lift.live.models import AssetLink, Gateway, RefusedBatch, Stop

CLOCK_WARNING = 1.0  # seconds (X21)
PAGE = 50


@dataclass(frozen=True)
class GatewaySeen:
    """One row of the fleet."""

    id: UUID
    key: str
    lab_id: UUID
    lab: str
    zone: str
    version: str | None
    last_seen_at: datetime | None
    revoked_at: datetime | None
    clock_offset: float | None
    assets: tuple[str, ...]
    refused: int
    now: datetime

    @property
    def state(self) -> str:
        """``revoked``, ``never`` heard of, ``lost`` (3 missed heartbeats) or ``good``."""
        if self.revoked_at is not None:
            return "revoked"
        if self.last_seen_at is None:
            return "never"
        return "lost" if self.now - self.last_seen_at > timedelta(seconds=LINK_LOST) else "good"

    @property
    def clock_is_off(self) -> bool:
        """The clocks differ by more than a second."""
        return self.clock_offset is not None and abs(self.clock_offset) > CLOCK_WARNING


@dataclass(frozen=True)
class MachineSeen:
    """A machine behind a gateway and the stops that stand at it, oldest first."""

    id: UUID
    key: str
    name: str
    lab_id: UUID
    lab: str
    zone: str
    stops: tuple[Stop, ...]


def machines(lab_ids: frozenset[UUID] | None, key: str | None = None) -> list[MachineSeen]:
    """Connected machines of these labs (None: all), by lab and name; only the one with this key, if it is given."""
    query = sa.select(Asset.id, Asset.key, Asset.name, Lab.id.label("lab_id"), Lab.name.label("lab"), Lab.zone)
    query = query.join(Lab, Lab.id == Asset.lab_id).join(AssetLink, AssetLink.asset_id == Asset.id)
    if lab_ids is not None:
        query = query.where(Asset.lab_id.in_(lab_ids))
    if key is not None:
        query = query.where(Asset.key == key)
    rows = db.session.execute(query.order_by(Lab.name, Asset.name, Asset.id)).all()
    standing: dict[UUID, list[Stop]] = {row.id: [] for row in rows}
    stops = sa.select(Stop).where(Stop.asset_id.in_(standing), Stop.released_at.is_(None)).order_by(Stop.id)
    for stop in db.session.scalars(stops):
        standing[stop.asset_id].append(stop)
    return [MachineSeen(*row, tuple(standing[row.id])) for row in rows]


def fleet(lab_ids: frozenset[UUID] | None, now: datetime) -> list[GatewaySeen]:
    """Gateways of these labs (None: all), by key, with the names of their assets and unseen refused batches."""
    names = (
        sa.select(sa.func.array_agg(Asset.name))
        .join(AssetLink, AssetLink.asset_id == Asset.id)
        .where(AssetLink.gateway_id == Gateway.id)
        .scalar_subquery()
    )
    refused = (
        sa.select(sa.func.count())
        .where(RefusedBatch.gateway_id == Gateway.id, RefusedBatch.seen_at.is_(None))
        .scalar_subquery()
    )
    query = (
        sa.select(Gateway, Lab.name, Lab.zone, names, refused).join(Lab, Lab.id == Gateway.lab_id).order_by(Gateway.key)
    )
    if lab_ids is not None:
        query = query.where(Gateway.lab_id.in_(lab_ids))
    return [
        GatewaySeen(
            g.id,
            g.key,
            g.lab_id,
            lab,
            zone,
            g.version,
            g.last_seen_at,
            g.revoked_at,
            g.clock_offset,
            tuple(found or ()),
            count,
            now,
        )
        for g, lab, zone, found, count in db.session.execute(query)
    ]


def refused_batches(gateway_ids: Sequence[UUID], limit: int = PAGE) -> Sequence[RefusedBatch]:
    """The newest refused batches of these gateways."""
    query = sa.select(RefusedBatch).where(RefusedBatch.gateway_id.in_(gateway_ids)).order_by(RefusedBatch.id.desc())
    return db.session.scalars(query.limit(limit)).all()


def lab_for_gateway(slug: str | None) -> Lab | None:
    """The lab by its slug; without one the only lab that has connected assets."""
    if slug is not None:
        return db.session.scalar(sa.select(Lab).filter_by(slug=slug))
    connected = sa.select(Asset.lab_id).where(Asset.connected.is_(True)).distinct()
    found = db.session.scalars(sa.select(Lab).where(Lab.id.in_(connected)).limit(2)).all()
    return found[0] if len(found) == 1 else None


def connected_asset(lab_id: UUID) -> Asset | None:
    """The first connected asset of a lab, by key."""
    return db.session.scalar(sa.select(Asset).filter_by(lab_id=lab_id, connected=True).order_by(Asset.key).limit(1))
