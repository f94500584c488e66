"""Read the sums that a lesson prints and reckon them again: `684 × 0.45 min = 307.8 min`, `16 ÷ 25 = 64.0 %`."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from dataclasses import dataclass

_WORDS = (
    "good parts per hour|parts per hour|good parts|points of OEE|per hour|parts|part|points|"
    "pezzi buoni all’ora|pezzi all’ora|pezzi buoni|punti di OEE|all’ora|pezzi|pezzo|punti|min|s|h"
)
_UNIT = re.compile(rf"(?<=[\d)])\s*(?P<unit>{_WORDS})(?![\w’])")
_PIECE = r"(?:\d+(?:\.\d+)?|[()%×÷+− ])"
_SUM = re.compile(rf"(?:\(|\d+(?:\.\d+)?){_PIECE}*(?:={_PIECE}+)+")
_TOKEN = re.compile(r"\s*(?:(?P<number>\d+(?:\.\d+)?)\s*(?P<percent>%)?|(?P<sign>[()×÷+−]))")
_STEPS: dict[str, Callable[[float, float], float]] = {
    "+": operator.add,
    "−": operator.sub,
    "×": operator.mul,
    "÷": operator.truediv,
}


@dataclass(frozen=True)
class Sum:
    """One printed sum: its text, the value of each side, and half a unit of the last printed place."""

    text: str
    sides: tuple[float, ...]
    rounding: float

    @property
    def holds(self) -> bool:
        return max(self.sides) - min(self.sides) <= self.rounding * 1.02 + 1e-9


def plain(text: str, language: str) -> str:
    """Numbers with a decimal point and no thousands marks, units gone, points of a percentage as %."""
    if language == "it":
        text = re.sub(r"(?<=\d)[.](?=\d{3}(?!\d))", "", text)
    else:
        text = re.sub(r"(?<=\d),(?=\d{3}(?!\d))", "", text)
    text = re.sub(r"(?<=\d),(?=\d)", ".", text)
    return _UNIT.sub(lambda found: " %" if found["unit"].startswith(("points", "punti")) else "", text.replace("*", ""))


def numbers(text: str, language: str) -> list[str]:
    """Every number of a text, as it reads in English without thousands marks, sorted."""
    return sorted(re.findall(r"\d+(?:\.\d+)?", plain(text, language)))


def sums(text: str, language: str) -> list[Sum]:
    found = []
    for span in _SUM.finditer(plain(text, language)):
        sides = [side.strip() for side in span[0].split("=")]
        if any(sign in side for side in sides for sign in _STEPS):
            found.append(Sum(span[0].strip(), tuple(_value(side) for side in sides), _rounding(sides)))
    return found


def _rounding(sides: list[str]) -> float:
    printed = [match for side in sides if (match := re.fullmatch(r"\d+(?:\.(\d+))?\s*(%)?", side))]
    steps = [0.5 * 10 ** -len(match[1] or "") / (100 if match[2] else 1) for match in printed]
    whole = [step for match, step in zip(printed, steps, strict=True) if match[1] or match[2]]
    return max(whole, default=0.0)


def _value(side: str) -> float:
    tokens = _TOKEN.findall(side)
    if "".join("".join(token) for token in tokens) != "".join(side.split()):
        raise ValueError(f"not a sum: {side}")
    value, rest = _added(tokens)
    if rest:
        raise ValueError(f"not a sum: {side}")
    return value


def _added(tokens: list[tuple[str, str, str]]) -> tuple[float, list[tuple[str, str, str]]]:
    value, tokens = _multiplied(tokens)
    while tokens and tokens[0][2] in ("+", "−"):
        sign, (right, tokens) = tokens[0][2], _multiplied(tokens[1:])
        value = _STEPS[sign](value, right)
    return value, tokens


def _multiplied(tokens: list[tuple[str, str, str]]) -> tuple[float, list[tuple[str, str, str]]]:
    value, tokens = _single(tokens)
    while tokens and tokens[0][2] in ("×", "÷"):
        sign, (right, tokens) = tokens[0][2], _single(tokens[1:])
        value = _STEPS[sign](value, right)
    return value, tokens


def _single(tokens: list[tuple[str, str, str]]) -> tuple[float, list[tuple[str, str, str]]]:
    number, percent, sign = tokens[0]
    if sign == "(":
        value, tokens = _added(tokens[1:])
        if not tokens or tokens[0][2] != ")":
            raise ValueError("a bracket is not closed")
        return value, tokens[1:]
    return float(number) / (100 if percent else 1), tokens[1:]
