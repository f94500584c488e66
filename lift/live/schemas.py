"""Input and output of the API of the live path. Instants of samples are seconds since the epoch, as gateways send them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Self
from uuid import UUID

from pydantic import AwareDatetime, Field, model_validator

from lift.edge.contract import Value
from lift.live.enums import BenchMode, CommandState, Freshness
from lift.live.models import Bench, Command
from lift.live.queries.bench import Link
from lift.live.queries.samples import Reading, Samples
from lift.web.api import ApiModel

LONGEST_HISTORY = timedelta(hours=1)


class ReadingOut(ApiModel):
    """The last known value of one variable (X1)."""

    name: str
    value: Value | None
    unit: str
    quality: str
    source_time: float | None = Field(description="When the machine said it.")
    received_time: float | None = Field(description="When the platform took it in.")
    freshness: Freshness = Field(description="Stale once twice its period passed without it.")


class StateOut(ApiModel):
    """What an asset last said."""

    asset_id: UUID
    at: float
    item_state: str
    safe: bool | None
    emergency_stop: str
    gateway_clock_offset: float | None
    variables: list[ReadingOut]

    @classmethod
    def of(cls, asset_id: UUID, link: Link, readings: list[Reading], now: datetime) -> StateOut:
        """Out of the link's last report and the readings."""
        return cls(
            asset_id=asset_id,
            at=now.timestamp(),
            item_state=link.item_state,
            safe=link.report.get("safe"),
            emergency_stop=str(link.report.get("emergency_stop", "unknown")),
            gateway_clock_offset=link.clock_offset,
            variables=[ReadingOut.model_validate(reading) for reading in readings],
        )


class HistoryQuery(ApiModel):
    """A window of at most one hour, half-open."""

    since: AwareDatetime
    until: AwareDatetime
    variables: str = Field(default="", max_length=2_000, description="Names, separated by commas; empty: all.")
    points: int = Field(
        default=0, ge=0, le=20_000, description="0: every stored sample; else thinned, keeping extremes."
    )

    @model_validator(mode="after")
    def _is_a_window(self) -> Self:
        if not timedelta() < self.until - self.since <= LONGEST_HISTORY:
            raise ValueError("the window must be over 0 and at most 1 hour long")
        return self

    @property
    def names(self) -> frozenset[str] | None:
        """The variables asked for; None for all."""
        found = frozenset(name.strip() for name in self.variables.split(",") if name.strip())
        return found or None


class HoleOut(ApiModel):
    """No samples exist in [start, end)."""

    start: float
    end: float
    reason: str


class HistoryOut(ApiModel):
    """Exactly the stored samples, in columns over common times, and the gap records between them (X2)."""

    asset_id: UUID
    times: list[float]
    variables: dict[str, list[Value | None]]
    qualities: dict[str, dict[int, str]]
    period: float
    gaps: list[HoleOut]

    @classmethod
    def of(cls, asset_id: UUID, found: Samples) -> HistoryOut:
        """Out of what was read."""
        return cls(
            asset_id=asset_id,
            times=found.times,
            variables=found.variables,
            qualities=found.qualities,
            period=found.period,
            gaps=[HoleOut.model_validate(hole) for hole in found.gaps],
        )


class BenchIn(ApiModel):
    """Open a bench: in a booking that runs now, for one of its assets."""

    booking_id: UUID
    asset_id: UUID
    mode: BenchMode = BenchMode.ASSET


class BenchOut(ApiModel):
    """A bench of yours."""

    id: UUID
    booking_id: UUID
    asset_id: UUID
    mode: BenchMode
    opened_at: datetime
    closed_at: datetime | None
    drives: bool

    @classmethod
    def of(cls, bench: Bench, drives: bool) -> BenchOut:
        """Out of its row."""
        fields = {name: getattr(bench, name) for name in cls.model_fields if name != "drives"}
        return cls(**fields, drives=drives)


class BenchPage(ApiModel):
    """Your open benches, newest first."""

    items: list[BenchOut]


class CommandIn(ApiModel):
    """A variable with its value, or an action."""

    variable: str | None = Field(default=None, min_length=1, max_length=64)
    action: str | None = Field(default=None, min_length=1, max_length=64)
    value: Value | None = None

    @model_validator(mode="after")
    def _names_one_thing(self) -> Self:
        if (self.variable is None) == (self.action is None):
            raise ValueError("name a variable or an action")
        if (self.variable is None) != (self.value is None):
            raise ValueError("a variable needs a value, an action takes none")
        return self


class CommandOut(ApiModel):
    """A command and what became of it (X4)."""

    id: UUID
    variable: str | None
    action: str | None
    value: Value | None
    state: CommandState
    reason: str | None
    bound: str | None
    value_before: Value | None
    value_after: Value | None
    asked_at: datetime
    deadline: datetime
    answered_at: datetime | None

    @classmethod
    def of(cls, command: Command) -> CommandOut:
        """Out of its row."""
        boxed = ("value", "value_before", "value_after")
        fields = {name: getattr(command, name) for name in cls.model_fields if name not in boxed}
        return cls(**fields, **{name: _unboxed(getattr(command, name)) for name in boxed})


class CommandPage(ApiModel):
    """Commands of a bench, newest first."""

    items: list[CommandOut]


def _unboxed(value: dict[str, Any] | None) -> Any:
    return None if value is None else value.get("v")
