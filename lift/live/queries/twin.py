"""The computer copy on a bench, in the shape of the asset's own samples."""

from __future__ import annotations

import time
from collections.abc import Collection
from typing import Any
from uuid import UUID

from lift.live.enums import BenchMode
from lift.live.models import Bench
from lift.live.queries.samples import Samples, merge_blocks
from lift.live.queries.samples import samples_of as asset_samples
from lift.twins.queries import twin_sessions

SHADOW_NEEDS = ("ItemState", "FeedOverride", "CoolantOn", "DoorOpen", "ProgramStep")
WARM_UP = 300.0  # s before the window, so that the bearing's temperature has found its place


def samples_of(person_id: UUID, asset_id: UUID, start: float, end: float) -> Samples:
    """What the copy said to this person in [start, end)."""
    return merge_blocks(twin_sessions.twin_blocks(person_id, asset_id, start, end), start, end, None)


def answered(bench: Bench, start: float, end: float, names: Collection[str] | None = None) -> Samples:
    """What answered on this bench in [start, end): the asset, or its copy."""
    if bench.mode is BenchMode.TWIN:
        found = samples_of(bench.person_id, bench.asset_id, start, end)
        found.variables = {name: column for name, column in found.variables.items() if names is None or name in names}
        return found
    return asset_samples(bench.asset_id, start, end, names)


def blocks_after(person_id: UUID, asset_id: UUID, block_id: int) -> list[tuple[int, dict[str, Any]]]:
    """What the copy said after a block, within the last minute; each with its number."""
    now = time.time()
    found = twin_sessions.twin_blocks(person_id, asset_id, now - 60, now + 60, block_id)
    return [(int(block.pop("id")), block) for block in found]


def shadow_of(asset_id: UUID, start: float, end: float) -> dict[str, Any] | None:
    """The dashed curve beside the asset's in [start, end); None for an asset without a twin."""
    if twin_sessions.twin_of(asset_id) is None:
        return None
    heard = asset_samples(asset_id, start - WARM_UP, end, SHADOW_NEEDS)
    found = twin_sessions.shadow(heard.times, {name: list(column) for name, column in heard.variables.items()})
    kept = [place for place, time in enumerate(found["times"]) if time >= start]
    columns = {name: [column[place] for place in kept] for name, column in found["variables"].items()}
    return {"times": [found["times"][place] for place in kept], "variables": columns}
