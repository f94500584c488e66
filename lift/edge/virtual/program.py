"""The part program of the virtual machining cell and the figures it is simulated with."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Step:
    """``seconds`` at 100 % feed; only cutting steps follow the feed override. Units: rpm, %, mm."""

    name: str
    seconds: float
    cutting: bool
    tool: int
    speed: float
    load: float
    target: tuple[float, float, float]


PROGRAM: tuple[Step, ...] = (
    Step("Load", 3.0, False, 0, 0.0, 0.0, (0.0, 250.0, 300.0)),
    Step("FaceMill", 6.0, True, 1, 3200.0, 46.0, (180.0, 60.0, 12.0)),
    Step("Drill", 4.0, True, 4, 4800.0, 38.0, (40.0, 40.0, -18.0)),
    Step("Bore", 4.0, True, 7, 2600.0, 52.0, (90.0, 75.0, -25.0)),
    Step("Chamfer", 4.0, True, 9, 5200.0, 27.0, (130.0, 110.0, -2.0)),
    Step("Unload", 3.0, False, 0, 0.0, 0.0, (0.0, 250.0, 300.0)),
)
FIRST_CUT = 1  # the program switches the coolant on here
IDEAL_CYCLE = sum(step.seconds for step in PROGRAM)  # 24 s: the planned run time per item (PRI) at 100 % feed

TICK = 0.1  # s of process time
FEED_LIMITS = (0.0, 150.0)  # % that the controller itself accepts
WATCHDOG_TIMEOUT = 3.0  # s of real time without a write
SPINDLE_TAU = 0.2  # s, first-order run-up and run-down
BEARING_TAU = 90.0  # s
AMBIENT = 22.0  # degrees Celsius
SCRAP_BASE = 0.03
SCRAP_PER_FEED = 0.004  # per % above 100
SCRAP_DRY = 0.10
SHORT_STOP_CHANCE = 0.12  # after a part
SHORT_STOP = (6.0, 25.0)  # s
SETUP_EVERY = 25  # parts
SETUP_SECONDS = 30.0
