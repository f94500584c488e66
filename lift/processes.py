"""Child processes that never outlive their parent. Standard library only; imports nothing of LIFT.

Start children from a thread that lives as long as they should: the parent-death signal of Linux follows the thread.
"""

from __future__ import annotations

import ctypes
import os
import pwd
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

UNPRIVILEGED = "nobody"
STOP_SECONDS = 15.0


@dataclass(frozen=True)
class Account:
    """The user that the engines run as; `switch` is true when that is not the present user."""

    uid: int
    gid: int
    switch: bool


def engine_account() -> Account:
    """The present user, or `nobody` when that is root."""
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid(), switch=False)
    entry = pwd.getpwnam(UNPRIVILEGED)
    return Account(entry.pw_uid, entry.pw_gid, switch=True)


def die_with_parent(number: signal.Signals) -> Callable[[], None]:
    """For `preexec_fn`: on Linux the kernel sends `number` to the child when the parent is gone, even by kill -9."""
    parent = os.getpid()
    prctl = ctypes.CDLL(None, use_errno=True).prctl if sys.platform == "linux" else None

    def arrange() -> None:
        if prctl is not None:
            prctl(1, int(number), 0, 0, 0)
            if os.getppid() != parent:
                os._exit(1)

    return arrange


def engine_environment() -> dict[str, str]:
    """What an engine gets to see: nothing of ours but where programs and temporary files are."""
    kept = {name: os.environ[name] for name in ("PATH", "TMPDIR") if name in os.environ}
    return {**kept, "LC_ALL": "C.UTF-8", "TZ": "UTC", "PGCONNECT_TIMEOUT": "5"}


def run_program(program: Path, arguments: list[str], account: Account) -> subprocess.CompletedProcess[bytes]:
    """Runs an engine's tool to its end, as the engines' user."""
    return subprocess.run(  # noqa: S603  # the program is one that LIFT names
        [str(program), *arguments],
        capture_output=True,
        cwd="/",
        env=engine_environment(),
        check=False,
        timeout=600,
        stdin=subprocess.DEVNULL,
        user=account.uid if account.switch else None,
        group=account.gid if account.switch else None,
        extra_groups=[] if account.switch else None,
    )


def start_engine(
    command: list[str], log: Path, account: Account, on_parent_death: signal.Signals
) -> subprocess.Popen[bytes]:
    """A child in a session of its own, so that Ctrl-C reaches the supervisor only."""
    with log.open("ab") as out:
        return subprocess.Popen(  # noqa: S603  # the program is one that LIFT names
            command,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            cwd="/",
            env=engine_environment(),
            start_new_session=True,
            preexec_fn=die_with_parent(on_parent_death),
            user=account.uid if account.switch else None,
            group=account.gid if account.switch else None,
            extra_groups=[] if account.switch else None,
        )


def end_process(process: subprocess.Popen[bytes], kindly: signal.Signals, hard: signal.Signals) -> None:
    """Sends `kindly`, waits, then `hard`; returns when the process is gone."""
    if process.poll() is None:
        process.send_signal(kindly)
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.send_signal(hard)
        process.wait(STOP_SECONDS)
