"""Units of measure: names, symbols, and conversion between units of the same quantity only."""

from __future__ import annotations

from dataclasses import dataclass


class UnitMismatch(ValueError):
    """Two units that do not measure the same thing, or a unit that is not known."""


@dataclass(frozen=True, slots=True)
class Unit:
    """value in the quantity's base unit = value x factor + offset. `unece` is the common code that OPC UA uses."""

    key: str
    symbol: str
    quantity: str
    factor: float = 1.0
    offset: float = 0.0
    unece: str = ""


_ALL = (
    Unit("second", "s", "time", unece="SEC"),
    Unit("millisecond", "ms", "time", 0.001, unece="C26"),
    Unit("minute", "min", "time", 60.0, unece="MIN"),
    Unit("hour", "h", "time", 3600.0, unece="HUR"),
    Unit("day", "d", "time", 86400.0, unece="DAY"),
    Unit("metre", "m", "length", unece="MTR"),
    Unit("millimetre", "mm", "length", 0.001, unece="MMT"),
    Unit("one", "", "ratio", unece="C62"),
    Unit("percent", "%", "ratio", 0.01, unece="P1"),
    Unit("kelvin", "K", "temperature", unece="KEL"),
    Unit("celsius", "°C", "temperature", 1.0, 273.15, unece="CEL"),
    Unit("watt", "W", "power", unece="WTT"),
    Unit("kilowatt", "kW", "power", 1000.0, unece="KWT"),
    Unit("joule", "J", "energy", unece="JOU"),
    Unit("kilowatt_hour", "kWh", "energy", 3.6e6, unece="KWH"),
    Unit("rpm", "rpm", "rotation", unece="RPM"),
    Unit("part", "parts", "count", unece="H87"),
    Unit("part_per_second", "parts/s", "count_rate"),
    Unit("part_per_minute", "parts/min", "count_rate", 1 / 60),
    Unit("part_per_hour", "parts/h", "count_rate", 1 / 3600),
    Unit("metre_per_second", "m/s", "speed", unece="MTS"),
    Unit("millimetre_per_minute", "mm/min", "speed", 0.001 / 60),
)
UNITS: dict[str, Unit] = {unit.key: unit for unit in _ALL}
_BY_NAME = {name: unit for unit in _ALL for name in (unit.key, unit.symbol, unit.unece) if name}


def unit(name: str) -> Unit:
    """The unit with this key, symbol or UNECE common code. UnitMismatch if there is none."""
    found = _BY_NAME.get(name)
    if found is None:
        raise UnitMismatch(f"unknown unit {name!r}")
    return found


def convert(value: float, source: str, target: str) -> float:
    """The value in the target unit. UnitMismatch between different quantities."""
    a, b = unit(source), unit(target)
    if a.quantity != b.quantity:
        raise UnitMismatch(f"{a.key} is a {a.quantity}, {b.key} is a {b.quantity}")
    if a is b:
        return value
    return (value * a.factor + a.offset - b.offset) / b.factor


def duration_text(seconds: float) -> str:
    """Seconds as people say them: "132" becomes "2 min 12 s", "5400" "1 h 30 min"; symbols only, so no translation."""
    whole = round(seconds)
    sign, whole = ("-", -whole) if whole < 0 else ("", whole)
    hours, rest = divmod(whole, 3600)
    minutes, left = divmod(rest, 60)
    parts = [f"{hours} h" if hours else "", f"{minutes} min" if minutes else "", f"{left} s" if left else ""]
    shown = [part for part in parts if part]
    return sign + " ".join(shown) if shown else "0 s"
