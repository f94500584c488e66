"""Redis dies while LIFT runs: pages, booking, enrolling go on, limits still count, jobs wait and then leave (DESIGN 2).

Each scene plays in a process of its own, for the app's Redis, limits and sender belong to a process.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

import pytest
import sqlalchemy as sa
from apiflask import APIFlask
from flask import current_app
from flask.testing import FlaskClient
from redis import Redis

from lift import embedded
from lift.core import broker, clock, jobs
from lift.core.db import db, transaction
from lift.core.enums import JobState
from lift.engine_files import temporary_home
from lift.labs.models import Booking
from lift.training.models import Enrolment
from tests import engines
from tests.core.test_jobs import BUMP, states
from tests.factories.labs import make_asset
from tests.factories.people import make_organisation, make_person
from tests.factories.training import make_session
from tests.labs.test_api import body, manager_with_token
from tests.racing import race
from tests.training.test_api import ALL, Caller

T = TypeVar("T")

pytestmark = [pytest.mark.integration, pytest.mark.race]

PASSWORD = "a good long passphrase"
QUICK = 3.0  # seconds that a scene's requests may take together while Redis is away; trying again and again takes 6


@dataclass
class Scene:
    """An app on a Redis of its own, and a browser."""

    client: FlaskClient
    home: Path
    redis: embedded.Valkey

    def sign_in(self, email: str, password: str = PASSWORD) -> int:
        return self.client.post("/sign-in", data={"email": email, "password": password}).status_code


@contextmanager
def scene() -> Iterator[Scene]:
    """On the test's database, with the sender that production has."""
    home = temporary_home()
    redis = embedded.start_valkey(home, fast=True)
    celery = broker.make_celery(redis.url)
    jobs.use_sender(broker.celery_sender(celery))
    with engines.running_app(replace(current_app.config["LIFT"], redis_url=redis.url)) as app, app.app_context():
        played = Scene(app.test_client(), home, redis)
        try:
            yield played
        finally:
            celery.close()
            played.redis.stop()
            shutil.rmtree(home)


def played(app: APIFlask, play: Callable[[int], T]) -> T:
    """What the scene tells, out of its process."""
    return race(app, play, 1)[0]


def read_pages(_number: int) -> list[tuple[str, int]]:
    with scene() as s:
        make_person("Olga Padrona", make_organisation(), email="olga@ditta.example", password=PASSWORD)
        s.redis.stop()
        seen = [("sign in", s.sign_in("olga@ditta.example"))]
        return seen + [
            (path, s.client.get(path).status_code)
            for path in ("/", "/sessions", "/me", "/status", "/healthz", "/readyz")
        ]


def test_pages_and_sign_in_work_without_redis(committed: APIFlask) -> None:
    assert played(committed, read_pages) == [
        ("sign in", 302), ("/", 200), ("/sessions", 200), ("/me", 200), ("/status", 200), ("/healthz", 200), ("/readyz", 503)
    ]  # fmt: skip


def book_and_enrol(_number: int) -> tuple[list[int], list[int], bool]:
    with scene() as s:
        asset = make_asset()
        _person, headers = manager_with_token(asset.lab)
        caller, session = Caller(s.client, *ALL), make_session(5)
        db.session.commit()
        s.redis.stop()
        began = time.monotonic()
        booked = s.client.post("/api/v1/bookings", json=body(asset), headers=headers)
        enrolled = caller.enrol(session, people=[str(caller.person.id)])
        quick = time.monotonic() - began < QUICK
        rows = [db.session.scalar(sa.select(sa.func.count()).select_from(t)) or 0 for t in (Booking, Enrolment)]
        return [booked.status_code, enrolled.status_code], rows, quick


def test_booking_and_enrolling_work_without_redis(committed: APIFlask) -> None:
    assert played(committed, book_and_enrol) == ([201, 201], [1, 1], True)


def try_passwords(_number: int) -> list[int]:
    with scene() as s:
        before = [s.sign_in("limit@ditta.example", "wrong wrong wrong") for _ in range(2)]
        s.redis.stop()
        return before + [s.sign_in("limit@ditta.example", "wrong wrong wrong") for _ in range(11)]


def test_limits_are_counted_in_the_process_without_redis_and_never_open(committed: APIFlask) -> None:
    assert played(committed, try_passwords) == [409] * 12 + [429]


def wait_in_the_outbox(_number: int) -> tuple[bool, list[JobState], int, list[JobState], int]:
    with scene() as s:
        s.redis.stop()
        began = time.monotonic()
        with transaction():
            jobs.enqueue(BUMP, whom="waits")
        quick, waiting = time.monotonic() - began < QUICK, states()
        s.redis = embedded.start_valkey(s.home, fast=True)
        relayed = jobs.relay(clock.now() + timedelta(seconds=3))
        with Redis.from_url(s.redis.url) as client:
            return quick, waiting, relayed, states(), client.llen("default")  # type: ignore[return-value]


def test_jobs_wait_without_redis_and_leave_when_it_is_back(committed: APIFlask) -> None:
    assert played(committed, wait_in_the_outbox) == (True, [JobState.NEW], 1, [JobState.SENT], 1)
