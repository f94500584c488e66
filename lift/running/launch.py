"""The long-running half of `run.py`, in the environment's own Python: `python -m lift.running.launch run|dev`."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import time
from functools import partial
from pathlib import Path

from lift.embedded import EngineError, default_home
from lift.running.environment import ensure_translations
from lift.running.front import watch_command
from lift.running.steps import SetupError, say
from lift.running.supervisor import Child, GaveUp, Supervisor, spawn_command
from lift.running.watch import ChangeWatch
from lift.running.world import (
    QUEUES,
    READY_SECONDS,
    Place,
    answers,
    closing_words,
    find_place,
    only_one,
    prepare,
    start,
    start_engines,
    start_others,
    web_command,
)

ROOT = Path(__file__).resolve().parent.parent.parent


def end_with_parent() -> None:
    """When `make` is killed, LIFT stops too (Linux)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, int(signal.SIGTERM), 0, 0, 0)


def bring_up(place: Place, supervisor: Supervisor, *, reload: bool) -> bool:
    """Starts everything; true when the site answers, false when it was stopped meanwhile. Raises SetupError, GaveUp."""
    began = time.monotonic()
    start_engines(place, supervisor)
    prepare(place, supervisor, lambda: start(place, supervisor, "web", 1, web_command(place, reload=reload)))
    start_others(place, supervisor)
    if reload and not supervisor.stopping.is_set():
        front = watch_command(place.root)
        supervisor.start(Child("front", lambda: spawn_command(front, place.root, place.environ), stage=3))
    if not supervisor.wait_for(lambda: answers(place), READY_SECONDS):
        if supervisor.stopping.is_set():
            return False
        raise SetupError(f"{place.address}/healthz did not answer within {READY_SECONDS:.0f} s")
    seconds = time.monotonic() - began
    supervisor.wait_for_quiet(quiet=1.0, at_most=8.0)
    if not supervisor.stopping.is_set():
        print(closing_words(place, seconds), flush=True)
    return True


def reload_changes(place: Place, supervisor: Supervisor) -> ChangeWatch:
    """What `run.py dev` does each round: Flask reloads the web itself, everything else is started again here."""

    def texts() -> None:
        try:
            ensure_translations(place.root)
        except SetupError as error:
            say(str(error))
            return
        supervisor.restart({"web", *QUEUES})

    code = [place.root / name for name in ("lift", "workers", "config.py")]
    return ChangeWatch(
        [
            (code, ".py", partial(supervisor.restart, {"beat", *QUEUES})),
            ([place.root / "lift" / "edge"], ".py", partial(supervisor.restart, {"factory", "gateway"})),
            ([place.root / "translations"], ".po", texts),
        ]
    )


def launch(*, reload: bool) -> int:
    """Runs until it is stopped; the exit code."""
    supervisor = Supervisor()
    supervisor.catch_signals()
    with only_one(default_home(ROOT)) as lock:
        place = find_place(ROOT)
        print(f"{place.address} (process {os.getpid()})", file=lock, flush=True)
        try:
            if bring_up(place, supervisor, reload=reload):
                watch = reload_changes(place, supervisor) if reload else None
                supervisor.run(watch.look if watch else None)
        finally:
            say("stopping …")
            supervisor.stop()
            say("stopped")
    return 0


def main(arguments: list[str]) -> int:
    if "--with-parent" in arguments:
        end_with_parent()
    try:
        return launch(reload="dev" in arguments)
    except (SetupError, EngineError, GaveUp) as error:
        print(f"lift: {error}", file=sys.stderr, flush=True)
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
