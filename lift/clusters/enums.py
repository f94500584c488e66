"""States of what clusters work with."""

from __future__ import annotations

from enum import StrEnum


class FileState(StrEnum):
    """Life of a file of EU-project data. At most one file of a programme is current."""

    WAITING = "waiting"
    LOADING = "loading"
    CURRENT = "current"
    SUPERSEDED = "superseded"
    FAILED = "failed"
