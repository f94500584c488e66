"""Whatever is lost while somebody drives, the machine is in its safe state within 10 s (X7), and no sample is lost (X12).

The real web process, the real gateway, the real OPC UA server of the virtual factory. No worker runs unless a test
starts one: the heartbeat's answer alone ends what is over.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
import redis
import sqlalchemy as sa
from flask import current_app, session
from flask.sessions import SecureCookieSessionInterface
from flask_wtf.csrf import generate_csrf

from lift import embedded
from lift.core.actor import SYSTEM
from lift.core.db import db
from lift.edge.contract import COMMAND_DEADLINE, REVOKED_WITHIN, SAFE_WITHIN
from lift.edge.virtual.cell import MachiningCell
from lift.edge.virtual.factory import Factory
from lift.engine_files import temporary_home
from lift.live import queries, services
from lift.live.enums import CommandState
from lift.live.models import AssetLink, Bench, BenchEvent, Command, ControlGrant, DataGap, Stop
from lift.live.permissions import BenchRight
from tests import engines
from tests.edge.conftest import Loop, cell, factory, loop, until
from tests.edge.test_with_platform import ROOT, Beside, Web, Whole, served, whole
from tests.factories.live import end_booking_in, make_hour
from tests.factories.people import account_of

pytestmark = [pytest.mark.integration, pytest.mark.slow]
__all__ = ["cell", "factory", "loop", "served", "whole"]  # fixtures


@pytest.fixture
def driven(whole: Whole) -> Bench:
    """The learner drives: the machine is under remote control, and the page beat a moment ago."""
    bench = whole.open_bench()
    whole.take_controls(bench)
    beat(whole, bench)
    return bench


def beat(whole: Whole, bench: Bench) -> None:
    services.beat(bench.id, actor=whole.hour.actor)
    db.session.commit()


def safe(whole: Whole) -> bool:
    return whole.lab.cell.safe and not whole.lab.cell.remote


def reaches_safety(whole: Whole, bench: Bench | None = None, within: float = SAFE_WITHIN) -> float:
    """Seconds until the machine is safe; ``bench`` keeps beating meanwhile, as an open page does."""
    start = time.monotonic()
    beaten = start

    def look() -> bool:
        nonlocal beaten
        if bench is not None and time.monotonic() - beaten > 2:
            beaten = time.monotonic()
            beat(whole, bench)
        return safe(whole)

    until(look, within)
    return time.monotonic() - start


def end_reason(whole: Whole, bench: Bench) -> str | None:
    db.session.rollback()
    query = sa.select(ControlGrant.end_reason).where(ControlGrant.bench_id == bench.id)
    return db.session.scalar(query.order_by(ControlGrant.id.desc()).limit(1))


def kinds(bench: Bench) -> set[str]:
    db.session.rollback()
    return set(db.session.scalars(sa.select(BenchEvent.kind).where(BenchEvent.bench_id == bench.id)))


def test_x7_open_page_keeps_the_controls(whole: Whole, driven: Bench) -> None:
    end = time.monotonic() + 8
    while time.monotonic() < end:
        beat(whole, driven)
        time.sleep(1)
        assert whole.lab.cell.remote
    assert end_reason(whole, driven) is None


def test_x7_closed_browser_ends_in_the_safe_state_in_time(whole: Whole, driven: Bench) -> None:
    assert reaches_safety(whole) <= SAFE_WITHIN
    until(lambda: {"controls_ended", "safe_state"} <= kinds(driven))
    assert end_reason(whole, driven) == "browser_silent"


def test_x7_cut_machine_link_ends_in_the_safe_state_in_time(whole: Whole, driven: Bench) -> None:
    whole.lab.close_opcua()
    assert reaches_safety(whole, driven) <= SAFE_WITHIN
    until(lambda: queries.bench.link_of(driven.asset_id).report.get("link") is False or db.session.rollback())
    whole.lab.open_opcua()


def test_x7_killed_web_ends_in_the_safe_state_in_time(whole: Whole, driven: Bench) -> None:
    whole.web.kill()
    taken = reaches_safety(whole)
    whole.web.start()  # the next test needs it
    assert taken <= SAFE_WITHIN


def test_x6_slot_that_ends_refuses_the_next_command_and_the_gateway_a_replayed_one(whole: Whole, driven: Bench) -> None:
    db.session.execute(sa.update(AssetLink).filter_by(asset_id=driven.asset_id).values(next_counter=10))
    done = carried_out(whole, driven, 85.0)
    db.session.execute(sa.update(Command).where(Command.id == done.id).values(state=CommandState.PENDING))
    db.session.commit()
    again = whole.settled(services.Asked(done))
    assert (again.state, whole.lab.cell.feed) == (CommandState.DONE, 85.0)  # answered from its disk, not done again
    assert replay(whole, done).reason == "replayed"


def carried_out(whole: Whole, bench: Bench, feed: float) -> Command:
    """A command that was done; one that a busy computer let expire is asked again."""
    for _n in range(5):
        beat(whole, bench)
        settled = whole.settled(whole.ask(bench, variable="FeedOverride", value=feed))
        if settled.state is CommandState.DONE:
            return settled
        time.sleep(1.1)  # the rate limit of the feed
    raise AssertionError(f"the command was never done, the last time: {settled.state} {settled.reason}")


def replay(whole: Whole, done: Command) -> Command:
    """A counter that lies behind the last one used: the gateway must not carry it out."""
    values = {
        "grant_id": done.grant_id,
        "bench_id": done.bench_id,
        "asset_id": done.asset_id,
        "person_id": done.person_id,
    }
    now = queries.bench.platform_now()
    copy = Command(**values, variable="FeedOverride", value={"v": 70.0}, counter=5, asked_at=now,
                   deadline=now + timedelta(seconds=30))  # fmt: skip
    db.session.add(copy)
    db.session.commit()
    settled = whole.settled(services.Asked(copy))
    assert (settled.state, whole.lab.cell.feed) == (CommandState.REFUSED, 85.0)
    return settled


def test_x5_gateway_refuses_a_value_that_the_platform_let_through(whole: Whole, driven: Bench) -> None:
    grant = queries.bench.driving_grant(driven.id)
    assert grant is not None
    now = queries.bench.platform_now()
    outside = Command(grant_id=grant.id, bench_id=driven.id, asset_id=driven.asset_id, person_id=driven.person_id,
                      variable="FeedOverride", value={"v": 121.0}, counter=99, asked_at=now,
                      deadline=now + timedelta(seconds=30))  # fmt: skip
    db.session.add(outside)
    db.session.commit()
    settled = whole.settled(services.Asked(outside))
    assert (settled.state, settled.reason, settled.bound) == (CommandState.REFUSED, "out_of_bounds", "high")
    assert whole.lab.cell.feed == 100.0


def test_x4_command_whose_deadline_passed_is_never_carried_out(whole: Whole, driven: Bench) -> None:
    grant = queries.bench.driving_grant(driven.id)
    assert grant is not None
    now = queries.bench.platform_now()
    late = Command(grant_id=grant.id, bench_id=driven.id, asset_id=driven.asset_id, person_id=driven.person_id,
                   variable="FeedOverride", value={"v": 70.0}, counter=99, asked_at=now - timedelta(seconds=9),
                   deadline=now - timedelta(seconds=COMMAND_DEADLINE))  # fmt: skip
    db.session.add(late)
    db.session.commit()
    settled = whole.settled(services.Asked(late))
    assert (settled.state, settled.reason, whole.lab.cell.feed) == (CommandState.EXPIRED, "deadline", 100.0)


def test_x9_stop_and_the_way_back(whole: Whole, driven: Bench) -> None:
    services.press_stop(driven.id, actor=whole.hour.actor, right=whole.right)
    db.session.commit()
    assert reaches_safety(whole, driven) <= SAFE_WITHIN
    stop = db.session.scalars(sa.select(Stop.id).filter_by(asset_id=driven.asset_id)).one()
    until(lambda: whole.fresh(Stop, stop).reached_at)
    trainer = BenchRight(supervises=True)
    services.give_controls(driven.id, actor=whole.hour.actor, right=trainer, right_of_person=whole.right)
    db.session.commit()
    beat(whole, driven)
    until(lambda: whole.lab.cell.remote, SAFE_WITHIN)


def test_x11_revoked_token_cuts_the_stream_and_makes_the_machine_safe(whole: Whole, driven: Bench) -> None:
    headers = {"Authorization": f"Bearer {whole.hour.cell.token}"}
    with httpx.stream("GET", f"{whole.web.url}/stream/edge/v1", headers=headers, timeout=20, trust_env=False) as stream:
        lines = stream.iter_lines()
        assert next(lines).startswith("retry")
        services.revoke_gateway(whole.hour.cell.gateway.key, actor=SYSTEM)
        db.session.commit()
        revoked = time.monotonic()
        for _line in lines:
            pass
        assert time.monotonic() - revoked <= REVOKED_WITHIN
    assert reaches_safety(whole, driven) <= SAFE_WITHIN


def test_x12_web_stopped_for_30_s_loses_no_sample_and_doubles_none(whole: Whole) -> None:
    whole.open_bench()
    taken = whole.lab.sampled()
    whole.web.kill()
    time.sleep(30)
    whole.web.start()
    back = time.time() + 1.0
    until(lambda: (stored := whole.times()) and stored[-1] > back, 60, every=0.3)
    stored = [at for at in whole.times() if at >= taken[0]]
    assert stored == taken[: len(stored)]
    assert db.session.scalars(sa.select(DataGap).filter_by(asset_id=whole.hour.cell.asset.id)).all() == []


@pytest.fixture
def own_redis(tmp_path: Path) -> Iterator[embedded.Valkey]:
    """A Valkey that this test may kill."""
    home = temporary_home()
    valkey = embedded.start_valkey(home, fast=True)
    yield valkey
    valkey.stop()


@dataclass
class Parts:
    """Everything of its own, so that a test may kill it: database, Redis, web; the gateway is not started yet."""

    whole: Whole
    environment: dict[str, str]


@pytest.fixture
def parts(
    servers: engines.Servers,
    worker_id: str,
    loop: Loop,
    factory: Factory,
    cell: MachiningCell,
    own_redis: embedded.Valkey,
    tmp_path: Path,
) -> Iterator[Parts]:
    with engines.cloned(servers, f"lift_path_{worker_id}") as url:
        settings = engines.settings_for(servers, url, tmp_path)
        environment = {
            "LIFT_MODE": "test",
            "LIFT_HOME": str(tmp_path),
            "LIFT_DATABASE_URL": url,
            "LIFT_REDIS_URL": own_redis.url,
            "LIFT_SECRET_KEY": settings.secret_key,
            "LIFT_PUBLIC_URL": settings.public_url,
        }
        web = Web(environment)
        web.start()
        with engines.running_app(settings) as app, app.app_context():
            hour = make_hour()
            db.session.commit()
            lab = Beside(loop, factory, web.url, tmp_path, token=hour.cell.token, asset=hour.cell.asset.key)
            yield Parts(Whole(web, lab, hour), environment)
            lab.stop()
        web.kill()


def browser_of(whole: Whole) -> httpx.Client:
    """The learner's browser at the web process itself: signed in by cookie and form token that the same secret signs."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    signer = SecureCookieSessionInterface().get_signing_serializer(app)
    assert signer is not None
    with app.test_request_context():
        session.update({"_user_id": account_of(whole.hour.person).fs_uniquifier, "_fresh": True})
        token = generate_csrf()
        cookie = signer.dumps(dict(session))
    headers = {"Cookie": f"{app.config['SESSION_COOKIE_NAME']}={cookie}", "X-CSRFToken": token}
    return httpx.Client(base_url=whole.web.url, headers=headers, timeout=20, trust_env=False)


