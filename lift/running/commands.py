"""The commands of `run.py`. Each sets up what it needs first, so every one works on a fresh machine."""

from __future__ import annotations

import fcntl
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

from lift.engine_files import default_home, system_folder
from lift.running import checks
from lift.running.environment import ensure_packages, ensure_translations, venv_python
from lift.running.front import ensure_front
from lift.running.steps import SetupError, one_at_a_time, run_visibly, say

Command = Callable[[Path, list[str]], int]

USED = "requirements.txt"
DEVELOPED = "requirements-dev.txt"
OWN_NAMES = frozenset(
    {"postgres", "valkey", "sockets", "engines", "engines.lock", "postgres.log", "valkey.log", "upgrade"}
    | {"run.lock", "setup.lock", "secrets", "files", "mail", "gateway", "beat", "virtual"}
)


def set_up(root: Path, lock: str) -> None:
    with one_at_a_time(root):
        ensure_packages(root, lock)
        ensure_translations(root)
        ensure_front(root)


def setup(root: Path, _arguments: list[str]) -> int:
    set_up(root, USED)
    say("everything is set up; start it with: python3 run.py")
    return 0


def setup_dev(root: Path, _arguments: list[str]) -> int:
    set_up(root, DEVELOPED)
    return 0


def hand_over(root: Path, mode: str, arguments: list[str]) -> int:
    """Becomes the supervisor: same process, so signals and the parent stay the same."""
    set_up(root, USED)
    python = str(venv_python(root))
    os.chdir(root)
    os.execv(python, [python, "-m", "lift.running.launch", mode, *arguments])  # noqa: S606  # our own program


def run(root: Path, arguments: list[str]) -> int:
    return hand_over(root, "run", arguments)


def dev(root: Path, arguments: list[str]) -> int:
    return hand_over(root, "dev", arguments)


def reset(root: Path, _arguments: list[str]) -> int:
    """Removes the data of this checkout. A database given by LIFT_DATABASE_URL is not touched."""
    home = default_home(root)
    refuse_while_running(home)
    for folder in (home, system_folder(home), root / "var"):
        remove_data(folder, whole=folder != home or not os.environ.get("LIFT_HOME"))
    if os.environ.get("LIFT_DATABASE_URL"):
        say("the database of LIFT_DATABASE_URL is left as it is; drop and create it there")
    say("the data is gone; the next start makes a new demo world")
    return 0


def refuse_while_running(home: Path) -> None:
    lock = home / "run.lock"
    if not lock.exists():
        return
    with lock.open() as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise SetupError(f"LIFT runs: {handle.read().strip()}; stop it first (Ctrl-C)") from None


def remove_data(folder: Path, *, whole: bool) -> None:
    """The whole folder when LIFT made it; of a folder that somebody chose (LIFT_HOME) only what LIFT puts there."""
    for path in sorted(folder.iterdir()) if folder.is_dir() else []:
        if not whole and path.name not in OWN_NAMES:
            say(f"left alone: {path}")
        elif path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()


def upgrade_database(root: Path, arguments: list[str]) -> int:
    set_up(root, USED)
    return run_visibly([str(venv_python(root)), "-m", "lift.running.upgrade", *arguments], root)


def with_development(action: Command) -> Command:
    def prepared(root: Path, arguments: list[str]) -> int:
        set_up(root, DEVELOPED)
        return action(root, arguments)

    return prepared


COMMANDS: dict[str, Command] = {
    "run": run,
    "dev": dev,
    "reset": reset,
    "setup": setup,
    "setup-dev": setup_dev,
    "test": with_development(checks.test),
    "test-fast": with_development(checks.test_fast),
    "check": with_development(checks.check),
    "bench": with_development(checks.bench),
    "browser": checks.browser,
    "lock": with_development(checks.lock),
    "messages": with_development(checks.messages),
    "upgrade-database": upgrade_database,
}


def run_command(root: Path, arguments: list[str]) -> int:
    """Runs the command named first, `run` when there is none; the exit code."""
    options = [word for word in arguments[:1] if word.startswith("-")]
    name, rest = ("run", arguments) if options or not arguments else (arguments[0], arguments[1:])
    if name not in COMMANDS or "--help" in options or "-h" in options:
        say(f"commands: {', '.join(COMMANDS)} (described at the top of run.py)")
        return 0 if options else 2
    try:
        return COMMANDS[name](root, rest)
    except SetupError as error:
        print(f"lift: {error}", file=sys.stderr, flush=True)
        return 1
    except KeyboardInterrupt:
        say("stopped")
        return 130
