"""The oven twin: a first-order oven with dead time under a PID controller, batch after batch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import numpy.typing as npt
from pydantic import Field
from pydantic.config import JsonDict

from lift.core.i18n import N_
from lift.twins.simulators import luck
from lift.twins.simulators.base import Cancelled, Parameters, Progress, SimulationCancelled, Simulator
from lift.twins.simulators.luck import Floats
from lift.twins.simulators.oven_result import OvenResult, result_of

STEP_S = 2.0
ROOM_C = 22.0
_ROOM_SPREAD = 2.0  # K from batch to batch
_SENSOR_SPREAD = 0.2  # K from reading to reading
_DOOR_S = 20.0  # how long the door stays open
_DOOR_LOSS = 6.0  # heat lost through the open door, in multiples of what is lost when it is shut
_RATE_TAU_S = 10.0  # the controller smooths the rate of the reading over so long
_REPORTS = 20


def _extra(group: str, unit: str, step: float = 1) -> JsonDict:
    return {"group": group, "unit": unit, "step": step}


class OvenParameters(Parameters):
    """What can be changed on oven and controller."""

    target_c: float = Field(
        180, ge=60, le=240, title=N_("Temperature wanted"), json_schema_extra=_extra("control", "°C")
    )
    gain: float = Field(
        4,
        ge=0,
        le=50,
        title=N_("Gain (P)"),
        description=N_("Percent of the power for each degree that is missing."),
        json_schema_extra=_extra("control", "%/K", 0.5),
    )
    integral_min: float = Field(
        12,
        ge=0,
        le=120,
        title=N_("Integral time (I)"),
        description=N_("0 switches it off; the shorter, the harder a lasting difference is worked against."),
        json_schema_extra=_extra("control", "min"),
    )
    derivative_s: float = Field(
        0,
        ge=0,
        le=120,
        title=N_("Derivative time (D)"),
        description=N_("0 switches it off; it brakes when the temperature changes fast."),
        json_schema_extra=_extra("control", "s", 5),
    )
    tau_min: float = Field(
        20,
        ge=5,
        le=120,
        title=N_("Time constant of the oven"),
        description=N_("After so long at constant power, almost two thirds (63%) of the way is done."),
        json_schema_extra=_extra("oven", "min"),
    )
    reach_k: float = Field(
        260,
        ge=100,
        le=400,
        title=N_("Warmer than the room at full power"),
        json_schema_extra=_extra("oven", "K", 10),
    )
    dead_s: float = Field(30, ge=0, le=180, title=N_("Dead time"), json_schema_extra=_extra("oven", "s", 5))
    power_kw: float = Field(12, ge=1, le=60, title=N_("Power of the heater"), json_schema_extra=_extra("oven", "kW"))
    door_every_min: float = Field(
        30,
        ge=0,
        le=240,
        title=N_("The door opens, on average every"),
        description=N_("0: the door stays shut."),
        json_schema_extra=_extra("stops", "min", 5),
    )
    hours: float = Field(2, ge=1, le=8, title=N_("Length of a batch"), json_schema_extra=_extra("run", "h"))
    batches: int = Field(30, ge=10, le=100, title=N_("Batches to simulate"), json_schema_extra=_extra("run", "batches"))

    @property
    def steps(self) -> int:
        return round(self.hours * 3600 / STEP_S)


@dataclass(frozen=True, slots=True)
class Batches:
    """Simulated batches, each array (steps, batches): temperature in °C after each step, power from 0 to 1 in it."""

    temperature: Floats
    power: Floats


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the batches meet: room in °C (batches,), door open and sensor noise in K, both (steps, batches)."""

    room: Floats
    door: npt.NDArray[np.bool_]
    noise: Floats


def surroundings(parameters: OvenParameters, seed: int) -> Surroundings:
    """Drawn by seed and batch alone."""
    batches, steps = range(parameters.batches), parameters.steps
    room = [ROOM_C + _ROOM_SPREAD * luck.stream(seed, batch, luck.ROOM).standard_normal() for batch in batches]
    noise = [_SENSOR_SPREAD * luck.stream(seed, batch, luck.SENSOR).standard_normal(steps) for batch in batches]
    door = [_door(parameters, seed, batch) for batch in batches]
    return Surroundings(np.array(room), np.stack(door, axis=1), np.stack(noise, axis=1))


