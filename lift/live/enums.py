"""States of the live path."""

from __future__ import annotations

from enum import StrEnum


class GrantLevel(StrEnum):
    """What a grant allows."""

    VIEW = "view"
    SUPERVISED = "supervised"
    DRIVE = "drive"


class CommandState(StrEnum):
    """X4: pending and accepted are on the way; the others are final."""

    PENDING = "pending"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    DONE = "done"
    FAILED = "failed"
    EXPIRED = "expired"


FINAL_COMMAND_STATES = (CommandState.REFUSED, CommandState.DONE, CommandState.FAILED, CommandState.EXPIRED)


class StopKind(StrEnum):
    """X9."""

    STOP = "stop"
    LAB_STOP = "lab_stop"


class BenchMode(StrEnum):
    """Who answers on the bench."""

    ASSET = "asset"
    TWIN = "twin"


class CutState(StrEnum):
    """A cut is asked for, then sealed (or failed) by a job."""

    ASKED = "asked"
    SEALED = "sealed"
    FAILED = "failed"


class Freshness(StrEnum):
    """Every value says which it is."""

    LIVE = "live"
    SIMULATED = "simulated"
    STALE = "stale"
