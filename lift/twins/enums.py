"""States of runs."""

from __future__ import annotations

from enum import StrEnum


class RunState(StrEnum):
    """A run ends in done, failed or cancelled, whatever happens to its worker."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


OPEN = (RunState.QUEUED, RunState.RUNNING)
