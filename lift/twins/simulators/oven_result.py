"""What is measured on the simulated batches of the oven, and one batch as a curve."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from lift.core.i18n import N_
from lift.twins.simulators.base import Figure, Frozen, Result, figure_of
from lift.twins.simulators.luck import Floats

BAND_K = 3.0  # the oven is at its temperature within so many degrees
_POINTS = 180


class OvenPoint(Frozen):
    """A moment of the first batch: minutes since its start, °C, power in percent."""

    minute: float
    temperature: float
    power: float


class OvenResult(Result):
    """Figures over the batches, and the first batch as a curve."""

    target_c: float
    band_k: float
    curve: tuple[OvenPoint, ...]


def result_of(
    temperature: Floats,
    power: Floats,
    *,
    step_s: float,
    target_c: float,
    power_kw: float,
    simulator: str,
    version: str,
    seed: int,
) -> OvenResult:
    """Arrays are (steps, batches)."""
    every = max(1, temperature.shape[0] // _POINTS)
    curve = tuple(
        OvenPoint(
            minute=round((step + 1) * step_s / 60, 3),
            temperature=round(float(temperature[step, 0]), 2),
            power=round(float(power[step, 0]) * 100, 1),
        )
        for step in range(0, temperature.shape[0], every)
    )
    return OvenResult(
        simulator=simulator,
        version=version,
        seed=seed,
        replications=temperature.shape[1],
        figures=_figures(temperature, power, step_s, target_c, power_kw),
        target_c=target_c,
        band_k=BAND_K,
        curve=curve,
    )


def _figures(temperature: Floats, power: Floats, step_s: float, target_c: float, power_kw: float) -> tuple[Figure, ...]:
    inside = np.abs(temperature - target_c) <= BAND_K
    reached = inside.any(axis=0)
    first = np.where(reached, inside.argmax(axis=0), temperature.shape[0])
    after = np.arange(temperature.shape[0])[:, None] >= first
    columns: tuple[tuple[str, str, str, Floats], ...] = (
        ("reach_min", N_("Time until it is hot"), "min", np.where(reached, (first + 1) * step_s / 60, np.nan)),
        ("overshoot_k", N_("Too hot, at most"), "K", np.maximum(temperature.max(axis=0) - target_c, 0.0)),
        ("away_k", N_("Away from the target once it is hot"), "K", _mean(np.abs(temperature - target_c), after)),
        ("in_band", N_("Within 3 °C once it is hot"), "share", _mean(inside.astype(np.float64), after)),
        ("energy_kwh", N_("Energy of a batch"), "kWh", power.sum(axis=0) * power_kw * step_s / 3600),
    )
    return tuple(
        figure_of(key, label, unit, [None if np.isnan(value) else float(value) for value in values])
        for key, label, unit, values in columns
    )


def _mean(values: Floats, counted: npt.NDArray[np.bool_]) -> Floats:
    """Mean over the counted steps of each batch; NaN without any."""
    count = counted.sum(axis=0)
    return np.where(count > 0, np.where(counted, values, 0.0).sum(axis=0) / np.maximum(count, 1), np.nan)
