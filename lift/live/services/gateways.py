"""Gateways: given a token, connected to assets, revoked. The token is shown once and kept as a hash."""

from __future__ import annotations

import secrets
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from lift.core import audit, clock, redis
from lift.core.actor import Actor
from lift.core.db import after_commit, db, transaction
from lift.core.errors import Conflict, Problem, require, require_found
from lift.edge.contract import AssetSpec
from lift.live import permissions, texts
from lift.live.models import AssetLink, Gateway, RefusedBatch
from lift.live.queries.door import token_hash

TOKEN_BYTES = 32


def provision_gateway(key: str, lab_id: UUID, *, actor: Actor) -> tuple[Gateway, str]:
    """The gateway ``key`` of this lab with a fresh token, which only the caller ever sees; the old one ends.

    Raises Conflict when the key belongs to another lab, Forbidden for all but the lab's manager.
    """
    token = secrets.token_urlsafe(TOKEN_BYTES)
    with transaction() as session:
        gateway = session.scalar(sa.select(Gateway).filter_by(key=key).with_for_update(key_share=True))
        if gateway is not None and gateway.lab_id != lab_id:
            raise Conflict(Problem("X11", texts.GATEWAY_KEY_TAKEN, owner="live", field="key"))
        gateway = gateway or Gateway(key=key, lab_id=lab_id)
        require(
            permissions.can_manage_gateway(actor, gateway.lab_id), Problem("X11", texts.ONLY_LAB_MANAGER, owner="labs")
        )
        gateway.token_hash, gateway.revoked_at, gateway.store_id = token_hash(token), None, None
        session.add(gateway)
        session.flush()
        audit.record(actor, "live.gateway_provisioned", "gateway", gateway.id, after={"key": key})
    return gateway, token


def connect_asset(gateway_id: UUID, asset_id: UUID, spec: AssetSpec, *, actor: Actor) -> None:
    """The asset stands behind this gateway, with these variables, actions and bounds."""
    values = {"gateway_id": gateway_id, "spec": spec.model_dump(mode="json")}
    with transaction() as session:
        statement = insert(AssetLink).values(asset_id=asset_id, **values)
        session.execute(statement.on_conflict_do_update(index_elements=["asset_id"], set_=values))
        audit.record(actor, "live.asset_connected", "asset", asset_id, after={"gateway": gateway_id})


def revoke_gateway(key: str, *, actor: Actor) -> Gateway:
    """The token ends at once: heartbeats get 401, the stream ends within 5 s, the machines go safe."""
    with transaction() as session:
        gateway = require_found(session.scalar(sa.select(Gateway).filter_by(key=key).with_for_update(key_share=True)))
        require(
            permissions.can_manage_gateway(actor, gateway.lab_id), Problem("X11", texts.ONLY_LAB_MANAGER, owner="labs")
        )
        if gateway.revoked_at is None:
            gateway.revoked_at = clock.now()
            audit.record(actor, "live.gateway_revoked", "gateway", gateway.id)
        after_commit(lambda: redis.publish(f"gateway:{key}", "beat", {}))
        return gateway


def mark_batch_seen(batch_id: int, *, actor: Actor) -> RefusedBatch:
    """Somebody looked at why a batch was refused."""
    with transaction():
        batch = require_found(db.session.get(RefusedBatch, batch_id))
        gateway = db.session.get_one(Gateway, batch.gateway_id)
        require(
            permissions.can_manage_gateway(actor, gateway.lab_id), Problem("X11", texts.ONLY_LAB_MANAGER, owner="labs")
        )
        if batch.seen_at is None:
            batch.seen_at = clock.now()
            audit.record(actor, "live.batch_seen", "refused_batch", batch.id)
        return batch
