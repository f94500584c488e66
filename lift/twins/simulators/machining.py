"""The behaviour model of the machining cell: what a healthy cell would do. Pure stepping, no clock, no randomness.

The twin deliberately does not know the asset's faults: no short stops, no bad parts, no wear, no noise. What the asset
does differently is the difference that a learner looks for. The nominal figures below are the twin's own, taken from
the cell's data sheet; nothing is imported from the machine side.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import Any

MODEL_KEY = "machining"
MODEL_VERSION = "1.0"

AMBIENT = 22.0  # degrees Celsius
BEARING_TAU = 90.0  # s, first order
SPINDLE_TAU = 0.2  # s, first order
HEAT_PER_RPM = 1 / 260.0  # degrees Celsius at rest in the long run
HEAT_PER_LOAD = 0.22  # degrees Celsius per % of spindle load
HEAT_DRY = 14.0  # degrees Celsius more while cutting without coolant
DRY_LOAD = 1.15  # factor on the spindle load without coolant
FEED_EXPONENT = 0.8  # cutting force grows less than the feed
_STILL = 1.0  # rpm
_HAIR = 1e-9  # s
_LONGEST = 3600.0  # s, longest step at once

# Expected distance between a healthy asset and the twin; beyond it for several cycles something is wrong.
TOLERANCE = {"SpindleLoad": 6.0, "BearingTemperature": 2.0}


@dataclass(frozen=True, slots=True)
class Phase:
    """A step of the part program: `seconds` at 100 % feed; only cutting phases follow the feed. rpm, % load."""

    name: str
    seconds: float
    cutting: bool
    speed: float
    load: float


PROGRAM = (
    Phase("Load", 3.0, False, 0.0, 0.0),
    Phase("FaceMill", 6.0, True, 3200.0, 46.0),
    Phase("Drill", 4.0, True, 4800.0, 38.0),
    Phase("Bore", 4.0, True, 2600.0, 52.0),
    Phase("Chamfer", 4.0, True, 5200.0, 27.0),
    Phase("Unload", 3.0, False, 0.0, 0.0),
)
_PLACES = {phase.name: place for place, phase in enumerate(PROGRAM)}
IDEAL_S_PER_PART = sum(phase.seconds for phase in PROGRAM)


@dataclass(frozen=True, slots=True)
class Limits:
    """Closed range of a control, in its unit."""

    low: float
    high: float


LIMITS = {"FeedOverride": Limits(40.0, 120.0)}
CONTROLS = ("FeedOverride", "CoolantOn")
ACTIONS = ("Resume", "Hold", "Stop", "OpenDoor", "CloseDoor", "Reset")


class TwinRefusal(StrEnum):
    """Why the twin did not do it; the same guards as the machine's."""

    UNKNOWN = "unknown"
    KIND = "kind"
    LIMITS = "limits"
    STATE = "state"


class TwinRefused(Exception):
    """A control was refused; `limits` is set where the value was outside them. Nothing changed."""

    def __init__(self, refusal: TwinRefusal, name: str, limits: Limits | None = None) -> None:
        super().__init__(f"{name}: {refusal}")
        self.refusal = refusal
        self.name = name
        self.limits = limits


@dataclass(frozen=True, slots=True)
class Inputs:
    """What drives the model. `spindle_rpm` None takes the program's speed, a number overrides it while cutting."""

    feed_percent: float = 100.0
    coolant: bool = True
    door_open: bool = False
    running: bool = False
    hold: bool = False
    spindle_rpm: float | None = None


@dataclass(frozen=True, slots=True)
class State:
    """Where the twin is: seconds since its start, place in the program, what a bench shows."""

    time_s: float = 0.0
    phase: int = 0
    phase_done_s: float = 0.0
    parts: int = 0
    spindle_speed: float = 0.0
    spindle_load: float = 0.0
    bearing_temperature: float = AMBIENT
    last_cycle_s: float = 0.0
    cycle_s: float = 0.0
    held: bool = False

    @property
    def phase_name(self) -> str:
        return PROGRAM[self.phase].name


