"""What runs when LIFT runs: engines, migration, demo world, and the processes of a whole small network."""

from __future__ import annotations

import contextlib
import fcntl
import http.client
import os
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO

from lift.embedded import EngineError, default_home, ensure_database, start_postgres, start_valkey
from lift.running.steps import SetupError, say, step
from lift.running.supervisor import Child, Process, Supervisor, spawn_command

DATABASE = "lift"
EVERYWHERE = ("0.0.0.0", "::", "localhost")  # noqa: S104  # what people write; the default is loopback
DEFAULT_PORT = 8000
READY_SECONDS = 180.0
FACTORY_SECONDS = 30.0
OTHER_COMMAND_SECONDS = 60.0
WEB_THREADS = 160  # one thread a live stream, and some for pages (docs/decisions/0002)
QUEUES = {"worker": ("default,twins,reports", 2), "live": ("live", 1)}  # `live` never waits behind others
ROOT_WARNING = "You're running the worker with superuser privileges"
ACCOUNTS = (
    ("technician", "has a training hour at a machine that runs now"),
    ("owner", "owns a small company and sends people to trainings"),
    ("author", "writes modules"),
    ("reviewer", "reviews modules"),
    ("trainer", "runs sessions"),
    ("lab", "manages a laboratory"),
    ("partner", "represents a partner"),
    ("leader", "leads the network's academic side"),
    ("business", "leads its business side"),
    ("officer", "looks after a cluster and its companies"),
    ("admin", "operates the platform"),
)


@dataclass(frozen=True)
class Place:
    """Where this checkout is, where its data live, and what its processes get to see."""

    root: Path
    home: Path
    environ: dict[str, str]
    host: str
    port: int

    @property
    def reached_at(self) -> str:
        """The host as this machine reaches it."""
        return self.loopback if self.host in EVERYWHERE else self.host

    @property
    def loopback(self) -> str:
        """The host as processes beside it reach it, whatever people use."""
        return "::1" if self.host in {"::", "::1"} else "127.0.0.1"

    @property
    def address(self) -> str:
        return f"http://{in_brackets(self.reached_at)}:{self.port}"

    @property
    def gateway_config(self) -> Path:
        return self.home / "gateway" / "demo.toml"


def in_brackets(host: str) -> str:
    """An IPv6 address as it stands in a URL."""
    return f"[{host}]" if ":" in host else host


def wanted_port(environ: Mapping[str, str]) -> int:
    raw = environ.get("PORT", "") or str(DEFAULT_PORT)
    if not raw.isdigit() or not 1 <= int(raw) <= 65535:
        raise SetupError(f"PORT: {raw!r} is not a number from 1 to 65535, example {DEFAULT_PORT}")
    return int(raw)


def free_port(host: str, wanted: int) -> int:
    """`wanted`, or one that the system picks when that is taken."""
    for port in (wanted, 0):
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as line:
            line.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                line.bind((host, port))
                line.listen(1)
            except PermissionError as error:
                raise SetupError(f"PORT: {port} may not be opened by this user, example {DEFAULT_PORT}") from error
            except OSError:
                continue
            return int(line.getsockname()[1])
    raise SetupError(f"HOST: nothing can be opened on {host}, example 127.0.0.1")


def find_place(root: Path) -> Place:
    """Reads PORT and HOST. Raises SetupError with the setting's name."""
    host, wanted = os.environ.get("HOST", "") or "127.0.0.1", wanted_port(os.environ)
    port = free_port(host, wanted)
    if port != wanted:
        say(f"port {wanted} is taken; LIFT uses {port} this time")
    environ = {**os.environ, "PORT": str(port), "PYTHONUNBUFFERED": "1", "FLASK_APP": "lift.app"}
    home = default_home(root)
    return Place(root, home, {**environ, "LIFT_HOME": str(home)}, host, port)


@contextlib.contextmanager
def only_one(home: Path) -> Iterator[IO[str]]:
    """Held while LIFT runs on this home; the file says where. Raises SetupError when it already runs."""
    try:
        home.mkdir(parents=True, exist_ok=True)
        handle = (home / "run.lock").open("a+")
    except PermissionError:
        raise SetupError(f"{home} is not writable for you; run: sudo chown -R $(id -un) '{home}'") from None
    with handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            handle.seek(0)
            raise SetupError(f"LIFT already runs from here: {handle.read().strip() or 'it is starting'}") from None
        handle.truncate(0)
        yield handle
        handle.truncate(0)


def start_engines(place: Place, supervisor: Supervisor) -> None:
    """Starts what no address was given for, and puts the addresses into the environment of the children."""

    def postgres() -> Process:
        deadline = time.monotonic() + OTHER_COMMAND_SECONDS
        while (engine := start_postgres(place.home)).process is None:
            wait_for_other_command(deadline)
        place.environ["LIFT_DATABASE_URL"] = engine.url(DATABASE)
        if ensure_database(engine, DATABASE):
            place.gateway_config.unlink(missing_ok=True)  # its keys belong to a database that is gone
        return engine.process

    def valkey() -> Process:
        deadline = time.monotonic() + OTHER_COMMAND_SECONDS
        while (engine := start_valkey(place.home)).process is None:
            wait_for_other_command(deadline)
        place.environ["LIFT_REDIS_URL"] = engine.url
        return engine.process

    if not place.environ.get("LIFT_DATABASE_URL"):
        supervisor.start(Child("postgres", postgres, stage=0, stop_signal=signal.SIGINT))
    if not place.environ.get("LIFT_REDIS_URL"):
        supervisor.start(Child("valkey", valkey, stage=0))


