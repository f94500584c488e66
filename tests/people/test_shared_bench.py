"""L15: while a bench is driven, the end of a shared sign-in takes the controls away, so that the machine becomes safe."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
import time_machine
from apiflask import APIFlask
from flask.testing import FlaskClient

from lift.core.db import db
from lift.live import services as live
from lift.people import services
from tests.factories.live import FakeGateway, Hour, make_hour
from tests.factories.people import actor_for, make_owner
from workers.people import end_idle_sign_ins

pytestmark = pytest.mark.integration


@pytest.fixture
def hour(client: FlaskClient) -> Hour:
    return make_hour()


@pytest.fixture
def gateway(app: APIFlask, hour: Hour) -> FakeGateway:
    gateway = FakeGateway(app.test_client(), hour.cell.token, hour.cell.asset.key)
    gateway.beat()
    return gateway


@pytest.fixture
def driving(client: FlaskClient, hour: Hour, gateway: FakeGateway) -> FlaskClient:
    """The learner signed in by card and has the controls."""
    firm = hour.organisation
    code = services.issue_card(actor_for(make_owner(firm)), firm.id, hour.person.id).code
    client.post("/card", data={"code": code})
    client.post("/card/pin", data={"pin": "2846", "again": "2846"})
    gateway.beat()  # heard of a moment ago, however long the sign-in took
    right = live.right_of(hour.actor, hour.booking, hour.cell.asset)
    bench = live.open_bench(hour.booking.id, hour.cell.asset.id, actor=hour.actor, right=right)
    live.take_controls(bench.id, actor=hour.actor, right=right)
    db.session.commit()
    assert len(gateway.beat().grants) == 1
    return client


def test_l15_done_next_person_takes_the_controls_away(
    driving: FlaskClient, gateway: FakeGateway, run_jobs: Callable[[], int]
) -> None:
    driving.post("/sign-out")
    run_jobs()
    assert gateway.beat().grants == ()


def test_l15_idle_end_takes_the_controls_away(
    driving: FlaskClient, gateway: FakeGateway, run_jobs: Callable[[], int]
) -> None:
    with time_machine.travel(time.time() + 16 * 60, tick=False):
        assert end_idle_sign_ins() == 1
        run_jobs()
    assert gateway.beat().grants == ()


def test_l15_goes_on_driving_while_a_hand_moves(
    driving: FlaskClient, gateway: FakeGateway, run_jobs: Callable[[], int]
) -> None:
    driving.post("/sign-in/still-here", headers={"Sec-Fetch-Mode": "cors"})
    assert end_idle_sign_ins() == 0
    run_jobs()
    assert len(gateway.beat().grants) == 1