class MachiningTwin:
    """A state and its inputs, with the machine's controls, limits and Stop. Its functions change nothing but itself.

    `limits` are those of the asset that it stands for, where they differ from the nominal ones.
    """

    def __init__(
        self, state: State | None = None, inputs: Inputs | None = None, limits: Mapping[str, Limits] | None = None
    ) -> None:
        self.state = state or State()
        self.inputs = inputs or Inputs()
        self.limits = {**LIMITS, **(limits or {})}

    @classmethod
    def load(cls, kept: Mapping[str, Any], limits: Mapping[str, Limits] | None = None) -> MachiningTwin:
        """From what `dump` gave. TypeError for anything else."""
        return cls(State(**kept["state"]), Inputs(**kept["inputs"]), limits)

    def dump(self) -> dict[str, Any]:
        """Plain values, to be kept as JSON between two requests."""
        return {"state": asdict(self.state), "inputs": asdict(self.inputs)}

    def advance(self, seconds: float) -> None:
        """Let the time pass. ValueError outside 0 to one hour."""
        self.state = step(self.state, self.inputs, seconds)
        if self.state.held:
            self.inputs = replace(self.inputs, running=False, hold=False, coolant=False)
            self.state = replace(self.state, held=False)

    def write(self, name: str, value: object) -> None:
        """Set a control; TwinRefused outside its limits, of the wrong kind, or unknown."""
        if name == "CoolantOn":
            if not isinstance(value, bool):
                raise TwinRefused(TwinRefusal.KIND, name)
            self.inputs = replace(self.inputs, coolant=value)
            return
        limits = self.limits.get(name)
        if limits is None:
            raise TwinRefused(TwinRefusal.UNKNOWN, name)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise TwinRefused(TwinRefusal.KIND, name, limits)
        if not limits.low <= value <= limits.high:
            raise TwinRefused(TwinRefusal.LIMITS, name, limits)
        self.inputs = replace(self.inputs, feed_percent=float(value))

    def call(self, action: str) -> None:
        """Do an action; Stop is always taken, the others only where the machine would take them (TwinRefused)."""
        running, door = self.inputs.running, self.inputs.door_open
        still = not running and self.state.spindle_speed < _STILL
        allowed = {
            "Stop": True,
            "CloseDoor": True,
            "Resume": not door,
            "Hold": running,
            "OpenDoor": still,
            "Reset": not running,
        }
        if action not in allowed:
            raise TwinRefused(TwinRefusal.UNKNOWN, action)
        if not allowed[action]:
            raise TwinRefused(TwinRefusal.STATE, action)
        if action == "Reset":
            self.state = State(
                time_s=self.state.time_s,
                spindle_speed=self.state.spindle_speed,
                bearing_temperature=self.state.bearing_temperature,
            )
        self.inputs = self._after(action)

    def _after(self, action: str) -> Inputs:
        if action == "Stop":
            return replace(self.inputs, running=False, hold=False, coolant=False)
        if action == "Resume":
            return replace(self.inputs, running=True, hold=False, coolant=True)
        if action == "Hold":
            return replace(self.inputs, hold=True)
        if action == "Reset":
            return replace(self.inputs, feed_percent=100.0, coolant=False, hold=False)
        return replace(self.inputs, door_open=action == "OpenDoor")

    def values(self) -> dict[str, bool | int | float | str]:
        """The twin's values under the asset's names, so that charts can lay one over the other."""
        state, inputs = self.state, self.inputs
        return {
            "ItemState": "Executing" if inputs.running else "NotExecuting",
            "OperationMode": "Processing",
            "ProgramStep": state.phase_name,
            "SpindleLoad": round(state.spindle_load, 2),
            "SpindleSpeed": round(state.spindle_speed, 1),
            "FeedOverride": inputs.feed_percent,
            "CoolantOn": inputs.coolant,
            "BearingTemperature": round(state.bearing_temperature, 2),
            "DoorOpen": inputs.door_open,
            "PartsTotal": state.parts,
            "PartsGood": state.parts,
            "PartsScrap": 0,
            "LastCycleTime": round(state.last_cycle_s, 2),
            "HoldRequested": inputs.hold,
            "SafeState": not inputs.running and state.spindle_speed < _STILL and not inputs.coolant,
        }


def step(state: State, inputs: Inputs, dt: float) -> State:
    """The state `dt` seconds later under constant inputs. A function of its arguments alone.

    With `hold` the program ends after the part in work: `held` is then True and the rest of `dt` passes at rest.
    ValueError for a `dt` outside 0 to one hour, or a feed that is not a number of 0 or more.
    """
    if not 0 <= dt <= _LONGEST:
        raise ValueError(f"a step must last 0 to {_LONGEST:g} s, not {dt!r}")
    if not (math.isfinite(inputs.feed_percent) and inputs.feed_percent >= 0):
        raise ValueError(f"the feed must be 0 % or more, not {inputs.feed_percent!r}")
    left = dt
    while left > 0:
        running = _is_running(state, inputs)
        need = _to_next_phase(state, inputs) if running else math.inf
        # A hair before the end of a phase is its end: halves of a step must not leave a sliver of it.
        piece = min(left, need)
        ends = need <= left + _HAIR
        state = _warmed(state, inputs, running, piece)
        if running:
            state = _cut(state, inputs, piece, ends)
        left -= piece
        if left <= _HAIR:
            break
    cutting = _is_running(state, inputs) and PROGRAM[state.phase].cutting
    return replace(state, spindle_load=cutting_load(PROGRAM[state.phase], inputs) if cutting else 0.0)


def _is_running(state: State, inputs: Inputs) -> bool:
    return inputs.running and not inputs.door_open and not state.held


def _to_next_phase(state: State, inputs: Inputs) -> float:
    """Seconds to the end of the phase; cutting phases run at the feed's rate, and a feed of 0 holds them."""
    phase = PROGRAM[state.phase]
    rate = inputs.feed_percent / 100 if phase.cutting else 1.0
    return max(0.0, phase.seconds - state.phase_done_s) / rate if rate > 0 else math.inf


