"""The gateways' door: tokens, one session, the cursor, what is refused and what is kept."""

from __future__ import annotations

import json
import time
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from config import Settings
from lift.core import clock
from lift.core.db import db
from lift.edge.contract import MAX_BATCH_BYTES, Gap, GapReason
from lift.live.models import AssetLink, DataGap, Gateway, GatewayCursor, RefusedBatch, TelemetryChunk
from lift.live.services import signing
from tests.factories.live import Cell, FakeGateway, make_cell

NOW = 1_795_000_000.0


@pytest.fixture
def cell(client: FlaskClient) -> Cell:
    return make_cell()


@pytest.fixture
def gateway(client: FlaskClient, cell: Cell) -> FakeGateway:
    return FakeGateway(client, cell.token, cell.asset.key)


def chunks() -> list[tuple[int, bool]]:
    query = sa.select(TelemetryChunk.samples, TelemetryChunk.late).order_by(TelemetryChunk.id)
    return [(row.samples, row.late) for row in db.session.execute(query)]


def test_heartbeat_with_a_valid_token_is_answered_from_the_database(gateway: FakeGateway, cell: Cell) -> None:
    answer = gateway.beat()
    assert (answer.grants, answer.revoked, answer.stops, answer.commands) == ((), (), (), ())
    assert (answer.expected_sequence, len(answer.keys["keys"])) == (1, 1)
    assert abs(answer.platform_time - time.time()) < 1.0
    db.session.expire_all()
    assert db.session.get_one(AssetLink, cell.asset.id).report["reported"]["FeedOverride"]["value"] == 100.0
    assert db.session.get_one(Gateway, cell.gateway.id).version == "0.1"


@pytest.mark.parametrize("token", ["", "not-a-token"])
def test_heartbeat_with_an_unknown_token_is_401(gateway: FakeGateway, token: str) -> None:
    gateway.token = token
    assert gateway.heartbeat().status_code == 401


def test_heartbeat_of_a_revoked_gateway_is_401(gateway: FakeGateway, cell: Cell) -> None:
    cell.gateway.revoked_at = clock.now()
    db.session.flush()
    assert [gateway.heartbeat().status_code, gateway.batch(gateway.block(NOW)).status_code] == [401, 401]


def test_heartbeat_that_is_no_heartbeat_is_422(gateway: FakeGateway) -> None:
    assert gateway.post("/edge/v1/heartbeat", "{}").status_code == 422


def test_secret_keys_are_made_once_with_mode_600(gateway: FakeGateway, settings: Settings) -> None:
    signing.use_folder(Path(settings.home) / "secrets")  # the app made last in this process has set another
    first, second = gateway.beat().keys, gateway.beat().keys
    path = Path(settings.home) / "secrets" / "live_keys.json"
    assert (first, path.stat().st_mode & 0o777) == (second, 0o600)
    assert "d" not in first["keys"][0]


def test_newer_store_takes_the_session_and_the_older_is_refused(gateway: FakeGateway, client: FlaskClient) -> None:
    gateway.beat()
    newer = FakeGateway(client, gateway.token, gateway.asset)
    newer.beat()
    assert [gateway.heartbeat().status_code, newer.heartbeat().status_code] == [403, 200]
    assert gateway.batch(gateway.block(NOW)).status_code == 403


def test_older_store_comes_back_when_the_newer_is_lost(gateway: FakeGateway, client: FlaskClient, cell: Cell) -> None:
    gateway.beat()
    FakeGateway(client, gateway.token, gateway.asset).beat()
    long_ago = clock.now() - timedelta(seconds=7)
    db.session.execute(sa.update(Gateway).filter_by(id=cell.gateway.id).values(last_seen_at=long_ago))
    assert gateway.heartbeat().status_code == 200