def _door(parameters: OvenParameters, seed: int, batch: int) -> npt.NDArray[np.bool_]:
    is_open = np.zeros(parameters.steps, dtype=np.bool_)
    if parameters.door_every_min == 0:
        return is_open
    draw, at, long = luck.stream(seed, batch, luck.DOOR), 0.0, round(_DOOR_S / STEP_S)
    while True:
        at += draw.standard_exponential() * parameters.door_every_min * 60
        first = round(at / STEP_S)
        if first >= parameters.steps:
            return is_open
        is_open[first : first + long] = True
        at += _DOOR_S


def simulate(parameters: OvenParameters, around: Surroundings, progress: Progress = lambda _d, _t: None) -> Batches:
    """Every step solves the first-order equation exactly for constant power and loss (no step is too long)."""
    steps, count = parameters.steps, around.room.size
    temperature, power = np.empty((steps, count)), np.empty((steps, count))
    dead = round(parameters.dead_s / STEP_S)
    control = _Pid(parameters, around.room)
    shut, wide = _decay(parameters, 1.0), _decay(parameters, 1.0 + _DOOR_LOSS)
    now = around.room.copy()
    for step in range(steps):
        power[step] = control.power(now + around.noise[step])
        heat = power[step - dead] if step >= dead else 0.0
        door = around.door[step]
        loss = np.where(door, 1.0 + _DOOR_LOSS, 1.0)
        goal = around.room + parameters.reach_k * heat / loss
        now = goal + (now - goal) * np.where(door, wide, shut)
        temperature[step] = now
        if step % (steps // _REPORTS) == 0:
            progress(step * parameters.batches // steps, parameters.batches)
    return Batches(temperature, power)


def _decay(parameters: OvenParameters, loss: float) -> float:
    return float(np.exp(-STEP_S * loss / (parameters.tau_min * 60)))


class _Pid:
    """Power from 0 to 1; the integral stops while the heater is at an end, the rate is that of the reading."""

    def __init__(self, parameters: OvenParameters, first: Floats) -> None:
        self._gain = parameters.gain / 100
        self._per_s = self._gain / (parameters.integral_min * 60) if parameters.integral_min else 0.0
        self._rate_gain = self._gain * parameters.derivative_s
        self._target = parameters.target_c
        self._sum = np.zeros_like(first)
        self._smooth = first.copy()

    def power(self, reading: Floats) -> Floats:
        missing = self._target - reading
        change = (reading - self._smooth) * (STEP_S / _RATE_TAU_S)
        self._smooth = self._smooth + change
        wanted = self._gain * missing + self._sum - self._rate_gain * change / STEP_S
        given = np.clip(wanted, 0.0, 1.0)
        winds = ((wanted > 1.0) & (missing > 0)) | ((wanted < 0.0) & (missing < 0))
        self._sum = np.where(winds, self._sum, self._sum + self._per_s * missing * STEP_S)
        return np.asarray(given, dtype=np.float64)


class OvenSimulator(Simulator[OvenParameters, OvenResult]):
    """First order with dead time, PID, door openings; a batch is one independent replication."""

    key: ClassVar[str] = "oven"
    version: ClassVar[str] = "1.0"
    title: ClassVar[str] = N_("How does the oven hold its temperature?")
    summary: ClassVar[str] = N_(
        "You tune the controller, the computer copy of the oven heats up batch after batch. No machine gets hot."
    )
    assumptions: ClassVar[tuple[str, ...]] = (
        N_("The oven is one mass with one temperature: first order, with a dead time between heater and chamber."),
        N_("Each batch begins at the temperature of the room, which is 22 °C give or take 2 °C."),
        N_("An open door multiplies the loss of heat by seven for 20 seconds."),
        N_(
            "The controller reads every 2 seconds, with noise of 0.2 °C, and stops adding up while the heater is at an end."
        ),
        N_("The interval is Student's t over the batches."),
    )
    unit_of_progress: ClassVar[str] = N_("batches")
    parameters = OvenParameters
    result = OvenResult

    def run(self, parameters: OvenParameters, seed: int, progress: Progress, cancelled: Cancelled) -> OvenResult:
        """All batches at once, step by step."""

        def told(done: int, total: int) -> None:
            progress(done, total)
            if cancelled():
                raise SimulationCancelled(done, total)

        found = simulate(parameters, surroundings(parameters, seed), told)
        progress(parameters.batches, parameters.batches)
        return result_of(
            found.temperature,
            found.power,
            step_s=STEP_S,
            target_c=parameters.target_c,
            power_kw=parameters.power_kw,
            simulator=self.key,
            version=self.version,
            seed=seed,
        )
