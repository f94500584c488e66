"""The table of what happens by the clock."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True)
class Tick:
    """One clockwork function, its period and queue."""

    run: Callable[[], object]
    every: timedelta
    queue: str = "default"


TICKS: dict[str, Tick] = {}


def every(
    period: timedelta, name: str, queue: str = "default"
) -> Callable[[Callable[[], object]], Callable[[], object]]:
    """Register a function without arguments under ``name``."""

    def register(function: Callable[[], object]) -> Callable[[], object]:
        TICKS[name] = Tick(function, period, queue)
        return function

    return register
