"""Version, addresses, the clock table, and the types that all messages share."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

CONTRACT = 1
OLDEST_CONTRACT = max(1, CONTRACT - 1)

HEARTBEAT_PATH = "/edge/v1/heartbeat"
BATCH_PATH = "/edge/v1/batches"
STREAM_PATH = "/stream/edge/v1"

# The clock table (seconds).
HEARTBEAT = 2.0
LINK_LOST_MISSED = 3
LINK_LOST = HEARTBEAT * LINK_LOST_MISSED
SAFE_WITHIN = 10.0
GRANT_LIFE = 15.0
REVOKED_WITHIN = 5.0
COMMAND_DEADLINE = 2.0
STALE_FACTOR = 2.0
WARNINGS = (10 * 60.0, 2 * 60.0)

# What one batch may hold; a larger one is refused with 413.
MAX_BATCH_BYTES = 2_000_000
MAX_BLOCK_TIMES = 5_000
MAX_VARIABLES = 500

Key = Annotated[str, Field(min_length=1, max_length=64)]
Name = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[A-Za-z][A-Za-z0-9_]*$")]
Instant = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Number = Annotated[float, Field(allow_inf_nan=False)]
Text = Annotated[str, Field(max_length=512)]
Value = Number | bool | Text  # whichever fits exactly; numbers first, as most values are


def _known_contract(version: int) -> int:
    if not OLDEST_CONTRACT <= version <= CONTRACT:
        raise ValueError(f"contract {version} is not spoken here; known are {OLDEST_CONTRACT} to {CONTRACT}")
    return version


ContractVersion = Annotated[int, AfterValidator(_known_contract)]


class Message(BaseModel):
    """Immutable; unknown fields are ignored so that the newer side may add some."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Quality(StrEnum):
    good = "good"
    uncertain = "uncertain"
    bad = "bad"


class ItemState(StrEnum):
    """MachineryItemState of OPC 40001-1."""

    executing = "Executing"
    not_executing = "NotExecuting"
    out_of_service = "OutOfService"
    not_available = "NotAvailable"


class OperationMode(StrEnum):
    """MachineryOperationMode of OPC 40001-1 (``none`` is its value None)."""

    processing = "Processing"
    setup = "Setup"
    maintenance = "Maintenance"
    none = "None"


class EmergencyStop(StrEnum):
    pressed = "pressed"
    clear = "clear"
    unknown = "unknown"
