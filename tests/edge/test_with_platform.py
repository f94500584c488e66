"""The whole way: the real platform in a process of its own, the real gateway, the real OPC UA server (X4 to X7, X12)."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from apiflask import APIFlask

from lift.core.db import db
from lift.edge.contract import SAFE_WITHIN, Block
from lift.edge.virtual.cell import MachiningCell
from lift.edge.virtual.factory import Factory, free_port
from lift.live import services
from lift.live.enums import CommandState
from lift.live.models import AssetLink, Bench, Command, DataGap, Stop, TelemetryChunk
from lift.live.permissions import BenchRight
from tests import engines
from tests.edge.conftest import Beside, Loop, until
from tests.factories.live import Hour, make_hour

pytestmark = [pytest.mark.integration, pytest.mark.slow]
ROOT = Path(__file__).parents[2]


class Web:
    """The platform's web process: started, killed, started again on the same port and database."""

    def __init__(self, environment: dict[str, str]) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._environment = environment
        self._log = Path(environment["LIFT_HOME"]) / "web.log"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = [sys.executable, "-m", "flask", "--app", "lift.app:create_app", "run", "--no-reload"]
        environment = {**os.environ, **self._environment}
        with self._log.open("ab") as log:
            arguments = [*command, "--port", str(self.port)]
            self._process = subprocess.Popen(arguments, cwd=ROOT, env=environment, stdout=log, stderr=log)

    def is_alive(self) -> bool:
        """Raises with the process's last words when it has ended by itself."""
        if self._process and self._process.poll() is not None:
            raise AssertionError(self._log.read_text()[-2_000:])
        return True

    def kill(self) -> None:
        if self._process:
            self._process.kill()
            self._process.wait()
            self._process = None


@dataclass
class Whole:
    """A learner with a booked hour at the cell, and everything between the two."""

    web: Web
    lab: Beside
    hour: Hour

    @property
    def right(self) -> BenchRight:
        return services.right_of(self.hour.actor, self.hour.booking, self.hour.cell.asset)

    def open_bench(self) -> Bench:
        asset = self.hour.cell.asset.id
        until(lambda: self.web.is_alive() and self.fresh(AssetLink, asset).report.get("link"), 90)
        bench = services.open_bench(
            self.hour.booking.id, self.hour.cell.asset.id, actor=self.hour.actor, right=self.right
        )
        db.session.commit()
        return bench

    def take_controls(self, bench: Bench) -> None:
        services.take_controls(bench.id, actor=self.hour.actor, right=self.right)
        db.session.commit()
        until(lambda: self.lab.cell.remote)

    def ask(self, bench: Bench, **what: Any) -> services.Asked:
        asked = services.send_command(bench.id, actor=self.hour.actor, right=self.right, **what)
        db.session.commit()
        return asked

    def fresh(self, model: Any, key: Any) -> Any:
        db.session.rollback()
        db.session.expire_all()
        return db.session.get_one(model, key)

    def settled(self, asked: services.Asked) -> Command:
        key, open_still = asked.command.id, (CommandState.PENDING, CommandState.ACCEPTED)
        until(lambda: self.fresh(Command, key).state not in open_still)
        return db.session.get_one(Command, key)

    def times(self) -> list[float]:
        db.session.rollback()
        mine = sa.select(TelemetryChunk.block).filter_by(asset_id=self.hour.cell.asset.id)
        blocks = db.session.scalars(mine.order_by(TelemetryChunk.id))
        return [at for block in blocks for at in Block.model_validate_json(bytes(block)).times]


@pytest.fixture(scope="module")
def served(
    servers: engines.Servers, worker_id: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[APIFlask, Web]]:
    """An app and a web process on one database of their own, so that each sees what the other commits."""
    home = tmp_path_factory.mktemp("platform")
    with engines.cloned(servers, f"lift_edge_{worker_id}") as url:
        environment = {
            "LIFT_MODE": "test",
            "LIFT_HOME": str(home),
            "LIFT_DATABASE_URL": url,
            "LIFT_REDIS_URL": servers.redis_url,
            "LIFT_SECRET_KEY": "test-secret-key-of-enough-length-0123456789",
            "LIFT_PUBLIC_URL": "http://lift.test",
        }
        web = Web(environment)
        web.start()
        with engines.running_app(engines.settings_for(servers, url, home)) as app:
            yield app, web
        web.kill()


@pytest.fixture
def whole(
    served: tuple[APIFlask, Web], loop: Loop, factory: Factory, cell: MachiningCell, tmp_path: Path
) -> Iterator[Whole]:
    app, web = served
    with app.app_context():
        hour = make_hour()
        db.session.commit()
        lab = Beside(loop, factory, web.url, tmp_path, token=hour.cell.token, asset=hour.cell.asset.key)
        lab.begin()
        yield Whole(web, lab, hour)
        lab.stop()


def test_learner_drives_the_machine_and_every_guard_speaks(whole: Whole) -> None:
    bench = whole.open_bench()
    whole.take_controls(bench)
    done = whole.settled(whole.ask(bench, variable="FeedOverride", value=85.0))
    assert (done.state, whole.lab.cell.feed) == (CommandState.DONE, 85.0)
    refused = whole.ask(bench, variable="FeedOverride", value=121.0)
    assert [problem.rule for problem in refused.problems] == ["X5-high"]
    services.press_stop(bench.id, actor=whole.hour.actor, right=whole.right)
    db.session.commit()
    until(lambda: whole.lab.cell.safe, SAFE_WITHIN)
    stop = db.session.scalars(sa.select(Stop.id).filter_by(bench_id=bench.id)).one()
    until(lambda: whole.fresh(Stop, stop).reached_at)
    assert whole.lab.cell.feed == 85.0


def test_closed_bench_leaves_the_machine_safe(whole: Whole) -> None:
    bench = whole.open_bench()
    whole.take_controls(bench)
    services.close_bench(bench.id, actor=whole.hour.actor)
    db.session.commit()
    until(lambda: whole.lab.cell.safe and not whole.lab.cell.remote, SAFE_WITHIN)
    assert whole.lab.cell.watchdog_ok is True


def test_killed_web_makes_the_machine_safe_and_loses_no_sample(whole: Whole) -> None:
    bench = whole.open_bench()
    whole.take_controls(bench)
    taken = whole.lab.sampled()
    whole.web.kill()
    killed = time.monotonic()
    until(lambda: whole.lab.cell.safe and not whole.lab.cell.remote, SAFE_WITHIN)
    assert time.monotonic() - killed <= SAFE_WITHIN
    whole.web.start()
    back = time.time() + 1.0
    until(lambda: (stored := whole.times()) and stored[-1] > back, 90, every=0.2)
    stored = [at for at in whole.times() if at >= taken[0]]
    assert stored == taken[: len(stored)]
    gaps = sa.select(DataGap).filter_by(asset_id=whole.hour.cell.asset.id)
    assert db.session.scalars(gaps).all() == []
