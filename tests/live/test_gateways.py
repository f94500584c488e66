"""`flask gateway`: a configuration that the gateway reads, a token that is shown once, revoking (X11)."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient

from lift.core.db import db
from lift.core.errors import Conflict, Forbidden
from lift.edge.contract import AssetSpec
from lift.edge.gateway.config import load_config
from lift.live import services
from lift.live.models import AssetLink, Gateway
from lift.live.queries.door import token_hash
from tests.factories.live import Cell, FakeGateway, make_cell, make_lab_manager
from tests.factories.people import actor_for, make_person

URL = "http://127.0.0.1:8000"


@pytest.fixture
def cell(client: FlaskClient) -> Cell:
    made = make_cell()
    db.session.commit()
    return made


def provision(app: APIFlask, cell: Cell, out: Path, key: str) -> None:
    db.session.commit()
    run = app.test_cli_runner().invoke(
        args=["gateway", "provision", key, "--lab", cell.lab.slug, "--out", str(out), "--url", URL]
    )
    assert run.exit_code == 0, run.output
    db.session.expire_all()


def test_provision_writes_a_configuration_that_the_gateway_accepts(app: APIFlask, cell: Cell, tmp_path: Path) -> None:
    out = tmp_path / "gateway" / "demo.toml"
    provision(app, cell, out, cell.gateway.key)
    config = load_config(out)
    assert ([asset.key for asset in config.assets], out.stat().st_mode & 0o777) == ([cell.asset.key], 0o600)
    link = db.session.get_one(AssetLink, cell.asset.id)
    assert AssetSpec.model_validate(link.spec) == config.assets[0].spec


def test_provision_again_ends_the_old_token(app: APIFlask, client: FlaskClient, cell: Cell, tmp_path: Path) -> None:
    out = tmp_path / "demo.toml"
    provision(app, cell, out, cell.gateway.key)
    token = tomllib.loads(out.read_text())["platform"]["token"]
    old = FakeGateway(client, cell.token, cell.asset.key)
    new = FakeGateway(client, token, cell.asset.key)
    assert [old.heartbeat().status_code, new.heartbeat().status_code] == [401, 200]
    assert db.session.get_one(Gateway, cell.gateway.id).token_hash == token_hash(token)


def test_key_of_another_labs_gateway_is_refused(cell: Cell) -> None:
    other = make_cell()
    with pytest.raises(Conflict):
        services.provision_gateway(cell.gateway.key, other.lab.id, actor=actor_for(make_lab_manager(other)))


def test_gateway_is_managed_by_its_labs_manager_only(cell: Cell) -> None:
    with pytest.raises(Forbidden):
        services.revoke_gateway(cell.gateway.key, actor=actor_for(make_person()))
    assert services.revoke_gateway(cell.gateway.key, actor=actor_for(make_lab_manager(cell))).revoked_at is not None
