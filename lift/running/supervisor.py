"""Keeps a few processes alive: prefixed output, restart with back-off, ordered stop, nothing left behind.

Everything happens in the thread that calls `run`: the parent-death signal that ends the children follows that thread.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from lift.processes import die_with_parent

QUICK_SECONDS = 30.0  # a life shorter than this is a quick death: on a slow machine Python alone takes seconds
QUICK_DEATHS = 5  # that many in a row stop everything
BACK_OFF = (0.2, 1.0, 2.0, 4.0)  # seconds before the 1st, 2nd, … restart in a row
STOP_SECONDS = 12.0  # longer than gunicorn's graceful time-out
LOOK_SECONDS = 0.1

Process = subprocess.Popen[bytes]


@dataclass
class Child:
    """One process to keep. `stage`: higher ones start later and stop earlier; those of one stage stop together."""

    name: str
    spawn: Callable[[], Process]
    stage: int
    stop_signal: signal.Signals = signal.SIGTERM
    process: Process | None = None
    started: float = 0.0
    quick_deaths: int = 0
    due: float | None = None
    lines: deque[str] = field(default_factory=lambda: deque(maxlen=20))

    @property
    def running(self) -> bool:
        return self.process is not None and self.process.poll() is None


class GaveUp(Exception):
    """A child died too often; the message holds its last lines."""


class Supervisor:
    """Starts children in the order they are added, watches them, stops them in reverse order of their stages."""

    def __init__(self, out: Callable[[str], None] | None = None) -> None:
        self.children: list[Child] = []
        self.stopping = threading.Event()
        self.last_output = time.monotonic()
        self._signals = 0
        self._out = out or write_line
        self._width = 8

    def catch_signals(self) -> None:
        """Ctrl-C, TERM and HUP stop everything in order; a second one kills at once."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._on_signal)

    def _on_signal(self, _number: int, _frame: object) -> None:
        self._signals += 1
        self.stopping.set()

    def start(self, child: Child) -> None:
        """Starts a child and keeps it from now on."""
        self.children.append(child)
        self._width = max(self._width, len(child.name))
        self._spawn(child)

    def _spawn(self, child: Child) -> None:
        child.process, child.started, child.due = child.spawn(), time.monotonic(), None
        if child.process.stdout is not None:
            threading.Thread(target=self._pump, args=(child, child.process), daemon=True).start()

    def _pump(self, child: Child, process: Process) -> None:
        assert process.stdout is not None
        with process.stdout as stream:
            for raw in stream:
                line = raw.decode(errors="replace").rstrip()
                child.lines.append(line)
                self.last_output = time.monotonic()
                self._out(f"{child.name:<{self._width}} | {line}")

    def restart(self, names: Collection[str]) -> None:
        """Ends children on purpose, all at once, and starts them again: not a death."""
        chosen = [child for child in self.children if child.name in names and child.running]
        if chosen:
            self._out(f"lift: {', '.join(child.name for child in chosen)}: something changed, starting again")
        end_children(chosen, lambda: self._signals > 1)
        for child in chosen:
            self._spawn(child)

    def look(self) -> None:
        """One round: notices deaths, starts again what is due. Raises GaveUp."""
        for child in self.children:
            if child.running:
                continue
            now = time.monotonic()
            if child.due is None:
                self._note_death(child, now)
            elif now >= child.due:
                self._spawn(child)

    def _note_death(self, child: Child, now: float) -> None:
        assert child.process is not None
        lived, code = now - child.started, child.process.returncode
        kill_group(child.process)
        child.quick_deaths = child.quick_deaths + 1 if lived < QUICK_SECONDS else 1
        if child.quick_deaths >= QUICK_DEATHS:
            raise GaveUp(last_words(child, f"{child.name} ended {QUICK_DEATHS} times in a row (exit {code})"))
        wait = BACK_OFF[min(child.quick_deaths, len(BACK_OFF)) - 1]
        child.due = now + wait
        self._out(f"lift: {child.name} ended (exit {code}) after {lived:.0f} s; it starts again in {wait:g} s")

    def complete(self, name: str, process: Process, meanwhile: Callable[[], None] | None = None) -> bool:
        """Waits for a process that is meant to end. False when it was stopped. Raises GaveUp when it failed."""
        child = Child(name, lambda: process, stage=0, process=process)
        pump = threading.Thread(target=keep_lines, args=(child, process), daemon=True)
        pump.start()
        while process.poll() is None:
            if self.stopping.wait(2 * LOOK_SECONDS):
                end_children([child], lambda: self._signals > 1)
                return False
            if meanwhile is not None:
                meanwhile()
        pump.join(1)
        if process.returncode:
            raise GaveUp(last_words(child, f"{name} failed (exit {process.returncode})"))
        return True

    def run(self, each_round: Callable[[], None] | None = None) -> None:
        """Watches until a signal comes. Raises GaveUp."""
        while not self.stopping.wait(LOOK_SECONDS):
            self.look()
            if each_round is not None:
                each_round()

    def wait_for(self, ready: Callable[[], bool], seconds: float) -> bool:
        """Watches until `ready`, a signal, or the time is over. True when ready. Raises GaveUp."""
        deadline = time.monotonic() + seconds
        while not ready():
            if self.stopping.wait(LOOK_SECONDS) or time.monotonic() > deadline:
                return False
            self.look()
        return True

    def has(self, name: str) -> bool:
        """True when a child of this name was started."""
        return any(child.name == name for child in self.children)

    def has_said(self, name: str, words: str) -> bool:
        """True when one of a child's last lines holds these words."""
        return any(words in line for child in self.children if child.name == name for line in list(child.lines))

    def wait_for_quiet(self, quiet: float, at_most: float) -> None:
        """Until no child has said anything for `quiet` seconds, so that what we print next stands last."""
        self.wait_for(lambda: time.monotonic() - self.last_output > quiet, at_most)

    def stop(self) -> None:
        """Stops everything, the last stage first. What does not go in time is killed with all it started."""
        for stage in sorted({child.stage for child in self.children}, reverse=True):
            end_children([child for child in self.children if child.stage == stage], lambda: self._signals > 1)


