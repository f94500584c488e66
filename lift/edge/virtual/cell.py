"""The virtual machining cell: a seeded, deterministic simulation with the controller's own limits. Knows no protocol.

Same seed, same inputs at the same process times: the same digits. States are those of OPC 40001-1 and 40501-1.
"""

from __future__ import annotations

import math
import random
from enum import StrEnum
from typing import NoReturn

from lift.edge.contract import EmergencyStop, ItemState, OperationMode
from lift.edge.virtual import program as p

CellValue = bool | int | float | str

# Name and Python type of every variable, in the order in which servers list them.
VARIABLES: dict[str, type[bool] | type[int] | type[float] | type[str]] = {
    "ItemState": str,
    "OperationMode": str,
    "ProgramStep": str,
    "SpindleLoad": float,
    "SpindleSpeed": float,
    "FeedOverride": float,
    "CoolantOn": bool,
    "BearingTemperature": float,
    "AxisX": float,
    "AxisY": float,
    "AxisZ": float,
    "DoorOpen": bool,
    "ToolNumber": int,
    "PartsTotal": int,
    "PartsGood": int,
    "PartsScrap": int,
    "LastCycleTime": float,
    "HoldRequested": bool,
    "EmergencyStop": str,
    "InterlockClosed": bool,
    "SafeState": bool,
    "RemoteControl": bool,
    "WatchdogOk": bool,
    "Watchdog": int,
}
WRITABLE = ("FeedOverride", "CoolantOn", "RemoteControl", "Watchdog")
ACTIONS = ("Resume", "Hold", "Stop", "OpenDoor", "CloseDoor", "Reset")


class Refusal(StrEnum):
    unknown = "unknown"
    read_only = "read_only"
    kind = "kind"
    limits = "limits"
    state = "state"


class MachineRefused(Exception):
    """The controller did not do it; ``refusal`` says which of its own guards spoke."""

    def __init__(self, refusal: Refusal, text: str) -> None:
        super().__init__(text)
        self.refusal = refusal


class Run(StrEnum):
    idle = "idle"
    running = "running"
    short_stop = "short_stop"
    setup = "setup"


