"""Reading a number as people type it: comma or point, percent or fraction, with separators, with a unit (X19)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from lift.core.i18n import N_, Text
from lift.measures.units import UnitMismatch, convert, unit

MAX_LENGTH = 40
_MAX_DIGITS = 15
_LARGEST_RATIO = Decimal(10)
# Locales that write 1,234.5; the others here write 1.234,5 or 1 234,5.
_POINT_LOCALES = frozenset({"en", "he", "ja", "ko", "th", "zh"})
_PERCENT_WORDS = ("per cento", "per cent", "percento", "percent", "prozent", "pour cent", "por ciento", "pct")
_UNIT_NAMES = {"%": "percent", "s": "second", "min": "minute", "h": "hour", "parts": "part", "parts/h": "part_per_hour"}
_EURO = ("EUR", "€")
_SPELLINGS = str.maketrans("−–’٫٪", "--'.%")
_NUMBER = re.compile(r"(?P<sign>[+-]?)(?P<body>[0-9.,']+|[0-9]{1,3}(?: [0-9]{3})+(?:[.,][0-9]+)?)")


class ReadAs(StrEnum):
    """How a number was read."""

    FRACTION = "fraction"  # 0.85
    PERCENT = "percent"  # 85 or 85 %
    NUMBER = "number"  # in the unit asked for
    CONVERTED = "converted"  # typed in another unit of the same quantity


class Unreadable(StrEnum):
    """Why nothing could be read."""

    EMPTY = "empty"
    TOO_LONG = "too_long"
    NOT_A_NUMBER = "not_a_number"
    NEGATIVE = "negative"
    PERCENT_OR_FRACTION = "percent_or_fraction"
    TOO_LARGE = "too_large"
    OTHER_UNIT = "other_unit"


@dataclass(frozen=True, slots=True)
class Reading:
    """A number that was read: its value (a ratio as 0.85), how it was read, and what was typed."""

    value: float
    how: ReadAs
    typed: str
    decimals: int

    @property
    def percent(self) -> float:
        """The value in percent; only of a ratio."""
        return float(Decimal(str(self.value)) * 100)


@dataclass(frozen=True, slots=True)
class ReadProblem:
    """Nothing could be read, and what to type instead."""

    kind: Unreadable
    text: Text
    typed: str


_WAYS_OUT = {
    Unreadable.EMPTY: N_("Type a number, for example %(example)s."),
    Unreadable.TOO_LONG: N_("This is too long for a number. Type only the number, for example %(example)s."),
    Unreadable.NOT_A_NUMBER: N_("We could not read this as one number. Type only the number, for example %(example)s."),
    Unreadable.NEGATIVE: N_("This number cannot be below zero. Type it without the minus, for example %(example)s."),
    Unreadable.PERCENT_OR_FRACTION: N_(
        "We cannot tell whether this is percent or a fraction. Add the percent sign, for example %(example)s."
    ),
    Unreadable.TOO_LARGE: N_("This is more than 1000 percent. Type a value like %(example)s."),
    Unreadable.OTHER_UNIT: N_("This unit does not fit. The answer is asked in %(unit)s, for example %(example)s."),
}


class _Refused(Exception):
    def __init__(self, kind: Unreadable) -> None:
        super().__init__(kind)
        self.kind = kind


def read_ratio(text: str, locale: str = "en") -> Reading | ReadProblem:
    """A ratio: "0,85", "0.85", "85 %", "85%", "85" and " 85,0 " are all 0.85.

    With a percent sign (or word) the number is percent, also "0.85 %". Without one, up to 1 is a fraction and from 2
    on is percent; between 1 and 2 nobody can tell, so the sign is asked for. A single comma or point is always the
    decimal mark: a ratio has no thousands.
    """
    try:
        plain, sign = _strip(_tidy(text), (*_PERCENT_WORDS, "%"))
        number, decimals = _decimal(plain, locale, thousands=False)
        return _as_ratio(number, decimals, percent_sign=bool(sign), typed=text)
    except _Refused as refused:
        return _problem(refused.kind, text, "%", locale)


def read_number(text: str, unit_name: str = "", locale: str = "en", *, negative: bool = False) -> Reading | ReadProblem:
    """A number in `unit_name` ("s", "min", "h", "parts", "parts/h", "EUR" or ""), with or without the unit behind it.

    Another unit of the same quantity is converted. Where "1,234" could be either, the locale's habit decides.
    """
    try:
        plain, typed_unit = _strip(_tidy(text), _known_units())
        number, decimals = _decimal(plain, locale, thousands=True)
        if number < 0 and not negative:
            raise _Refused(Unreadable.NEGATIVE)
        return _in_unit(number, decimals, typed_unit, unit_name, text)
    except _Refused as refused:
        return _problem(refused.kind, text, unit_name, locale)


def read_answer(text: str, unit_name: str, locale: str = "en") -> Reading | ReadProblem:
    """An exercise's answer in the exercise's own unit: with "%" the value is in percent points (85.0)."""
    if unit_name != "%":
        return read_number(text, unit_name, locale)
    read = read_ratio(text, locale)
    return read if isinstance(read, ReadProblem) else Reading(read.percent, read.how, read.typed, read.decimals)


def _tidy(text: str) -> str:
    """One plain spelling of digits, spaces, minus and apostrophe; what people put before a number is dropped."""
    if len(text) > MAX_LENGTH:
        raise _Refused(Unreadable.TOO_LONG)
    plain = unicodedata.normalize("NFKC", text)
    plain = "".join(str(unicodedata.digit(c)) if c.isdecimal() else c for c in plain)
    plain = re.sub(r"\s+", " ", plain.translate(_SPELLINGS))
    plain = plain.strip().lstrip("=≈~").strip()
    if not plain:
        raise _Refused(Unreadable.EMPTY)
    return plain


def _strip(plain: str, endings: Sequence[str]) -> tuple[str, str]:
    """The number without the longest of the endings that it has, and that ending."""
    for ending in sorted(endings, key=len, reverse=True):
        if plain.casefold().endswith(ending.casefold()):
            return plain[: len(plain) - len(ending)].strip(), ending
    return plain, ""


def _decimal(plain: str, locale: str, *, thousands: bool) -> tuple[Decimal, int]:
    """The number and how many decimals it had."""
    match = _NUMBER.fullmatch(re.sub(r"^([+-]) ", r"\1", plain))
    if match is None:
        raise _Refused(Unreadable.NOT_A_NUMBER)
    whole, fraction = _split(match["body"].replace(" ", "'"), locale, thousands=thousands)
    if not (whole or fraction) or len(whole + fraction) > _MAX_DIGITS:
        raise _Refused(Unreadable.NOT_A_NUMBER)
    number = Decimal(f"{whole or '0'}.{fraction or '0'}")
    return (-number if match["sign"] == "-" else number), len(fraction)


def _split(body: str, locale: str, *, thousands: bool) -> tuple[str, str]:
    """Digits before and after the decimal mark. Groups, where there are any, must be groups of three."""
    mark = _decimal_mark(body, locale, thousands=thousands)
    whole, _, fraction = body.rpartition(mark) if mark else (body, "", "")
    groups = re.split(r"[.,']", whole)
    separators = set(re.findall(r"[.,']", whole))
    well_formed = len(groups) == 1 or (1 <= len(groups[0]) <= 3 and all(len(group) == 3 for group in groups[1:]))
    if not well_formed or len(separators) > 1 or (fraction and not fraction.isdecimal()):
        raise _Refused(Unreadable.NOT_A_NUMBER)
    return "".join(groups), fraction


def _decimal_mark(body: str, locale: str, *, thousands: bool) -> str:
    """Which of point and comma is the decimal mark in this number; "" for none."""
    marks = [mark for mark in ".," if mark in body]
    if len(marks) == 2:
        return max(marks, key=body.rindex)
    if not marks:
        return ""
    mark = marks[0]
    if body.count(mark) > 1:
        return ""
    grouped = re.fullmatch(r"[1-9][0-9]{0,2}[.,][0-9]{3}", body) is not None
    groups_by_habit = mark == ("," if locale.split("_")[0].split("-")[0] in _POINT_LOCALES else ".")
    return "" if thousands and grouped and groups_by_habit else mark


def _as_ratio(number: Decimal, decimals: int, *, percent_sign: bool, typed: str) -> Reading:
    if number < 0:
        raise _Refused(Unreadable.NEGATIVE)
    if not percent_sign and 1 < number < 2:
        raise _Refused(Unreadable.PERCENT_OR_FRACTION)
    as_percent = percent_sign or number >= 2
    value = number / 100 if as_percent else number
    if value > _LARGEST_RATIO:
        raise _Refused(Unreadable.TOO_LARGE)
    return Reading(float(value), ReadAs.PERCENT if as_percent else ReadAs.FRACTION, typed, decimals)


def _known_units() -> tuple[str, ...]:
    return (*_UNIT_NAMES, *_EURO)


def _in_unit(number: Decimal, decimals: int, typed_unit: str, wanted: str, typed: str) -> Reading:
    """The number in the wanted unit."""
    if typed_unit == wanted or not typed_unit or (typed_unit in _EURO and wanted in _EURO):
        return Reading(float(number), ReadAs.NUMBER, typed, decimals)
    source, target = _UNIT_NAMES.get(typed_unit), _UNIT_NAMES.get(wanted)
    if source is None or target is None:
        raise _Refused(Unreadable.OTHER_UNIT)
    try:
        return Reading(convert(float(number), source, target), ReadAs.CONVERTED, typed, decimals)
    except UnitMismatch:
        raise _Refused(Unreadable.OTHER_UNIT) from None


def _problem(kind: Unreadable, typed: str, unit_name: str, locale: str) -> ReadProblem:
    """The way out, with an example written as the reader's locale writes it."""
    known = _UNIT_NAMES.get(unit_name)
    symbol = unit(known).symbol if known else unit_name
    example = "85 %" if symbol == "%" else "12.5" if locale[:2] in _POINT_LOCALES else "12,5"
    return ReadProblem(kind, Text(_WAYS_OUT[kind], {"example": example, "unit": symbol}), typed)
