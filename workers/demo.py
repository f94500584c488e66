"""The demo world's clockwork: one hour at the connected cell is always running. Does nothing elsewhere."""

from __future__ import annotations

from datetime import timedelta

from flask import current_app

from lift.core import clock
from lift.seed.sessions import keep_hour_running
from workers.ticks import every


@every(timedelta(minutes=1), "demo.keep_hour_running")
def keep_hour() -> bool:
    """Open the next hour by the ordinary verbs."""
    return current_app.config["LIFT"].mode == "demo" and keep_hour_running(clock.now())
