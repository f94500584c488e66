"""Heartbeat and its answer."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from pydantic import Field

from lift.edge.contract.base import (
    CONTRACT,
    MAX_VARIABLES,
    ContractVersion,
    EmergencyStop,
    Instant,
    ItemState,
    Key,
    Message,
    Name,
    Number,
    OperationMode,
    Quality,
    Value,
)
from lift.edge.contract.bounds import Bound


class Outcome(StrEnum):
    """``accepted`` is reported while a command is being carried out; the other four are final."""

    accepted = "accepted"
    refused = "refused"
    done = "done"
    failed = "failed"
    expired = "expired"


class Reason(StrEnum):
    """Why the gateway refused, failed or let a command expire."""

    bad_token = "bad_token"  # noqa: S105 - a reason, not a secret
    replayed = "replayed"
    no_grant = "no_grant"
    view_only = "view_only"
    grant_over = "grant_over"
    revoked = "revoked"
    clock_unknown = "clock_unknown"
    link_lost = "link_lost"
    deadline = "deadline"
    stopped = "stopped"
    lab_stopped = "lab_stopped"
    emergency_stop = "emergency_stop"
    interlock = "interlock"
    no_watchdog = "no_watchdog"
    machine_down = "machine_down"
    unknown_asset = "unknown_asset"
    unknown_variable = "unknown_variable"
    unknown_action = "unknown_action"
    out_of_bounds = "out_of_bounds"
    machine_refused = "machine_refused"
    timeout = "timeout"
    interrupted = "interrupted"


class ReportedValue(Message):
    value: Value | None
    quality: Quality = Quality.good
    source_time: Instant


class AssetReport(Message):
    """What the gateway knows of one asset now. ``safe`` is read back from the machine, never the wish."""

    asset: Key
    link: bool
    item_state: ItemState = ItemState.not_available
    operation_mode: OperationMode = OperationMode.none
    watchdog_ok: bool = False
    interlock_ok: bool = False
    emergency_stop: EmergencyStop = EmergencyStop.unknown
    safe: bool = False
    driver_grant: Key | None = None
    last_counter: int = Field(default=0, ge=0)
    reported: dict[Name, ReportedValue] = Field(default_factory=dict, max_length=MAX_VARIABLES)


class CommandAnswer(Message):
    """Sent with every heartbeat until one of them is answered with 200; the platform keeps the first final one."""

    command: Key
    outcome: Outcome
    reason: Reason | None = None
    bound: Bound | None = None
    limit: Value | tuple[str, ...] | None = None
    value_before: Value | None = None
    value_after: Value | None = None
    at: Instant


class Heartbeat(Message):
    """Gateway to platform. ``stops_held`` are the orders it keeps, ``stops_reached`` those whose machine is safe."""

    contract: ContractVersion = CONTRACT
    gateway_version: str = Field(max_length=32)
    store: Key
    next_sequence: int = Field(ge=1)
    monotonic: Number
    sent_at: Instant
    clock_offset: Number | None = None
    assets: tuple[AssetReport, ...] = Field(default=(), max_length=200)
    answers: tuple[CommandAnswer, ...] = Field(default=(), max_length=1_000)
    stops_held: tuple[Key, ...] = Field(default=(), max_length=1_000)
    stops_reached: tuple[Key, ...] = Field(default=(), max_length=1_000)


class StopKind(StrEnum):
    stop = "stop"
    lab_stop = "lab_stop"


class StopOrder(Message):
    """``asset`` goes to its safe state and takes no command until an order of the same id comes with ``released``.

    The gateway keeps an order on disk, through restarts and lost links; one that only vanishes from the answer stays.
    """

    id: Key
    asset: Key
    kind: StopKind = StopKind.stop
    latched: bool = False
    released: bool = False


class HeartbeatAnswer(Message):
    """Platform to gateway, from the database.

    ``grants`` are all live grants (freshly signed), ``revoked`` the grant ids ended early, ``stops`` every standing
    stop plus the released ones that the heartbeat says are still held, ``commands`` all that have no final answer yet.
    ``keys`` is the JWKS of the platform's Ed25519 verify keys (two are valid while they rotate).
    """

    contract: int = CONTRACT
    platform_time: Instant
    grants: tuple[str, ...] = ()
    revoked: tuple[Key, ...] = ()
    stops: tuple[StopOrder, ...] = ()
    commands: tuple[str, ...] = ()
    keys: dict[str, Any] = Field(default_factory=lambda: {"keys": []})
    expected_sequence: int = Field(default=1, ge=1)
