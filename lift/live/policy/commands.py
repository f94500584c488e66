"""Bounds of a command, judged by the same function as at the gateway (X5), in words."""

from __future__ import annotations

import math
from typing import Any

from lift.core.errors import Problem
from lift.core.i18n import Text
from lift.edge.contract import (
    ActionSpec,
    AssetSpec,
    Bound,
    BoundProblem,
    ItemState,
    Kind,
    Value,
    VariableSpec,
    action_problem,
    bounds_problem,
)
from lift.live import texts

TRUE, FALSE = ("true", "on", "1", "yes"), ("false", "off", "0", "no")


def command_problems(
    spec: AssetSpec, name: str, value: Value, last_at: float | None, now: float, state: ItemState
) -> list[Problem]:
    """Why this value must not be written now, with the bound named and what would pass."""
    variable = spec.variable(name)
    if variable is None:
        return [Problem("X5", Text(texts.UNKNOWN_VARIABLE.msgid, {"name": name}), owner="live", field="variable")]
    broken = bounds_problem(variable, value, last_at, now, state)
    return [_problem(broken, variable)] if broken else []


def action_problems(spec: AssetSpec, name: str, last_at: float | None, now: float, state: ItemState) -> list[Problem]:
    """As ``command_problems``, for an action."""
    action = spec.action(name)
    if action is None:
        return [Problem("X5", Text(texts.UNKNOWN_VARIABLE.msgid, {"name": name}), owner="live", field="action")]
    broken = action_problem(action, last_at, now, state)
    return [_problem(broken, action)] if broken else []


def typed_value(spec: AssetSpec, name: str, text: str) -> Value:
    """What a form field means for a variable; text that fits nothing stays text and breaks the bound "kind"."""
    variable = spec.variable(name)
    kind = variable.kind if variable else Kind.text
    if kind is Kind.boolean:
        return True if text.lower() in TRUE else False if text.lower() in FALSE else text
    if kind in (Kind.analog, Kind.counter):
        return _number(text)
    return text


def _number(text: str) -> Value:
    try:
        number = float(text.replace(",", "."))
    except ValueError:
        return text
    return number if math.isfinite(number) else text


def _problem(broken: BoundProblem, spec: VariableSpec | ActionSpec) -> Problem:
    sentence = {
        Bound.writable: texts.NOT_WRITABLE,
        Bound.kind: texts.WRONG_KIND,
        Bound.low: texts.TOO_LOW,
        Bound.high: texts.TOO_HIGH,
        Bound.choice: texts.NO_CHOICE,
        Bound.state: texts.WRONG_STATE,
        Bound.rate: texts.TOO_SOON,
    }[broken.bound]
    params = {"name": texts.called(spec.name), "limit": _plain(broken.limit), **_words(broken, spec)}
    text = Text(sentence.msgid, params)
    return Problem(f"X5-{broken.bound.value}", text, owner="live", field="value", passes=broken.limit)


def _words(broken: BoundProblem, spec: VariableSpec | ActionSpec) -> dict[str, Any]:
    words: dict[str, Any] = {}
    if isinstance(spec, VariableSpec):
        words |= {"unit": spec.unit, "low": _plain(spec.low), "high": _plain(spec.high)}
        words |= {"choices": ", ".join(spec.choices)}
    if broken.bound is Bound.rate and isinstance(broken.limit, int | float):
        words["wait"] = f"{math.ceil(broken.limit * 10) / 10:g}"
    return words


def _plain(value: Any) -> str:
    return f"{value:g}" if isinstance(value, int | float) and not isinstance(value, bool) else str(value)
