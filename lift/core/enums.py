"""States of the kernel."""

from __future__ import annotations

from enum import StrEnum


class JobState(StrEnum):
    """new: committed; sent: handed to the broker; done, failed: over."""

    NEW = "new"
    SENT = "sent"
    DONE = "done"
    FAILED = "failed"
