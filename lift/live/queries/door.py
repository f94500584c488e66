"""What the gateways' door needs to know: whose token it is, which assets stand behind it, what is due to them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from lift.core.db import db
from lift.edge.contract import COMMAND_DEADLINE, GRANT_LIFE
from lift.live.enums import CommandState
from lift.live.models import AssetLink, Command, ControlGrant, Gateway, GatewayCursor, Stop

OPEN_COMMANDS = (CommandState.PENDING, CommandState.ACCEPTED)
COMMANDS_AT_ONCE = 100

# Asked before every batch and every beat, so it is built once.
_DOOR = sa.text(
    "SELECT g.id, g.key, g.lab_id, g.store_id, g.last_seen_at, clock_timestamp() AS now, a.key AS asset, l.asset_id"
    " FROM gateway g LEFT JOIN asset_link l ON l.gateway_id = g.id LEFT JOIN asset a ON a.id = l.asset_id"
    " WHERE g.token_hash = :hash AND g.revoked_at IS NULL"
)


@dataclass(frozen=True)
class Door:
    """A gateway as it knocks: ``now`` is the database's clock, the only platform time there is."""

    gateway_id: UUID
    key: str
    lab_id: UUID
    store_id: str | None
    last_seen_at: datetime | None
    now: datetime
    assets: dict[str, UUID]

    def key_of(self, asset_id: UUID) -> str:
        """The key that the gateway knows an asset by."""
        return next(key for key, found in self.assets.items() if found == asset_id)


def token_hash(token: str) -> str:
    """How a gateway's token is kept."""
    return hashlib.sha256(token.encode()).hexdigest()


def door_of(token: str | None) -> Door | None:
    """The gateway of a bearer token; None when the token is missing, unknown or revoked."""
    if not token:
        return None
    rows = db.session.execute(_DOOR, {"hash": token_hash(token)}).all()
    if not rows:
        return None
    first = rows[0]
    assets = {row.asset: row.asset_id for row in rows if row.asset is not None}
    return Door(first.id, first.key, first.lab_id, first.store_id, first.last_seen_at, first.now, assets)


def is_admitted(gateway_id: UUID, token: str) -> bool:
    """Whether the token is still this gateway's: asked while its stream is open."""
    query = sa.select(Gateway.id).filter_by(id=gateway_id, token_hash=token_hash(token), revoked_at=None)
    return db.session.scalar(query) is not None


def last_sequence(gateway_id: UUID, store: str) -> int:
    """Number of the last batch taken in from this store; 0 for none."""
    query = sa.select(GatewayCursor.last_sequence).filter_by(gateway_id=gateway_id, store_id=store)
    return db.session.scalar(query) or 0


def live_grants(assets: list[UUID]) -> list[ControlGrant]:
    """Grants that have not ended; the caller ended those that are over in the same transaction."""
    query = sa.select(ControlGrant).where(ControlGrant.asset_id.in_(assets), ControlGrant.ended_at.is_(None))
    return list(db.session.scalars(query.order_by(ControlGrant.id), execution_options={"populate_existing": True}))


def ended_grants(assets: list[UUID], now: datetime) -> list[UUID]:
    """Grants that ended while a signed copy of them may still be alive somewhere."""
    since = now - timedelta(seconds=2 * GRANT_LIFE)
    query = sa.select(ControlGrant.id).where(ControlGrant.asset_id.in_(assets), ControlGrant.ended_at > since)
    return list(db.session.scalars(query))


def open_commands(assets: list[UUID]) -> list[Command]:
    """Commands without a final answer, oldest first."""
    query = sa.select(Command).where(Command.asset_id.in_(assets), Command.state.in_(OPEN_COMMANDS))
    found = db.session.scalars(query.order_by(Command.counter).limit(COMMANDS_AT_ONCE))
    return list(found)


def stops_for(assets: list[UUID], held: list[UUID]) -> list[Stop]:
    """Standing stops of these assets, and the released ones among those that the gateway still holds."""
    wanted = sa.or_(Stop.released_at.is_(None), Stop.id.in_(held)) if held else Stop.released_at.is_(None)
    return list(db.session.scalars(sa.select(Stop).where(Stop.asset_id.in_(assets), wanted).order_by(Stop.id)))


def silent_commands(now: datetime) -> sa.ColumnElement[bool]:
    """Open commands that nobody can still carry out: the deadline passed long enough ago for any answer to arrive."""
    patience = timedelta(seconds=4 * COMMAND_DEADLINE)
    return sa.and_(Command.state.in_(OPEN_COMMANDS), Command.deadline < now - patience)


def reports_of(assets: list[UUID]) -> dict[UUID, dict[str, Any]]:
    """The last report of each asset."""
    rows = db.session.execute(sa.select(AssetLink.asset_id, AssetLink.report).where(AssetLink.asset_id.in_(assets)))
    return {row.asset_id: row.report for row in rows}
