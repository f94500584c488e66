"""The newest snapshot of an asset, read through the roles that its configuration gives to variables."""

from __future__ import annotations

import time
from enum import StrEnum
from typing import TypeVar

from lift.edge.connectors.base import Reading, Snapshot
from lift.edge.contract import EmergencyStop, ItemState, OperationMode, Quality, ReportedValue, Value
from lift.edge.gateway.config import Asset

M = TypeVar("M", bound=StrEnum)


class View:
    """Without a connection nothing is known: states are NotAvailable, signals are not in order, values uncertain."""

    def __init__(self, config: Asset) -> None:
        self._config = config
        self._snapshot = Snapshot()
        self.connected = False
        self.read_at = 0.0

    def take(self, snapshot: Snapshot) -> None:
        self._snapshot, self.read_at = snapshot, time.monotonic()

    @property
    def readings(self) -> dict[str, Reading]:
        return self._snapshot.readings

    @property
    def safe(self) -> bool:
        return self.signal(self._config.signals.safe) is True

    @property
    def interlock(self) -> bool:
        return self.signal(self._config.signals.interlock) is True

    @property
    def watchdog(self) -> Value | None:
        return self.signal(self._config.signals.watchdog_ok)

    @property
    def remote(self) -> Value | None:
        return self.signal(self._config.signals.remote)

    @property
    def item_state(self) -> ItemState:
        return _member(ItemState, self.signal(self._config.signals.item_state), ItemState.not_available)

    @property
    def operation_mode(self) -> OperationMode:
        return _member(OperationMode, self.signal(self._config.signals.operation_mode), OperationMode.none)

    @property
    def emergency_stop(self) -> EmergencyStop:
        value = self.signal(self._config.signals.emergency_stop)
        if isinstance(value, bool):
            return EmergencyStop.pressed if value else EmergencyStop.clear
        return _member(EmergencyStop, value, EmergencyStop.unknown)

    def value(self, name: str | None) -> Value | None:
        reading = self.readings.get(name) if name else None
        return reading.value if reading else None

    def signal(self, name: str | None) -> Value | None:
        """Value of a signal if it is good and the machine is connected; whatever is uncertain counts as unknown."""
        reading = self.readings.get(name) if name and self.connected else None
        return reading.value if reading and reading.quality is Quality.good else None

    def reported(self) -> dict[str, ReportedValue]:
        known = {spec.name: self.readings.get(spec.name) for spec in self._config.variables}
        return {name: self._told(reading) for name, reading in known.items() if reading is not None}

    def _told(self, reading: Reading) -> ReportedValue:
        old = not self.connected and reading.quality is Quality.good
        quality = Quality.uncertain if old else reading.quality
        return ReportedValue(value=reading.value, quality=quality, source_time=max(0.0, reading.source_time))


def _member(kind: type[M], value: Value | None, otherwise: M) -> M:
    return next((member for member in kind if member.value == value), otherwise)
