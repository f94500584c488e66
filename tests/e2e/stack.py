"""Every process of LIFT on a database of its own, started by the functions that `run.py` uses; only sizes differ."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from config import ROOT
from lift.engine_files import temporary_home
from lift.running import world
from lift.running.supervisor import Supervisor
from tests import engines

READY_SECONDS = 240.0  # a machine that also runs other tests
ALL_QUEUES = ",".join(names for names, _ in world.QUEUES.values())


@dataclass(frozen=True)
class Stack:
    """A running LIFT: where it answers, and its database for what a person would know by other ways."""

    address: str
    database_url: str
    home: Path

    def ask(self, sql: str, **values: Any) -> list[Any]:
        """Rows of one question."""
        engine = sa.create_engine(self.database_url, poolclass=sa.NullPool)
        try:
            with engine.connect() as connection:
                return list(connection.execute(sa.text(sql), values))
        finally:
            engine.dispose()

    def one(self, sql: str, **values: Any) -> Any:
        """The one value of the one row."""
        ((value,),) = self.ask(sql, **values)
        return value


@contextmanager
def running_stack(servers: engines.Servers, name: str) -> Iterator[Stack]:
    """The demo world with web, worker, beat, machine and gateway, until the block ends."""
    home = temporary_home()
    with engines.cloned(servers, name) as url, (home / "processes.log").open("w") as log:
        place = place_for(home, url)
        supervisor = Supervisor(lambda line: print(line, file=log, flush=True))
        try:
            bring_up(place, supervisor)
            yield Stack(place.address, url, home)
        finally:
            supervisor.stop()
    shutil.rmtree(home, ignore_errors=True)


def place_for(home: Path, url: str) -> world.Place:
    port = world.free_port("127.0.0.1", 0)
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("LIFT_")}
    environ = inherited | {
        "FLASK_APP": "lift.app",
        "LIFT_DATABASE_URL": url,
        "LIFT_HOME": str(home),
        "LIFT_MODE": "demo",
        "LIFT_POOL_SIZE": "12",
        "LIFT_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "PORT": str(port),
        "PYTHONUNBUFFERED": "1",
    }
    return world.Place(ROOT, home, environ, "127.0.0.1", port)


def bring_up(place: world.Place, supervisor: Supervisor) -> None:
    """As `lift.running.launch` does, but with one worker for all queues and a free port for the machine."""
    world.start_engines(place, supervisor)
    web = world.web_command(place, reload=False)
    world.prepare(place, supervisor, lambda: world.start(place, supervisor, "web", 1, web))
    factory = ["lift.edge.virtual", "--port", "0", "--state-dir", str(place.home / "virtual")]
    world.start(place, supervisor, "factory", 4, [*world.module(factory[0]), *factory[1:]])
    worker = [*world.celery(), "worker", "-Q", ALL_QUEUES, "-c", "1", "--without-gossip", "--without-mingle"]
    world.start(place, supervisor, "worker", 2, worker)
    world.start(place, supervisor, "beat", 3, world.beat_command(place))
    must(supervisor, supervisor.wait_for(lambda: supervisor.has_said("factory", '"ready"'), READY_SECONDS))
    must(supervisor, supervisor.wait_for(lambda: world.answers(place), READY_SECONDS))
    gateway = [*world.module("lift.edge.gateway"), "--config", str(place.gateway_config)]
    world.start(place, supervisor, "gateway", 5, gateway, **world.gateway_environ(place))


def must(supervisor: Supervisor, done: bool) -> None:
    """Raises with every process's last words when something did not come."""
    said = {child.name: list(child.lines) for child in supervisor.children}
    assert done, json.dumps(said, indent=1)
