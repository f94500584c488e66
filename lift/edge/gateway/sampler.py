"""Samples of one asset between two flushes, as the columns of a block, and the gaps between them."""

from __future__ import annotations

from lift.edge.connectors.base import Reading
from lift.edge.contract import Block, Gap, GapReason, Quality, Value

GAP_FACTOR = 2.5  # a hole of more than so many periods is a gap


class Sampler:
    def __init__(self, asset: str, names: list[str], period: float, last: float | None) -> None:
        """``last``: time of the newest sample in the store; what lies between it and the first new one is a gap."""
        self._asset, self._names, self._period = asset, names, period
        self._last = last
        self._reason = GapReason.gateway_down
        self._times: list[float] = []
        self._columns: dict[str, list[Value | None]] = {}
        self._qualities: dict[str, dict[int, Quality]] = {}
        self._gaps: list[Gap] = []
        self._clear()

    def explain(self, reason: GapReason) -> None:
        """The next hole, if there is one, came about for this reason."""
        self._reason = reason

    def add(self, at: float, readings: dict[str, Reading], lost: GapReason | None = None) -> None:
        """One sample at wall time ``at``; ``lost`` says that the source itself dropped values before it."""
        if self._last is not None and at <= self._last:
            return  # the wall clock was set back: wait until it has passed the newest sample again
        if self._last is not None and (lost or at - self._last > GAP_FACTOR * self._period):
            start = min(self._last + self._period, at)
            self._gaps.append(Gap(asset=self._asset, start=start, end=at, reason=lost or self._reason))
        self._reason = GapReason.machine_down
        self._last = at
        index = len(self._times)
        self._times.append(at)
        for name in self._names:
            reading = readings.get(name)
            self._columns[name].append(reading.value if reading else None)
            quality = reading.quality if reading else Quality.bad
            if quality is not Quality.good:
                self._qualities.setdefault(name, {})[index] = quality

    def take(self) -> tuple[Block | None, list[Gap]]:
        """What was added since the last call."""
        block = None
        if self._times:
            block = Block(
                asset=self._asset,
                times=tuple(self._times),
                variables={name: tuple(column) for name, column in self._columns.items()},
                qualities=self._qualities,
                period=self._period,
            )
        gaps = self._gaps
        self._clear()
        return block, gaps

    def _clear(self) -> None:
        self._times = []
        self._columns = {name: [] for name in self._names}
        self._qualities = {}
        self._gaps = []
