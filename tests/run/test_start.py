"""`run.py` for real: from an empty home to a machine's values, a second start that keeps the data, and nothing left behind."""

from __future__ import annotations

import http.client
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from lift.embedded import start_postgres
from lift.engine_files import temporary_home
from lift.running.world import free_port

pytestmark = [pytest.mark.integration, pytest.mark.slow]
ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 150  # on a machine that runs other tests beside


@pytest.fixture
def home() -> Iterator[Path]:
    outer = temporary_home()
    yield outer / "my lift"
    shutil.rmtree(outer)


class Run:
    """One run of the supervisor; `lines` is what it said."""

    def __init__(self, home: Path) -> None:
        environ = {name: value for name, value in os.environ.items() if not name.startswith("LIFT_")}
        environ |= {"LIFT_HOME": str(home), "PORT": str(free_port("127.0.0.1", 0)), "PYTHONUNBUFFERED": "1"}
        self.lines: list[str] = []
        self.process = subprocess.Popen(
            [sys.executable, "-m", "lift.running.launch", "run"],
            cwd=ROOT,
            env=environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def read_until(self, pattern: str, seconds: float) -> re.Match[str]:
        """Reads lines until one matches."""
        assert self.process.stdout is not None
        deadline = time.monotonic() + seconds
        for line in self.process.stdout:
            self.lines.append(line.rstrip())
            if found := re.search(pattern, line):
                return found
            assert time.monotonic() < deadline, "\n".join(self.lines)
        raise AssertionError("\n".join(self.lines))

    def wait_ready(self) -> int:
        """The port, once the closing words are printed to their end."""
        port = int(self.read_until(r"LIFT runs at http://127\.0\.0\.1:(\d+)", START_SECONDS)[1])
        self.read_until(r"admin@lift\.example", 5)
        return port

    def end(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        assert self.process.stdout is not None
        self.process.stdout.close()


def get(port: int, path: str) -> tuple[int, str]:
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        line.request("GET", path)
        answer = line.getresponse()
        return answer.status, answer.read().decode()
    finally:
        line.close()


def processes_of(home: Path) -> list[str]:
    """Command lines of the processes that carry this home in their arguments or environment."""
    found = []
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit() or int(folder.name) == os.getpid():
            continue
        try:
            seen = (folder / "cmdline").read_bytes() + (folder / "environ").read_bytes()
        except OSError:
            continue
        if str(home).encode() in seen:
            found.append((folder / "cmdline").read_bytes().replace(b"\0", b" ").decode())
    return found


def wait_for_none(home: Path, seconds: float = 20) -> list[str]:
    deadline = time.monotonic() + seconds
    while (left := processes_of(home)) and time.monotonic() < deadline:
        time.sleep(0.1)
    return left


def values_from_the_machine(home: Path) -> int:
    """How many blocks of machine values have arrived in the database of the running LIFT."""
    return int(start_postgres(home).ask("SELECT count(*) FROM telemetry_chunk", "lift")[0])


def test_start_fills_an_empty_home_and_a_second_start_keeps_it(home: Path) -> None:
    first = Run(home)
    try:
        port = first.wait_ready()
        assert get(port, "/healthz")[0] == 200
        assert get(port, "/sign-in")[0] == 200
        deadline = time.monotonic() + 30
        while (seen := values_from_the_machine(home)) == 0 and time.monotonic() < deadline:
            time.sleep(0.5)
        assert seen > 0
        first.process.send_signal(signal.SIGINT)
        first.read_until("lift: stopped", 40)
        assert first.process.wait(10) == 0
    finally:
        first.end()
    assert wait_for_none(home) == []
    second = Run(home)
    try:
        second.wait_ready()
        assert [line for line in second.lines if "preparing the database" in line] == []
        assert values_from_the_machine(home) >= seen
        second.process.kill()
    finally:
        second.end()
    assert wait_for_none(home) == []
