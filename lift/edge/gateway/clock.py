"""Platform time as a gateway knows it: its own monotonic clock plus an offset measured at each heartbeat."""

from __future__ import annotations

import time
from collections.abc import Callable

MAX_ROUND_TRIP = 1.0  # s; half of it is the largest error that an accepted measurement has


class PlatformClock:
    """``now()`` is None until a heartbeat was answered fast enough, and again once ``forget`` was called."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._offset: float | None = None

    def measure(self, sent: float, received: float, platform_time: float) -> None:
        """``sent`` and ``received`` are monotonic; the platform stamped its answer somewhere between them."""
        if received - sent <= MAX_ROUND_TRIP:
            self._offset = platform_time - (sent + received) / 2

    def forget(self) -> None:
        self._offset = None

    def now(self) -> float | None:
        return None if self._offset is None else self._monotonic() + self._offset

    def wall_offset(self) -> float | None:
        """Seconds by which the wall clock of this machine is ahead of the platform."""
        now = self.now()
        return None if now is None else time.time() - now