class MachiningCell:
    """Drive it with ``write`` and ``call``, move it with ``advance``, read it with ``values``."""

    def __init__(self, seed: int = 1, watchdog_timeout: float = p.WATCHDOG_TIMEOUT, running: bool = False) -> None:
        self._random = random.Random(seed)  # noqa: S311 - a simulation, repeatable on purpose
        self.watchdog_timeout = watchdog_timeout
        self.run = Run.running if running else Run.idle
        self.emergency_stop = False
        self.interlock_closed = True
        self.maintenance = False
        self.door_open = False
        self.feed = 100.0
        self.coolant = running
        self.hold = False
        self.remote = False
        self.watchdog = 0
        self.watchdog_ok = True
        self._watchdog_age = 0.0
        self._left_over = 0.0
        self._wait = 0.0
        self.speed = 0.0
        self.load = 0.0
        self.temperature = p.AMBIENT
        self.total = self.good = self.scrap = 0
        self.last_cycle = 0.0
        self._step, self._done, self._cycle = 0, 0.0, 0.0
        self._from = p.PROGRAM[-1].target

    # --- reading ---

    @property
    def item_state(self) -> ItemState:
        if self.emergency_stop or self.maintenance:
            return ItemState.out_of_service
        return ItemState.executing if self.run in (Run.running, Run.setup) else ItemState.not_executing

    @property
    def operation_mode(self) -> OperationMode:
        if self.maintenance:
            return OperationMode.maintenance
        return OperationMode.setup if self.run is Run.setup else OperationMode.processing

    @property
    def safe(self) -> bool:
        """Spindle at rest, feed held, coolant off: measured, not wished."""
        return self.run is Run.idle and self.speed < 1.0 and not self.coolant

    def values(self) -> dict[str, CellValue]:
        step = p.PROGRAM[self._step]
        x, y, z = self._position()
        return {
            "ItemState": self.item_state.value,
            "OperationMode": self.operation_mode.value,
            "ProgramStep": step.name,
            "SpindleLoad": round(self.load, 2),
            "SpindleSpeed": round(self.speed, 1),
            "FeedOverride": self.feed,
            "CoolantOn": self.coolant,
            "BearingTemperature": round(self.temperature, 2),
            "AxisX": x,
            "AxisY": y,
            "AxisZ": z,
            "DoorOpen": self.door_open,
            "ToolNumber": step.tool,
            "PartsTotal": self.total,
            "PartsGood": self.good,
            "PartsScrap": self.scrap,
            "LastCycleTime": round(self.last_cycle, 2),
            "HoldRequested": self.hold,
            "EmergencyStop": (EmergencyStop.pressed if self.emergency_stop else EmergencyStop.clear).value,
            "InterlockClosed": self.interlock_closed,
            "SafeState": self.safe,
            "RemoteControl": self.remote,
            "WatchdogOk": self.watchdog_ok,
            "Watchdog": self.watchdog,
        }

    # --- driving: what a remote client may do ---

    def write(self, name: str, value: object) -> None:
        """Write a variable; raises MachineRefused. Feed and coolant need remote control, hence a fed watchdog."""
        if name not in VARIABLES:
            _refuse(Refusal.unknown, f"no variable {name}")
        if name not in WRITABLE:
            _refuse(Refusal.read_only, f"{name} cannot be written")
        if type(value) is not VARIABLES[name]:
            _refuse(Refusal.kind, f"{name} takes {VARIABLES[name].__name__}")
        if name == "Watchdog" and isinstance(value, int):
            self.watchdog, self._watchdog_age = value, 0.0
        elif name == "RemoteControl":
            self.remote, self._watchdog_age, self.watchdog_ok = bool(value), 0.0, True
        elif not self.remote:
            _refuse(Refusal.state, "take remote control first")
        elif name == "CoolantOn":
            self.coolant = bool(value)
        elif isinstance(value, float):
            low, high = p.FEED_LIMITS
            if not (math.isfinite(value) and low <= value <= high):
                _refuse(Refusal.limits, f"{name} must be {low:g} to {high:g}")
            self.feed = value

    def call(self, action: str) -> None:
        """Run an action; raises MachineRefused. Stop is always taken, the others need remote control."""
        if action not in ACTIONS:
            _refuse(Refusal.unknown, f"no action {action}")
        if action == "Stop":
            self.stop()
        elif not self.remote:
            _refuse(Refusal.state, "take remote control first")
        else:
            {
                "Resume": self.resume,
                "Hold": self.hold_after_part,
                "OpenDoor": self.open_door,
                "CloseDoor": self.close_door,
                "Reset": self.reset,
            }[action]()

    def stop(self) -> None:
        """The safe state: feed held at once, coolant off, the spindle runs down."""
        self.run, self.coolant, self.hold, self._wait = Run.idle, False, False, 0.0

    def resume(self) -> None:
        if self.item_state is ItemState.out_of_service or self.door_open or not self.interlock_closed:
            _refuse(Refusal.state, "door, interlock or emergency stop")
        self.hold = False
        if self.run is Run.idle:
            self.run = Run.running
            self.coolant = self.coolant or p.PROGRAM[self._step].cutting

    def hold_after_part(self) -> None:
        if self.run is Run.idle:
            _refuse(Refusal.state, "not running")
        self.hold = True

    def open_door(self) -> None:
        if self.item_state is ItemState.executing or self.speed >= 1.0:
            _refuse(Refusal.state, "still moving")
        self.door_open = True

    def close_door(self) -> None:
        self.door_open = False

    def reset(self) -> None:
        """Back to the exercise's start: counters 0, feed 100 %, first program step."""
        if self.item_state is ItemState.executing:
            _refuse(Refusal.state, "still executing")
        self.stop()
        self.feed, self.total, self.good, self.scrap, self.last_cycle = 100.0, 0, 0, 0, 0.0
        self._rewind()

    # --- the local panel: what only a person beside the machine can do ---

    def press_emergency_stop(self) -> None:
        self.emergency_stop = True
        self.stop()
        self.speed = 0.0

    def release_emergency_stop(self) -> None:
        self.emergency_stop = False

    def set_interlock(self, closed: bool) -> None:
        self.interlock_closed = closed
        if not closed:
            self.stop()

    def set_maintenance(self, on: bool) -> None:
        self.maintenance = on
        if on:
            self.stop()

    # --- time ---

    def advance(self, seconds: float, real_seconds: float | None = None) -> None:
        """Move the process by ``seconds`` in whole ticks (the rest is kept); the watchdog counts ``real_seconds``."""
        self._age_watchdog(seconds if real_seconds is None else real_seconds)
        self._left_over += seconds
        while self._left_over >= p.TICK - 1e-9:
            self._left_over -= p.TICK
            self._tick(p.TICK)

    def _age_watchdog(self, seconds: float) -> None:
        if not self.remote:
            return
        self._watchdog_age += seconds
        if self._watchdog_age > self.watchdog_timeout:
            self.remote, self.watchdog_ok = False, False
            self.stop()

    def _tick(self, dt: float) -> None:
        self._cycle += dt if self.run is Run.running else 0.0
        if self.run is Run.running:
            self._cut(dt)
        elif self.run in (Run.short_stop, Run.setup):
            self._pause(dt)
        self._physics(dt)

    def _cut(self, dt: float) -> None:
        while dt > 1e-9 and self.run is Run.running:
            step = p.PROGRAM[self._step]
            rate = self.feed / 100.0 if step.cutting else 1.0
            if rate == 0.0:
                return
            used = min(dt, (step.seconds - self._done) / rate)
            self._done += used * rate
            dt -= used
            if self._done >= step.seconds - 1e-9:
                self._next_step(dt)

    def _next_step(self, rest: float) -> None:
        self._from = p.PROGRAM[self._step].target
        self._done = 0.0
        self._step = (self._step + 1) % len(p.PROGRAM)
        if self._step == p.FIRST_CUT:
            self.coolant = True
        if self._step == 0:
            self._finish_part(rest)

    def _finish_part(self, rest: float) -> None:
        self.last_cycle, self._cycle = self._cycle - rest, rest
        chance = p.SCRAP_BASE + p.SCRAP_PER_FEED * max(0.0, self.feed - 100.0) + (0.0 if self.coolant else p.SCRAP_DRY)
        self.total += 1
        if self._random.random() < chance:
            self.scrap += 1
        else:
            self.good += 1
        stops, length = self._random.random() < p.SHORT_STOP_CHANCE, self._random.uniform(*p.SHORT_STOP)
        if self.hold:
            self.stop()
        elif self.total % p.SETUP_EVERY == 0:
            self.run, self._wait = Run.setup, p.SETUP_SECONDS
        elif stops:
            self.run, self._wait = Run.short_stop, length

    def _pause(self, dt: float) -> None:
        self._wait -= dt
        if self.hold:
            self.stop()
        elif self._wait <= 1e-9:
            self.run = Run.running

    def _physics(self, dt: float) -> None:
        step = p.PROGRAM[self._step]
        cutting = self.run is Run.running and step.cutting
        self.speed += ((step.speed if cutting else 0.0) - self.speed) * (1.0 - math.exp(-dt / p.SPINDLE_TAU))
        if not cutting and self.speed < 1.0:
            self.speed = 0.0
        noise = self._random.gauss(0.0, 1.0)
        pull = step.load * (self.feed / 100.0) ** 0.8 * (1.0 if self.coolant else 1.15)
        self.load = max(0.0, pull + noise) if cutting else 0.0
        warm = p.AMBIENT + self.speed / 260.0 + self.load * 0.22 + (0.0 if self.coolant or not cutting else 14.0)
        self.temperature += (warm - self.temperature) * (1.0 - math.exp(-dt / p.BEARING_TAU))

    def _position(self) -> tuple[float, float, float]:
        step = p.PROGRAM[self._step]
        share = self._done / step.seconds
        x, y, z = (round(a + (b - a) * share, 2) for a, b in zip(self._from, step.target, strict=True))
        return x, y, z

    def _rewind(self) -> None:
        self._step, self._done, self._cycle = 0, 0.0, 0.0
        self._from = p.PROGRAM[-1].target


def _refuse(refusal: Refusal, text: str) -> NoReturn:
    raise MachineRefused(refusal, text)
