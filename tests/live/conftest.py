"""A booked hour at a machining cell whose gateway is heard of."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from lift.live import services
from lift.live.models import Bench
from tests.factories.live import FakeGateway, Hour, make_hour
from workers import TICKS

assert "live.watch" in TICKS, "the workers' handlers are registered by their import"


@pytest.fixture
def hour(client: FlaskClient) -> Hour:
    """A qualified learner has the cell now."""
    return make_hour()


@pytest.fixture
def gateway(client: FlaskClient, hour: Hour) -> FakeGateway:
    """The cell's gateway, heard of a moment ago."""
    gateway = FakeGateway(client, hour.cell.token, hour.cell.asset.key)
    gateway.beat()
    return gateway


@pytest.fixture
def bench(hour: Hour, gateway: FakeGateway) -> Bench:
    """The learner's open bench."""
    right = services.right_of(hour.actor, hour.booking, hour.cell.asset)
    return services.open_bench(hour.booking.id, hour.cell.asset.id, actor=hour.actor, right=right)