def wait_for_other_command(deadline: float) -> None:
    """An engine that another command of LIFT started ends with that command; we want one that lives with us."""
    if time.monotonic() > deadline:
        raise EngineError("Another command of LIFT keeps the database running; end it and start again")
    time.sleep(0.2)


def is_demo(place: Place) -> bool:
    return place.environ.get("LIFT_MODE", "demo") in {"", "demo"}


def has_present_tables(place: Place, supervisor: Supervisor) -> bool:
    """True when the embedded database is at the migration that this checkout ends with; false when that is not known."""
    if not supervisor.has("postgres"):
        return False
    head = (place.root / "migrations" / "HEAD").read_text().strip()
    try:
        return start_postgres(place.home).ask("SELECT version_num FROM alembic_version", DATABASE) == [head]
    except EngineError:
        return False  # a new database


def prepare(place: Place, supervisor: Supervisor, start_web: Callable[[], None]) -> None:
    """Tables of this version and, in the demo, its world and its gateway's keys. The web starts as soon as the tables
    are there. Raises GaveUp."""

    def web_when_it_can() -> None:
        if not supervisor.has("web") and has_present_tables(place, supervisor):
            start_web()

    if has_present_tables(place, supervisor) and (place.gateway_config.exists() or not is_demo(place)):
        start_web()  # all was done the last time
        return
    options = ["--demo", str(place.gateway_config)] if is_demo(place) else []
    with step("preparing the database"):
        process = spawn_command([*module("flask"), "prepare", *options], place.root, place.environ)
        done = supervisor.complete("flask prepare", process, web_when_it_can)
    if done and not supervisor.has("web"):
        start_web()


def web_command(place: Place, *, reload: bool) -> list[str]:
    if reload:
        listen = ["--host", place.host, "--port", str(place.port)]
        return [sys.executable, "-m", "flask", "run", "--debug", *listen]
    size = ["--worker-class", "gthread", "--workers", "1", "--threads", str(WEB_THREADS)]
    hosts = [place.host] if place.host in EVERYWHERE else list(dict.fromkeys([place.host, place.loopback]))
    bind = [word for host in hosts for word in ("--bind", f"{in_brackets(host)}:{place.port}")]
    config = ["--config", str(place.root / "deploy" / "gunicorn_conf.py"), *bind]
    return [sys.executable, "-m", "gunicorn", *config, *size, "lift.app:create_app()"]


def celery() -> list[str]:
    """Quietly: no banner, and no word about root, which is how a container often runs."""
    return [sys.executable, "-W", f"ignore:{ROOT_WARNING}", "-m", "celery", "-q", "-A", "workers.app"]


def worker_command(name: str) -> list[str]:
    queues, processes = QUEUES[name]
    size = ["-Q", queues, "-c", str(processes), "-n", f"{name}@%h"]
    return [*celery(), "worker", *size, "--without-gossip", "--without-mingle"]


def beat_command(place: Place) -> list[str]:
    folder = place.home / "beat"
    folder.mkdir(exist_ok=True)
    schedule = ["--pidfile=", "-s", str(folder / "schedule")]
    return [*celery(), "beat", *schedule]


def start_others(place: Place, supervisor: Supervisor) -> None:
    """Workers, beat, and in the demo the machines and, once these answer, their gateway."""
    if is_demo(place):
        factory = [*module("lift.edge.virtual"), "--state-dir", str(place.home / "virtual")]
        start(place, supervisor, "factory", 2, factory)
    for name in QUEUES:
        start(place, supervisor, name, 2, worker_command(name))
    start(place, supervisor, "beat", 2, beat_command(place))
    if is_demo(place):
        supervisor.wait_for(lambda: supervisor.has_said("factory", '"ready"'), FACTORY_SECONDS)
        run_gateway = [*module("lift.edge.gateway"), "--config", str(place.gateway_config)]
        start(place, supervisor, "gateway", 3, run_gateway, **gateway_environ(place))


def gateway_environ(place: Place) -> dict[str, str]:
    """Without https a gateway talks to its own machine only, and the port may differ from the last time."""
    return {"LIFT_GATEWAY_URL": f"http://{in_brackets(place.loopback)}:{place.port}"}


def start(place: Place, supervisor: Supervisor, name: str, stage: int, command: list[str], **more: str) -> None:
    """Starts one process, unless we are already stopping."""
    if not supervisor.stopping.is_set():
        supervisor.start(Child(name, partial(spawn_command, command, place.root, place.environ | more), stage))


def module(name: str) -> list[str]:
    return [sys.executable, "-m", name]


def answers(place: Place) -> bool:
    """GET /healthz is 200."""
    line = http.client.HTTPConnection(place.reached_at, place.port, timeout=5)
    try:
        line.request("GET", "/healthz")
        return line.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        line.close()


def closing_words(place: Place, seconds: float) -> str:
    width = max(len(name) for name, _ in ACCOUNTS) + len("@lift.example")
    lines = [f"  {name + '@lift.example':<{width}}  {what}" for name, what in ACCOUNTS]
    people = ["", "Demo accounts, password lift-demo:", *lines] if is_demo(place) else []
    return "\n".join(["", f"LIFT runs at {place.address} (ready after {seconds:.1f} s; Ctrl-C stops it).", *people, ""])
