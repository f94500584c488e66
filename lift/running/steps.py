"""Saying what happens, running a program to its end, and knowing that nothing has changed since the last time."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import subprocess
import time
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

TAIL_LINES = 25


class SetupError(RuntimeError):
    """Something is missing on this machine; the message is one line that says what to do."""


def say(text: str) -> None:
    print(f"lift: {text}", flush=True)


@contextlib.contextmanager
def step(what: str) -> Iterator[None]:
    """Names a step before it starts and its seconds when it is over."""
    say(f"{what} …")
    began = time.monotonic()
    yield
    say(f"{what}: {time.monotonic() - began:.1f} s")


def run_quietly(command: list[str], root: Path, what: str, environ: Mapping[str, str] | None = None) -> None:
    """Runs a program; its output is shown only when it fails. Raises SetupError."""
    done = subprocess.run(  # noqa: S603  # programs that run.py names
        command,
        cwd=root,
        env=dict(environ) if environ is not None else None,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    if done.returncode:
        tail = done.stdout.decode(errors="replace").splitlines()[-TAIL_LINES:]
        raise SetupError("\n".join([*tail, f"{what} failed (exit {done.returncode}): {' '.join(command)}"]))


def run_visibly(command: list[str], root: Path, environ: Mapping[str, str] | None = None) -> int:
    """Runs a program on our own terminal; its exit code."""
    done = subprocess.run(command, cwd=root, env=dict(environ) if environ is not None else None, check=False)  # noqa: S603
    return done.returncode


def fingerprint(root: Path, files: Iterable[Path], *more: str) -> str:
    """Hash of names below `root` and contents; times do not count, so a fresh clone or a copy is not a change."""
    total = hashlib.sha256()
    for text in more:
        total.update(text.encode() + b"\0")
    for path in sorted(files):
        total.update(str(path.relative_to(root)).encode() + b"\0" + path.read_bytes() + b"\0")
    return total.hexdigest()


def files_below(*places: Path) -> list[Path]:
    """All files of the folders and files named; a place that does not exist counts as empty."""
    found = [place for place in places if place.is_file()]
    for place in places:
        found += [path for path in place.rglob("*") if path.is_file()] if place.is_dir() else []
    return found


def is_stamped(stamp: Path, mark: str) -> bool:
    return stamp.is_file() and stamp.read_text() == mark


def write_stamp(stamp: Path, mark: str) -> None:
    stamp.parent.mkdir(parents=True, exist_ok=True)
    stamp.write_text(mark)


@contextlib.contextmanager
def one_at_a_time(root: Path) -> Iterator[None]:
    """Two set-ups of the same checkout wait for each other."""
    if not os.access(root, os.W_OK):
        raise SetupError(f"{root} is not writable for you; run: sudo chown -R $(id -un) '{root}'")
    folder = root / "var"
    folder.mkdir(exist_ok=True)
    try:
        handle = (folder / "setup.lock").open("a")
    except PermissionError as error:
        raise SetupError(f"{folder} belongs to another user; run: sudo chown -R $(id -un) '{root}'") from error
    with handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