def test_x7_end_of_the_slot_with_the_worker_killed_ends_in_the_safe_state_in_time(
    parts: Parts, own_redis: embedded.Valkey
) -> None:
    whole = parts.whole
    whole.lab.begin()
    command = [sys.executable, "-m", "celery", "-q", "-A", "workers.app", "worker", "-Q", "default,live", "-P", "solo"]
    environment = {**os.environ, **parts.environment}
    worker = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        with redis.Redis.from_url(own_redis.url) as client:
            until(lambda: client.keys("_kombu.binding.*"), 150, every=0.2)
        bench = whole.open_bench()
        whole.take_controls(bench)
    finally:
        worker.send_signal(signal.SIGKILL)
        worker.communicate()
    beat(whole, bench)
    end_booking_in(whole.hour.booking, 1.0)
    assert reaches_safety(whole, bench) <= SAFE_WITHIN
    until(lambda: end_reason(whole, bench) == "booking_over")


def test_x7_killed_redis_leaves_stop_and_driving_in_time(parts: Parts, own_redis: embedded.Valkey) -> None:
    whole = parts.whole
    whole.lab.begin()
    bench = whole.open_bench()
    whole.take_controls(bench)
    with browser_of(whole) as page:
        own_redis.stop()
        for _n in range(3):
            assert page.post(f"/bench/{bench.id}/beat").status_code == 204
            time.sleep(2)
        assert whole.lab.cell.remote  # the truth is in the database: without Redis the drive goes on
        pressed = time.monotonic()
        assert page.post(f"/bench/{bench.id}/stop").status_code == 303
        reaches_safety(whole, bench)
        assert time.monotonic() - pressed <= SAFE_WITHIN
    assert end_reason(whole, bench) == "stopped"


def test_x7_killed_gateway_ends_in_the_safe_state_in_time(parts: Parts) -> None:
    whole = parts.whole
    command = [sys.executable, "-m", "lift.edge.gateway", "--config", str(whole.lab.config_file())]
    gateway = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        bench = whole.open_bench()
        until(lambda: queries.bench.link_of(bench.asset_id).report.get("link") or db.session.rollback(), 20)
        whole.take_controls(bench)
    finally:
        gateway.kill()
        gateway.communicate()
    assert reaches_safety(whole, bench) <= SAFE_WITHIN
    assert whole.lab.cell.watchdog_ok is False  # the machine's own watchdog, fed by nobody
    until(lambda: services.watch() or end_reason(whole, bench), 10, every=0.5)
    assert end_reason(whole, bench) == "gateway_lost"
