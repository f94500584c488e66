"""kill -9 of the server between commit and answer, and before the commit (I2)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx
import pytest
import sqlalchemy as sa
from apiflask import APIFlask

from lift.core import clock
from lift.core.db import db
from lift.core.models import IdempotencyKey
from lift.labs.models import Booking
from tests.factories.labs import make_asset
from tests.labs.mortal_server import AFTER_COMMIT, BEFORE_COMMIT, HEADER, serving
from tests.labs.test_api import body, manager_with_token

pytestmark = [pytest.mark.integration, pytest.mark.race]


def post(url: str, json: dict[str, Any], headers: dict[str, str]) -> httpx.Response | None:
    """The answer, or None when the server died first."""
    try:
        return httpx.post(f"{url}/api/v1/bookings", json=json, headers=headers, timeout=60, trust_env=False)
    except httpx.RemoteProtocolError:
        return None


def bookings() -> list[str]:
    db.session.rollback()
    return [str(key) for key in db.session.scalars(sa.select(Booking.id))]


def lease_ends(after: timedelta) -> None:
    db.session.execute(sa.update(IdempotencyKey).values(lease_until=clock.now() + after))
    db.session.commit()


def test_i2_server_killed_between_commit_and_answer_leaves_one_booking_and_one_answer(committed: APIFlask) -> None:
    with committed.app_context():
        asset = make_asset()
        _person, headers = manager_with_token(asset.lab)
        db.session.commit()
        asked, keyed = body(asset), headers | {"Idempotency-Key": "crash"}
        with serving(committed.config["LIFT"]) as url:
            assert post(url, asked, keyed | {HEADER: AFTER_COMMIT}) is None
        assert len(bookings()) == 1
        with serving(committed.config["LIFT"]) as url:
            again = post(url, asked, keyed)
            other = post(url, body(asset, 14), keyed)
        assert again is not None
        assert (again.status_code, again.headers["Idempotency-Replayed"]) == (201, "true")
        assert ([again.json()["id"]], other and other.status_code) == (bookings(), 422)


def test_i2_server_killed_before_the_commit_leaves_nothing_and_the_key_is_free_after_its_lease(
    committed: APIFlask,
) -> None:
    with committed.app_context():
        asset = make_asset()
        _person, headers = manager_with_token(asset.lab)
        db.session.commit()
        asked, keyed = body(asset), headers | {"Idempotency-Key": "early"}
        with serving(committed.config["LIFT"]) as url:
            assert post(url, asked, keyed | {HEADER: BEFORE_COMMIT}) is None
        assert bookings() == []
        with serving(committed.config["LIFT"]) as url:
            lease_ends(timedelta(hours=1))  # starting a server may take longer than the lease
            running = post(url, asked, keyed)
            lease_ends(timedelta(seconds=-1))
            later = post(url, asked, keyed)
        assert (running and running.status_code, later and later.status_code) == (409, 201)
        assert len(bookings()) == 1
