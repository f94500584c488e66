"""People by the clock: a shared sign-in ends after 15 idle minutes, also when no browser asks any more."""

from __future__ import annotations

from datetime import timedelta

from lift.core import clock
from lift.people import services
from workers.ticks import every


@every(timedelta(seconds=30), "people.end_idle_sign_ins")
def end_idle_sign_ins() -> int:
    """End what nobody touched; a bench that was driven reaches its safe state."""
    return services.end_idle_sign_ins(clock.now())
