"""The computer copy: what it said, what was tried on it, and what it says beside the asset."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from pydantic_core import from_json

from lift.core.db import db
from lift.labs.models import Asset
from lift.twins.models import Twin, TwinBlock, TwinSession
from lift.twins.simulators.machining import MODEL_KEY, TOLERANCE, MachiningTwin, Sample, follow


@dataclass(frozen=True)
class TwinCheck:
    """The three things that five minutes on the copy must show (L16)."""

    drove_inside: bool
    saw_a_refusal: bool
    pressed_stop: bool

    @property
    def passed(self) -> bool:
        """All three."""
        return self.drove_inside and self.saw_a_refusal and self.pressed_stop


def twin_of(asset_id: UUID) -> Twin | None:
    """The asset's twin, if it has one that can be driven."""
    return db.session.scalar(sa.select(Twin).filter_by(asset_id=asset_id, model_key=MODEL_KEY))


def session_of(person_id: UUID, asset_id: UUID) -> TwinSession | None:
    """The person's session with the copy of this asset."""
    return db.session.scalar(sa.select(TwinSession).filter_by(person_id=person_id, asset_id=asset_id))


def sessions_of(person_id: UUID) -> Sequence[TwinSession]:
    """The person's sessions with copies, oldest first."""
    return db.session.scalars(sa.select(TwinSession).filter_by(person_id=person_id).order_by(TwinSession.id)).all()


def values_of(kept: TwinSession) -> dict[str, Any]:
    """The copy's present values under the asset's names."""
    return dict(MachiningTwin.load(kept.state).values())


def twin_check(kept: TwinSession) -> TwinCheck:
    """Read out of what the server saw, never out of what the page says."""
    return TwinCheck(
        drove_inside=any(e["name"] == "FeedOverride" and e["outcome"] == "done" for e in kept.log),
        saw_a_refusal=any(e["outcome"] == "refused_limits" for e in kept.log),
        pressed_stop=any(e["name"] == "Stop" and e["outcome"] == "done" for e in kept.log),
    )


def twin_check_passed(person_id: UUID, type_key: str) -> bool:
    """Whether the person has passed the check on the copy of any asset of this type."""
    query = (
        sa.select(TwinSession.log, TwinSession.passed_at)
        .join(Asset, Asset.id == TwinSession.asset_id)
        .where(TwinSession.person_id == person_id, Asset.type_key == type_key)
    )
    rows = db.session.execute(query).all()
    return any(row.passed_at is not None or twin_check(TwinSession(log=row.log)).passed for row in rows)


def twin_blocks(person_id: UUID, asset_id: UUID, start: float, end: float, after_id: int = 0) -> list[dict[str, Any]]:
    """What the copy said to this person in [start, end), by blocks in order of time; each with its id."""
    query = (
        sa.select(TwinBlock.id, TwinBlock.block)
        .join(TwinSession, TwinSession.id == TwinBlock.session_id)
        .where(TwinSession.person_id == person_id, TwinSession.asset_id == asset_id, TwinBlock.id > after_id)
        .where(
            TwinBlock.last_at >= datetime.fromtimestamp(start, UTC),
            TwinBlock.first_at < datetime.fromtimestamp(end, UTC),
        )
        .order_by(TwinBlock.first_at)
    )
    return [{"id": row.id, **from_json(row.block)} for row in db.session.execute(query)]


def shadow(times: Sequence[float], variables: dict[str, Sequence[Any]], fill_s: float = 1.0) -> dict[str, Any]:
    """What a healthy asset would have shown under the same inputs: times and columns; it runs on through gaps."""
    rows = (_sample(times[i], {name: column[i] for name, column in variables.items()}) for i in range(len(times)))
    found = follow((row for row in rows if row is not None), fill_s=fill_s)
    return {
        "times": [one.time for one in found],
        "variables": {
            "SpindleLoad": [round(one.spindle_load, 2) for one in found],
            "BearingTemperature": [round(one.bearing_temperature, 2) for one in found],
        },
    }


def tolerance_of(twin: Twin) -> dict[str, float]:
    """Expected distance of a healthy asset, by variable; the twin's own row wins over the model's."""
    return {**TOLERANCE, **{name: float(value) for name, value in twin.tolerance.items()}}


def _sample(time: float, row: dict[str, Any]) -> Sample | None:
    feed = row.get("FeedOverride")
    if feed is None or row.get("ItemState") is None:
        return None
    return Sample(
        time=time,
        running=row["ItemState"] == "Executing",
        feed_percent=float(feed),
        coolant=bool(row.get("CoolantOn", True)),
        door_open=bool(row.get("DoorOpen", False)),
        phase_name=row.get("ProgramStep"),
    )
