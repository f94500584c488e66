"""Is it acceptable: the limit of open runs, the luck that is asked for, the end of a run."""

from __future__ import annotations

from datetime import timedelta

from lift.core.errors import Problem, Way
from lift.core.i18n import Text
from lift.twins import texts
from lift.twins.models import SimulationRun

OPEN_RUNS_PER_PERSON = 3
LARGEST_SEED = 2**53 - 1  # every reader of JSON keeps whole numbers up to here

HARD_LIMIT = timedelta(minutes=10)  # a run is ended after this long, whatever it has done
SILENCE = timedelta(seconds=60)  # no sign of life for this long: its worker is gone
PATIENCE = timedelta(hours=6)  # a run that nobody takes


def full_problems(simulator: str) -> list[Problem]:
    """The person's open runs have reached the limit."""
    text = Text(texts.TOO_MANY, {"limit": OPEN_RUNS_PER_PERSON})
    ways = (Way(texts.YOUR_RUNS, "twins.what_if", (("simulator", simulator),)),)
    return [Problem("X18-limit", text, owner="twins", passes=OPEN_RUNS_PER_PERSON, ways=ways)]


def luck_problems(simulator: str, seed: int | None, like: SimulationRun | None) -> list[Problem]:
    """A seed out of range, two kinds of luck at once, or the luck of another simulator's run."""
    found = []
    if seed is not None and not 0 <= seed <= LARGEST_SEED:
        found.append(Problem("X18-seed", texts.NOT_A_SEED, owner="twins", field="seed", passes=[0, LARGEST_SEED]))
    if seed is not None and like is not None:
        found.append(Problem("X18-luck", texts.ONE_LUCK, owner="twins", field="same_luck_as"))
    if like is not None and like.simulator != simulator:
        found.append(Problem("X18-luck", texts.OTHER_SIMULATOR, owner="twins", field="same_luck_as"))
    return found


def cancel_problems(run: SimulationRun) -> list[Problem]:
    """A run that is over cannot be cancelled."""
    return [] if run.is_open else [Problem("X18-over", texts.ALREADY_OVER, owner="twins")]
