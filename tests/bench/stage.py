"""The stage of a benchmark: private engines, the demo world, LIFT and the floor on the same kind of server, and a load."""

from __future__ import annotations

import http.client
import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from apiflask import APIFlask

from config import ROOT
from lift.core.db import db
from lift.seed.demo import seed_demo
from tests import engines
from tests.bench.floor import TABLES

CONFIG = ROOT / "deploy" / "gunicorn_conf.py"


@dataclass(frozen=True)
class Server:
    """One gunicorn."""

    port: int
    pid: int


@dataclass(frozen=True)
class Stage:
    """Everything a benchmark needs."""

    app: APIFlask
    lift: Server
    floor: Server
    database_url: str
    redis_url: str


@contextmanager
def stage(*, worker: str = "gthread", threads: int = 16) -> Iterator[Stage]:
    """Both servers on one database that holds the demo world."""
    home = engines.begin_run()
    try:
        servers = engines.start(home)
        with engines.cloned(servers, "bench") as url, ExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(dir=home)))
            settings = engines.settings_for(servers, url, folder)
            app = stack.enter_context(engines.running_app(settings))
            with app.app_context():
                seed_demo()
                db.session.execute(sa.text(TABLES))
                db.session.commit()
            environment = lift_environment(settings)
            lift = stack.enter_context(serve("lift.app:create_app()", environment, worker, threads, config=CONFIG))
            bare = {"FLOOR_DATABASE_URL": url, "FLOOR_REDIS_URL": settings.redis_url}
            floor = stack.enter_context(serve("tests.bench.floor:create_app()", bare, worker, threads))
            yield Stage(app, lift, floor, url, settings.redis_url)
    finally:
        engines.end_run(home)


def lift_environment(settings: Any) -> dict[str, str]:
    """The settings of a production-like server on this database."""
    return {
        "LIFT_MODE": "demo",
        "LIFT_HOME": str(settings.home),
        "LIFT_DATABASE_URL": settings.database_url,
        "LIFT_REDIS_URL": settings.redis_url,
        "LIFT_SECRET_KEY": settings.secret_key,
        "LIFT_LOG_LEVEL": "WARNING",
    }


@contextmanager
def serve(
    target: str, environment: dict[str, str], worker: str, threads: int, config: Path | None = None
) -> Iterator[Server]:
    """One gunicorn with one worker on a free port; ready when it answers."""
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", target, "--bind", f"127.0.0.1:{port}", "--workers", "1",
               "--worker-class", worker, "--log-level", "error", "--no-control-socket", "--timeout", "120",
               "--graceful-timeout", "5"]  # fmt: skip
    command += ["--config", str(config)] if config else []
    command += ["--threads", str(threads)] if worker == "gthread" else ["--worker-connections", "2000"]
    kept = {name: value for name, value in os.environ.items() if not name.startswith("LIFT_")}
    process = subprocess.Popen(command, cwd=ROOT, env={**kept, **environment})
    try:
        wait_ready(port, process)
        yield Server(port, process.pid)
    finally:
        process.terminate()
        process.wait(timeout=30)


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_ready(port: int, process: subprocess.Popen[bytes]) -> None:
    """Until the server answers anything."""
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and process.poll() is None:
        try:
            ask(http.client.HTTPConnection("127.0.0.1", port, timeout=5), "GET", "/healthz")
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError("a server of the benchmark did not come up")


def ask(
    line: http.client.HTTPConnection,
    method: str,
    path: str,
    body: bytes | None = None,
    headers: dict[str, str] | None = None,
) -> tuple[int, bytes]:
    """One request on a kept connection."""
    line.request(method, path, body, headers or {})
    answer = line.getresponse()
    return answer.status, answer.read()


@dataclass(frozen=True)
class Load:
    """What a load gave: requests per second, and every request's seconds and status."""

    per_second: float
    seconds: list[float]
    statuses: list[int]

    def percentile(self, share: float) -> float:
        """The time that ``share`` of the requests stayed under."""
        ordered = sorted(self.seconds)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


Request = tuple[str, str, bytes | None, dict[str, str]]


def load(port: int, requests: Callable[[int], Request], count: int, connections: int = 8) -> Load:
    """``count`` requests over ``connections`` kept connections, each next one as soon as the last is answered."""
    numbers = iter(range(count))
    lock = threading.Lock()
    seconds: list[float] = []
    statuses: list[int] = []

    def pull() -> None:
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        while True:
            with lock:
                number = next(numbers, None)
            if number is None:
                line.close()
                return
            method, path, body, headers = requests(number)
            began = time.perf_counter()
            status, _ = ask(line, method, path, body, headers)
            took = time.perf_counter() - began
            with lock:
                seconds.append(took)
                statuses.append(status)

    threads = [threading.Thread(target=pull) for _ in range(connections)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return Load(count / (time.perf_counter() - began), seconds, statuses)


def posted(path: str, body: dict[str, Any], headers: dict[str, str] | None = None) -> Request:
    """A JSON request."""
    return "POST", path, json.dumps(body).encode(), {"Content-Type": "application/json", **(headers or {})}


def token(stage: Stage, name: str) -> dict[str, str]:
    """A demo account's bearer header."""
    body = {"email": f"{name}@lift.example", "password": "lift-demo"}
    line = http.client.HTTPConnection("127.0.0.1", stage.lift.port, timeout=60)
    status, answer = ask(line, *posted("/api/v1/tokens", body))
    if status != 201:
        raise RuntimeError(f"no token for {name}: {answer.decode()[:200]}")
    return {"Authorization": f"Bearer {json.loads(answer)['token']}"}


@dataclass(frozen=True)
class Figure:
    """One line of the report. ``worse`` is what must not be passed when less is better."""

    name: str
    value: float
    floor: float
    ratio: float
    goal: float
    at_most: bool = False

    @property
    def ok(self) -> bool:
        """Whether the goal holds."""
        return self.ratio <= self.goal if self.at_most else self.ratio >= self.goal

    def show(self) -> None:
        """As JSON."""
        goal = f"{'<=' if self.at_most else '>='} {round(self.goal, 3)}"
        row = {"name": self.name, "value": self.value, "floor": self.floor, "ratio": self.ratio}
        rounded = {key: round(v, 4) if isinstance(v, float) else v for key, v in row.items()}
        print(json.dumps({**rounded, "goal": goal, "ok": self.ok}), flush=True)


def report(figures: list[Figure]) -> int:
    """Print all; 1 when one misses its goal."""
    for figure in figures:
        figure.show()
    return 0 if all(f.ok for f in figures) else 1
