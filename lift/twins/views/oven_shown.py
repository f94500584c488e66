"""A batch of the oven as the template shows it: temperature against the target, the power below."""

from __future__ import annotations

from typing import Any

from lift.twins.simulators.oven_result import OvenResult
from lift.twins.views.result_shown import axis, number
from lift.web.i18n import gettext as _

WIDE, HIGH, LEFT = 760, 220, 46  # the picture, in its own units
POWER_TOP, POWER_HIGH = 236, 46
_TABLE_ROWS = 20


def oven(result: OvenResult) -> dict[str, Any]:
    """Lines and marks in the picture's units, the same numbers as a table."""
    points = result.curve
    last = points[-1].minute
    low, high, ticks = axis(
        [min(min(p.temperature for p in points), result.target_c)],
        [max(max(p.temperature for p in points), result.target_c)],
    )

    def x(minute: float) -> float:
        return round(LEFT + minute / last * (WIDE - LEFT - 8), 1)

    def y(temperature: float) -> float:
        return round(HIGH - 20 - (temperature - low) / (high - low) * (HIGH - 32), 1)

    def y_power(percent: float) -> float:
        return round(POWER_TOP + POWER_HIGH * (1 - percent / 100), 1)

    return {
        "size": (WIDE, POWER_TOP + POWER_HIGH + 24),
        "left": LEFT,
        "bottom": HIGH - 20,
        "temperature": _line([(x(p.minute), y(p.temperature)) for p in points]),
        "power": _line([(x(p.minute), y_power(p.power)) for p in points]),
        "power_lines": ((y_power(100), "100 %"), (y_power(0), "0")),
        "target": (y(result.target_c), _("wanted: %(target)s °C", target=number(result.target_c, 0))),
        "band": (y(result.target_c + result.band_k), y(result.target_c - result.band_k)),
        "ticks": [(y(mark), f"{mark:g}") for mark in ticks if y(mark) <= HIGH - 20],
        "minutes": [(x(last * part / 4), number(last * part / 4, 0)) for part in range(5)],
        "table": [
            (number(p.minute, 1), number(p.temperature, 1), number(p.power, 0))
            for p in points[:: max(1, len(points) // _TABLE_ROWS)]
        ],
    }


def _line(points: list[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{x} {y}" for x, y in points)
