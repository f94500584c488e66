"""What the gateway asks of a connector, whatever the protocol."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field
from typing import Protocol

from lift.edge.contract import GapReason, Quality, Value


class SourceLost(Exception):
    """The machine, or the way to it, does not answer; the gateway drops the connector and builds a new one."""


class SourceRefused(Exception):
    """The machine answered and did not do it; nothing changed."""


@dataclass(frozen=True, slots=True)
class Reading:
    """``source_time``: epoch seconds of the source's own stamp, or of the moment of reading where it has none."""

    value: Value | None
    quality: Quality
    source_time: float


@dataclass(slots=True)
class Snapshot:
    """Latest reading of every variable. ``gap``: why values before this one may be missing, told once."""

    readings: dict[str, Reading] = field(default_factory=dict)
    gap: GapReason | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """One thing that a source offers, as ``browse`` lists it: the address to put into the configuration."""

    address: str
    name: str
    kind: str
    writable: bool


class Connector(Protocol):
    """Calls come from one task at a time; each raises SourceLost when the source is gone.

    ``write`` and ``call`` raise SourceRefused when the machine answers no, or when the protocol cannot write at all.
    """

    async def connect(self) -> None: ...

    async def read(self) -> Snapshot: ...

    async def write(self, name: str, value: Value) -> None: ...

    async def call(self, action: str) -> None: ...

    async def browse(self) -> list[Found]: ...

    async def close(self) -> None: ...


def reading_of(raw: object, quality: Quality = Quality.good, source_time: float | None = None) -> Reading:
    """Reading of a raw value: numbers become float; what is no number, text or truth value becomes null and bad."""
    at = time.time() if source_time is None else source_time
    if isinstance(raw, bool) or (isinstance(raw, str) and len(raw) <= 512):
        return Reading(raw, quality, at)
    if isinstance(raw, int | float) and math.isfinite(raw):
        return Reading(float(raw), quality, at)
    return Reading(None, Quality.bad, at)