def test_batch_is_stored_and_the_cursor_moves(gateway: FakeGateway, cell: Cell) -> None:
    response = gateway.batch(gateway.block(NOW), gateway.block(NOW + 2, samples=3))
    assert (response.status_code, response.json) == (200, {"next_sequence": 2, "duplicate": False})
    assert chunks() == [(4, False), (3, False)]
    cursor = db.session.get_one(GatewayCursor, (cell.gateway.id, gateway.store))
    assert (cursor.last_sequence, cursor.last_at and cursor.last_at.timestamp()) == (1, NOW + 3)
    assert gateway.beat().expected_sequence == 2


def test_batch_sent_twice_is_acknowledged_and_stored_once(gateway: FakeGateway) -> None:
    block = gateway.block(NOW)
    gateway.batch(block, sequence=1)
    assert gateway.batch(block, sequence=1).json == {"next_sequence": 2, "duplicate": True}
    assert chunks() == [(4, False)]


def test_batch_that_skips_a_number_is_409_with_the_number_expected(gateway: FakeGateway) -> None:
    response = gateway.batch(gateway.block(NOW), sequence=3)
    assert (response.status_code, response.json, chunks()) == (409, {"expected": 1}, [])


def test_batch_with_a_gap_record_keeps_it(gateway: FakeGateway, cell: Cell) -> None:
    gap = Gap(asset=cell.asset.key, start=NOW, end=NOW + 30, reason=GapReason.machine_down)
    gateway.batch(gateway.block(NOW + 30), gaps=(gap,))
    row = db.session.scalars(sa.select(DataGap)).one()
    assert (row.reason, row.during.lower.timestamp(), row.during.upper.timestamp()) == ("machine_down", NOW, NOW + 30)


def test_malformed_batch_is_refused_kept_aside_and_leaves_a_gap(gateway: FakeGateway, cell: Cell) -> None:
    bad = {"asset": cell.asset.key, "times": [NOW, NOW + 1], "variables": {"SpindleLoad": [1]}, "period": 1.0}
    response = gateway.post("/edge/v1/batches", json.dumps({"store": gateway.store, "sequence": 1, "blocks": [bad]}))
    assert response.status_code == 422
    assert response.json["sequence"] == 1
    assert "SpindleLoad has 1 values for 2 times" in response.json["reason"]
    refused = db.session.scalars(sa.select(RefusedBatch)).one()
    assert (refused.sequence, refused.reason) == (1, response.json["reason"])
    gap = db.session.scalars(sa.select(DataGap)).one()
    assert (gap.reason, gap.during.upper.timestamp() - NOW) == ("batch_refused", 2.0)
    assert gateway.batch(gateway.block(NOW), sequence=2).status_code == 200


def test_batch_for_an_unknown_asset_is_refused_by_name(gateway: FakeGateway) -> None:
    gateway.asset = "cell-of-others"
    response = gateway.batch(gateway.block(NOW))
    reason = "asset cell-of-others is not registered for this gateway"
    assert (response.status_code, response.json) == (422, {"reason": reason, "sequence": 1})
    assert chunks() == []


def test_batch_with_impossible_times_is_refused(gateway: FakeGateway) -> None:
    response = gateway.batch(gateway.block(1e300, samples=1))
    assert (response.status_code, chunks()) == (422, [])


@pytest.mark.parametrize("body", ["nonsense", "[1]", '{"store": 7}', '{"store": "a", "sequence": -1}'])
def test_batch_without_a_readable_number_moves_nothing(gateway: FakeGateway, body: str) -> None:
    response = gateway.post("/edge/v1/batches", body)
    assert (response.status_code, response.json["sequence"]) == (422, 0)
    assert gateway.batch(gateway.block(NOW), sequence=1).status_code == 200


def test_batch_over_the_limit_is_413(gateway: FakeGateway) -> None:
    assert gateway.post("/edge/v1/batches", b" " * (MAX_BATCH_BYTES + 1)).status_code == 413


def test_stream_of_an_unknown_token_is_401(client: FlaskClient) -> None:
    assert client.get("/stream/edge/v1", headers={"Authorization": "Bearer x"}).status_code == 401
