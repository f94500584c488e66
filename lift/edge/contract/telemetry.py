"""Batches of samples and their answers."""

from __future__ import annotations

from enum import StrEnum
from typing import Self

from pydantic import Field, model_validator

from lift.edge.contract.base import (
    CONTRACT,
    MAX_BLOCK_TIMES,
    MAX_VARIABLES,
    ContractVersion,
    Instant,
    Key,
    Message,
    Name,
    Quality,
    Value,
)


class GapReason(StrEnum):
    machine_down = "machine_down"
    gateway_down = "gateway_down"
    source_restarted = "source_restarted"
    source_overflow = "source_overflow"
    store_full = "store_full"
    store_lost = "store_lost"
    batch_refused = "batch_refused"


class Gap(Message):
    """No samples of ``asset`` exist in the half-open range from ``start`` to ``end``."""

    asset: Key
    start: Instant
    end: Instant
    reason: GapReason

    @model_validator(mode="after")
    def _ends_after_start(self) -> Self:
        if self.end < self.start:
            raise ValueError("a gap ends before it starts")
        return self


class Block(Message):
    """Columns of one asset: ``variables[name][i]`` was true at ``times[i]``; a missing value is null.

    ``qualities`` is sparse: ``{name: {index: quality}}`` for whatever is not good. ``period`` is seconds between
    samples. ``late`` says that the block is sent later than the live path would have done.
    """

    asset: Key
    times: tuple[Instant, ...] = Field(min_length=1, max_length=MAX_BLOCK_TIMES)
    variables: dict[Name, tuple[Value | None, ...]] = Field(min_length=1, max_length=MAX_VARIABLES)
    qualities: dict[Name, dict[int, Quality]] = Field(default_factory=dict)
    period: float = Field(gt=0)
    late: bool = False

    @model_validator(mode="after")
    def _columns_match_times(self) -> Self:
        if any(later <= earlier for earlier, later in zip(self.times, self.times[1:], strict=False)):
            raise ValueError("times must rise")
        for name, column in self.variables.items():
            if len(column) != len(self.times):
                raise ValueError(f"{name} has {len(column)} values for {len(self.times)} times")
        for name, marks in self.qualities.items():
            if name not in self.variables or any(not 0 <= index < len(self.times) for index in marks):
                raise ValueError(f"qualities of {name} point outside its column")
        return self


class Batch(Message):
    """Numbered from 1 without holes within one ``store``; the gateway keeps it until it is acknowledged."""

    contract: ContractVersion = CONTRACT
    store: Key
    sequence: int = Field(ge=1)
    blocks: tuple[Block, ...] = Field(default=(), max_length=200)
    gaps: tuple[Gap, ...] = Field(default=(), max_length=1_000)


class BatchAccepted(Message):
    """200: stored, or stored before (``duplicate``); either way the gateway forgets it."""

    next_sequence: int = Field(ge=1)
    duplicate: bool = False


class SequenceGap(Message):
    """409: another number was expected; nothing was stored."""

    expected: int = Field(ge=1)


class BatchRefused(Message):
    """422, malformed. The cursor moved past it, a gap is recorded; the gateway keeps it aside and goes on."""

    reason: str = Field(max_length=2_000)
    sequence: int = Field(ge=0)
