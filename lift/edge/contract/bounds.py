"""What may be written to an asset: described once, judged by the same pure functions at platform and gateway."""

from __future__ import annotations

import math
from enum import StrEnum
from typing import Self

from pydantic import Field, model_validator

from lift.edge.contract.base import MAX_VARIABLES, ItemState, Message, Name, Number, Value


class Bound(StrEnum):
    """Which bound of a variable or action a command broke."""

    writable = "writable"
    kind = "kind"
    low = "low"
    high = "high"
    choice = "choice"
    state = "state"
    rate = "rate"


class Kind(StrEnum):
    analog = "analog"
    discrete = "discrete"
    boolean = "bool"
    text = "text"
    counter = "counter"


class VariableSpec(Message):
    """One variable of an asset, as the platform registers it and as the gateway guards it.

    ``period`` and ``min_interval`` are seconds; ``low`` and ``high`` are inclusive and in ``unit``; ``allowed_states``
    are the item states in which it may be written (empty: in any).
    """

    name: Name
    unit: str = Field(default="", max_length=16)
    kind: Kind = Kind.analog
    period: float = Field(default=1.0, gt=0)
    writable: bool = False
    low: Number | None = None
    high: Number | None = None
    choices: tuple[str, ...] = ()
    min_interval: float = Field(default=0.0, ge=0)
    allowed_states: tuple[ItemState, ...] = ()
    semantic_id: str | None = Field(default=None, max_length=256)

    @model_validator(mode="after")
    def _range_is_ordered(self) -> Self:
        if self.low is not None and self.high is not None and self.low > self.high:
            raise ValueError(f"{self.name}: low {self.low} is above high {self.high}")
        if self.writable and self.kind is Kind.analog and (self.low is None or self.high is None):
            raise ValueError(f"{self.name}: a writable number needs both low and high")
        return self


class ActionSpec(Message):
    """Something an asset can do on command; ``min_interval`` (s) and ``allowed_states`` as for a variable."""

    name: Name
    min_interval: float = Field(default=0.0, ge=0)
    allowed_states: tuple[ItemState, ...] = ()


class AssetSpec(Message):
    """All that is readable, writable and doable at one kind of asset."""

    variables: tuple[VariableSpec, ...] = Field(default=(), max_length=MAX_VARIABLES)
    actions: tuple[ActionSpec, ...] = ()

    def variable(self, name: str) -> VariableSpec | None:
        return next((spec for spec in self.variables if spec.name == name), None)

    def action(self, name: str) -> ActionSpec | None:
        return next((spec for spec in self.actions if spec.name == name), None)

    @model_validator(mode="after")
    def _names_are_unique(self) -> Self:
        for specs in (self.variables, self.actions):
            names = [spec.name for spec in specs]
            if len(set(names)) != len(names):
                raise ValueError("two of the same name")
        return self


class BoundProblem(Message):
    """A broken bound: ``limit`` is the value that would have passed, or the states or choices that do."""

    bound: Bound
    name: str
    value: Value | None = None
    limit: Value | tuple[str, ...] | None = None


def bounds_problem(
    spec: VariableSpec, value: Value, last_write_at: float | None, now: float, state: ItemState
) -> BoundProblem | None:
    """First broken bound of writing ``value``, or None. Order: writable, kind, range or choice, state, rate.

    ``last_write_at`` and ``now`` are seconds of one and the same clock. The rate limit names the seconds still to wait.
    """
    if not spec.writable:
        return _broken(Bound.writable, spec.name, value, None)
    if not _fits(spec.kind, value):
        return _broken(Bound.kind, spec.name, value, spec.kind.value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        if spec.low is not None and value < spec.low:
            return _broken(Bound.low, spec.name, value, spec.low)
        if spec.high is not None and value > spec.high:
            return _broken(Bound.high, spec.name, value, spec.high)
    if spec.choices and value not in spec.choices:
        return _broken(Bound.choice, spec.name, value, spec.choices)
    return _state_or_rate(spec, value, last_write_at, now, state)


def action_problem(spec: ActionSpec, last_run_at: float | None, now: float, state: ItemState) -> BoundProblem | None:
    """As :func:`bounds_problem`, for an action."""
    return _state_or_rate(spec, None, last_run_at, now, state)


def _state_or_rate(
    spec: VariableSpec | ActionSpec, value: Value | None, last_at: float | None, now: float, state: ItemState
) -> BoundProblem | None:
    if spec.allowed_states and state not in spec.allowed_states:
        return _broken(Bound.state, spec.name, value, tuple(allowed.value for allowed in spec.allowed_states))
    if last_at is not None and now - last_at < spec.min_interval:
        wait = min(spec.min_interval, spec.min_interval - (now - last_at))
        return _broken(Bound.rate, spec.name, value, wait)
    return None


def _broken(bound: Bound, name: str, value: Value | None, limit: Value | tuple[str, ...] | None) -> BoundProblem:
    finite = value if not isinstance(value, float) or math.isfinite(value) else str(value)
    return BoundProblem(bound=bound, name=name, value=finite, limit=limit)


def _fits(kind: Kind, value: Value) -> bool:
    if kind is Kind.boolean:
        return isinstance(value, bool)
    if kind in (Kind.text, Kind.discrete):
        return isinstance(value, str)
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return False
    return kind is Kind.analog or float(value).is_integer()
