"""The computer copy on a bench, in the shape of the asset's own samples."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from lift.live.queries.samples import Samples, merge_blocks
from lift.live.queries.samples import samples_of as asset_samples
from lift.twins.queries import twin_sessions

SHADOW_NEEDS = ("ItemState", "FeedOverride", "CoolantOn", "DoorOpen", "ProgramStep")
WARM_UP = 300.0  # s before the window, so that the bearing's temperature has found its place


def samples_of(person_id: UUID, asset_id: UUID, start: float, end: float) -> Samples:
    """What the copy said to this person in [start, end)."""
    return merge_blocks(twin_sessions.twin_blocks(person_id, asset_id, start, end), start, end, None)


def shadow_of(asset_id: UUID, start: float, end: float) -> dict[str, Any] | None:
    """The dashed curve beside the asset's in [start, end); None for an asset without a twin."""
    if twin_sessions.twin_of(asset_id) is None:
        return None
    heard = asset_samples(asset_id, start - WARM_UP, end, SHADOW_NEEDS)
    found = twin_sessions.shadow(heard.times, {name: list(column) for name, column in heard.variables.items()})
    kept = [place for place, time in enumerate(found["times"]) if time >= start]
    columns = {name: [column[place] for place in kept] for name, column in found["variables"].items()}
    return {"times": [found["times"][place] for place in kept], "variables": columns}