def _warmed(state: State, inputs: Inputs, running: bool, dt: float) -> State:
    """Spindle speed and bearing temperature after `dt` seconds within one phase: the exact solution.

    The bearing follows a warmth that itself still moves with the spindle's run-up, hence the second exponential.
    """
    phase = PROGRAM[state.phase]
    cutting = running and phase.cutting
    wanted = (phase.speed if inputs.spindle_rpm is None else inputs.spindle_rpm) if cutting else 0.0
    load = cutting_load(phase, inputs) if cutting else 0.0
    dry = HEAT_DRY if cutting and not inputs.coolant else 0.0
    warm = AMBIENT + wanted * HEAT_PER_RPM + load * HEAT_PER_LOAD + dry
    run_up = (state.spindle_speed - wanted) * HEAT_PER_RPM / (1 - BEARING_TAU / SPINDLE_TAU)
    fast, slow = math.exp(-dt / SPINDLE_TAU), math.exp(-dt / BEARING_TAU)
    speed = wanted + (state.spindle_speed - wanted) * fast
    return replace(
        state,
        time_s=state.time_s + dt,
        spindle_speed=0.0 if wanted == 0 and speed < _STILL else speed,
        bearing_temperature=warm + run_up * fast + (state.bearing_temperature - warm - run_up) * slow,
    )


def cutting_load(phase: Phase, inputs: Inputs) -> float:
    """Spindle load in % while this phase cuts."""
    return phase.load * math.pow(inputs.feed_percent / 100, FEED_EXPONENT) * (1.0 if inputs.coolant else DRY_LOAD)


def _cut(state: State, inputs: Inputs, dt: float, ends: bool) -> State:
    """The program `dt` seconds further, within one phase or to its end."""
    rate = inputs.feed_percent / 100 if PROGRAM[state.phase].cutting else 1.0
    state = replace(state, cycle_s=state.cycle_s + dt, phase_done_s=state.phase_done_s + dt * rate)
    if not ends:
        return state
    following = (state.phase + 1) % len(PROGRAM)
    state = replace(state, phase=following, phase_done_s=0.0)
    if following:
        return state
    return replace(state, parts=state.parts + 1, last_cycle_s=state.cycle_s, cycle_s=0.0, held=inputs.hold)


@dataclass(frozen=True, slots=True)
class Sample:
    """What the asset said at one instant (epoch s): the inputs that the twin shares with it, and its program step."""

    time: float
    running: bool
    feed_percent: float
    coolant: bool
    door_open: bool
    phase_name: str | None = None


@dataclass(frozen=True, slots=True)
class Shadow:
    """What a healthy cell would have shown at one instant."""

    time: float
    spindle_load: float
    bearing_temperature: float


def follow(samples: Iterable[Sample], state: State | None = None, fill_s: float | None = None) -> list[Shadow]:
    """The dashed curve: a healthy twin under the asset's own inputs, one answer per sample.

    The inputs of a sample hold until the next one. Where the asset's program is in another step than the twin's, the
    twin goes there: after a short stop or a gap both cut the same thing again. With `fill_s` the twin goes on by itself
    through gaps in the data, with an answer every `fill_s` seconds. A gap longer than an hour starts the twin anew.
    ValueError where times fall.
    """
    current, before = state or State(), None
    found: list[Shadow] = []
    for sample in samples:
        if before is not None:
            for time in _instants(before.time, sample.time, fill_s):
                current = step(current, _inputs(before), time - before.time)
                before = replace(before, time=time)
                found.append(Shadow(time, current.spindle_load, current.bearing_temperature))
            current = _until(current, before, sample.time)
        current = _placed(current, sample)
        phase = PROGRAM[current.phase]
        cutting = sample.running and phase.cutting and not sample.door_open
        load = cutting_load(phase, _inputs(sample)) if cutting else 0.0
        found.append(Shadow(sample.time, load, current.bearing_temperature))
        before = sample
    return found


def _instants(start: float, end: float, every: float | None) -> list[float]:
    """Instants strictly between start and end, `every` seconds; none across more than an hour."""
    if every is None or not every < end - start <= _LONGEST:
        return []
    return [start + number * every for number in range(1, math.ceil((end - start) / every - 1e-9))]


def _until(state: State, before: Sample, time: float) -> State:
    passed = time - before.time
    if passed < 0:
        raise ValueError("the times of the samples must not fall")
    return State() if passed > _LONGEST else step(state, _inputs(before), passed)


def _placed(state: State, sample: Sample) -> State:
    """The twin in the asset's program step; a twin that is one step ahead waits at that step's end."""
    place = _PLACES.get(sample.phase_name or "", state.phase)
    if place == state.phase:
        return state
    ahead = (place + 1) % len(PROGRAM) == state.phase
    return replace(state, phase=place, phase_done_s=PROGRAM[place].seconds if ahead else 0.0)


def _inputs(sample: Sample) -> Inputs:
    return Inputs(
        feed_percent=sample.feed_percent, coolant=sample.coolant, door_open=sample.door_open, running=sample.running
    )
