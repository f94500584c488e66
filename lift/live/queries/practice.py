"""The bench of the computer copy alone: no booking, no machine, the person's own session."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from lift.core.db import db
from lift.edge.contract import AssetSpec, Kind, VariableSpec
from lift.labs.models import Asset
from lift.live.models import Stop
from lift.live.queries.bench import Link, link_of
from lift.twins.models import Twin, TwinSession
from lift.twins.queries import twin_sessions
from lift.twins.queries.twin_sessions import TwinCheck
from lift.twins.simulators.machining import ACTIONS, LIMITS


@dataclass(frozen=True)
class PracticeSeen:
    """What the practice page shows, under the names that the bench's template knows."""

    asset: Asset
    link: Link
    session: TwinSession
    values: dict[str, Any]
    check: TwinCheck
    now: datetime
    stop: Stop | None = None
    is_heard: bool = True
    is_lab_stopped: bool = False

    @property
    def place_name(self) -> str:
        """The lab's town."""
        return self.asset.lab.city

    def value(self, name: str) -> Any:
        """What the copy says."""
        return self.values.get(name)


def asset_with_twin(key: str) -> tuple[Asset, Twin] | None:
    """An asset by its key, if it has a copy that can be driven."""
    asset = db.session.scalar(sa.select(Asset).filter_by(key=key).options(joinedload(Asset.lab)))
    twin = twin_sessions.twin_of(asset.id) if asset else None
    return (asset, twin) if asset and twin else None


def practice_seen(asset: Asset, person_id: UUID, now: datetime) -> PracticeSeen:
    """The person's open session; LookupError before it was opened."""
    kept = twin_sessions.session_of(person_id, asset.id)
    if kept is None:
        raise LookupError(f"no session with the copy of {asset.key}")
    link = link_of(asset.id)
    values = twin_sessions.values_of(kept)
    if not link.spec.variables:
        link = Link(copy_spec(values), {}, None, None, None, None)
    return PracticeSeen(asset, link, kept, values, twin_sessions.twin_check(kept), now)


def copy_spec(values: dict[str, Any]) -> AssetSpec:
    """What the copy offers, for an asset that was never connected."""
    return AssetSpec.model_validate(
        {
            "variables": [_variable(name, value) for name, value in values.items()],
            "actions": [{"name": name} for name in ACTIONS if name != "Stop"],
        }
    )


def _variable(name: str, value: Any) -> VariableSpec:
    limits = LIMITS.get(name)
    if isinstance(value, bool):
        return VariableSpec(name=name, kind=Kind.boolean, writable=name == "CoolantOn")
    if isinstance(value, str):
        return VariableSpec(name=name, kind=Kind.text)
    low, high = (limits.low, limits.high) if limits else (None, None)
    unit = "%" if name in ("FeedOverride", "SpindleLoad") else ""
    return VariableSpec(name=name, unit=unit, kind=Kind.analog, writable=limits is not None, low=low, high=high)
