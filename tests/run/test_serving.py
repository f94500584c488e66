"""gunicorn in the two shapes that LIFT uses: streams are delivered beside pages, and end at once when it is told to stop."""

from __future__ import annotations

import http.client
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import yaml
from redis import Redis

from lift.running.world import Place, free_port, web_command
from tests.engines import Servers

pytestmark = [pytest.mark.integration, pytest.mark.slow]
ROOT = Path(__file__).resolve().parents[2]
APP = "lift.app:create_app()"
READERS = 12


def gunicorn_arguments(shape: str, home: Path) -> list[str]:
    """What `run.py` or the stream service of compose.yaml gives to gunicorn, without address and app."""
    if shape == "run.py":
        words = web_command(Place(ROOT, home, {}, "127.0.0.1", 0), reload=False)[3:]
    else:
        words = yaml.safe_load((ROOT / "deploy" / "compose.yaml").read_text())["services"][shape]["command"][1:]
    at = words.index("--bind")
    return [word for word in words[:at] + words[at + 2 :] if word != APP]


@contextmanager
def serving(
    shape: str, servers: Servers, database_url: str, home: Path
) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    port = free_port("127.0.0.1", 0)
    environ = {name: value for name, value in os.environ.items() if not name.startswith("LIFT_")}
    environ |= {"LIFT_MODE": "test", "LIFT_HOME": str(home), "LIFT_DATABASE_URL": database_url}
    environ |= {"LIFT_REDIS_URL": servers.redis_url}
    arguments = [*gunicorn_arguments(shape, home), "--bind", f"127.0.0.1:{port}", "tests.run.stream_app:make_app()"]
    command = [sys.executable, "-m", "gunicorn", *arguments]
    process = subprocess.Popen(command, cwd=ROOT, env=environ, start_new_session=True)
    try:
        wait_for_page(port)
        yield process, port
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def wait_for_page(port: int) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        try:
            line.request("GET", "/healthz")
            assert line.getresponse().status == 200
        except ConnectionRefusedError:
            time.sleep(0.1)
        else:
            return
        finally:
            line.close()
    raise AssertionError("the server did not answer within 30 s")


def open_stream(port: int) -> tuple[http.client.HTTPConnection, http.client.HTTPResponse]:
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=15)
    line.request("GET", "/stream/serving-test", headers={"Accept": "text/event-stream"})
    return line, line.getresponse()


def read_event(response: http.client.HTTPResponse) -> str:
    """The data of the next event."""
    while line := response.readline():
        if line.startswith(b"data: "):
            return line.decode().removeprefix("data: ").strip()
    raise AssertionError("the stream ended without an event")


@pytest.mark.parametrize("shape", ["run.py", "stream"])
def test_streams_are_delivered_and_end_when_the_server_stops(
    shape: str, servers: Servers, database_url: str, tmp_path: Path
) -> None:
    with serving(shape, servers, database_url, tmp_path) as (process, port):
        streams = [open_stream(port) for _ in range(READERS)]
        redis = Redis.from_url(servers.redis_url)
        told = b'{"id": 7, "event": "word", "data": {"said": "hello"}}'
        deadline = time.monotonic() + 10
        while redis.publish("lift:serving-test", told) < 1 and time.monotonic() < deadline:
            time.sleep(0.05)
        assert [read_event(response) for _, response in streams] == ['{"said": "hello"}'] * READERS
        wait_for_page(port)
        began = time.monotonic()
        process.send_signal(signal.SIGTERM)
        rest = [response.read() for _, response in streams]
        code = process.wait(15)
        took = time.monotonic() - began
        for line, _ in streams:
            line.close()
        redis.close()
    assert [b"said" in text for text in rest] == [False] * READERS
    assert code == 0
    assert took < 6  # not the 10 s of the graceful time-out