def end_children(children: Sequence[Child], hurry: Callable[[], bool]) -> None:
    """TERM (or the child's own signal) to all, then wait, then KILL to the whole session of each."""
    running = [child.process for child in children if child.process is not None]
    for child in children:
        if child.running and child.process is not None:
            child.process.send_signal(child.stop_signal)
    deadline = time.monotonic() + STOP_SECONDS
    while any(process.poll() is None for process in running) and time.monotonic() < deadline and not hurry():
        time.sleep(0.02)
    for process in running:
        kill_group(process)
        process.wait()


def keep_lines(child: Child, process: Process) -> None:
    assert process.stdout is not None
    with process.stdout as stream:
        child.lines.extend(raw.decode(errors="replace").rstrip() for raw in stream)


def kill_group(process: Process) -> None:
    """Kills what is left of a child's session: every child leads one of its own."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return  # nothing is left


def last_words(child: Child, what: str) -> str:
    return "\n".join([f"{what}; its last lines:", *(f"    {line}" for line in child.lines)])


def spawn_command(command: Sequence[str], root: Path, environ: Mapping[str, str]) -> Process:
    """A child whose output comes to us, in a session of its own, that ends when we do."""
    return subprocess.Popen(  # noqa: S603  # programs that LIFT names
        list(command),
        cwd=root,
        env=dict(environ),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        preexec_fn=die_with_parent(signal.SIGTERM),
    )


_out_lock = threading.Lock()


def write_line(line: str) -> None:
    """One whole line at a time, and no complaint when nobody reads any more."""
    with _out_lock:
        try:
            sys.stdout.write(line + "\n")
            sys.stdout.flush()
        except (BrokenPipeError, OSError):
            return
