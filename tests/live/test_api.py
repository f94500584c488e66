"""The API of the live path: state, history, benches, commands; the list of gateways; what is held of a person."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from lift.core import clock
from lift.core.actor import Role, Scope
from lift.core.db import db
from lift.live import services
from lift.live.enums import StopKind
from lift.live.models import Bench, BenchEvent, Gateway, RefusedBatch, Stop
from lift.people.models import ApiToken, Organisation, Person
from lift.people.queries import token_hash
from tests.factories.live import FakeGateway, Hour, make_cell, make_hour, make_lab_manager
from tests.factories.people import actor_for, make_company, make_learner, make_organisation, make_person

Ask = Callable[..., Any]
BENCHES_COST, GATEWAYS_COST = 3, 15  # statements, whatever the number of rows
SCOPES = ["assets:read", "benches:read", "benches:write"]


def as_(client: FlaskClient, person: Person, scopes: list[str] = SCOPES) -> Ask:
    """Requests with a token of this person."""
    token = f"token-{person.id}"
    organisation = actor_for(person).organisation_id
    db.session.add(ApiToken(person_id=person.id, organisation_id=organisation, token_hash=token_hash(token), label="t",
                            scopes=scopes, expires_at=clock.now() + timedelta(hours=1)))  # fmt: skip
    db.session.commit()

    def ask(method: str, path: str, key: str | None = None, **more: Any) -> Any:
        headers = {"Authorization": f"Bearer {token}"} | ({"Idempotency-Key": key} if key else {})
        return client.open(f"/api/v1{path}", method=method, headers=headers, **more)

    return ask


def test_x1_state_of_an_asset_by_api(client: FlaskClient, hour: Hour, bench: Bench, gateway: FakeGateway) -> None:
    answer = as_(client, hour.person)("GET", f"/assets/{hour.cell.asset.id}/state").json
    feed = next(v for v in answer["variables"] if v["name"] == "FeedOverride")
    assert (answer["item_state"], feed["value"], feed["unit"], feed["quality"], feed["freshness"]) == (
        "Executing", 100.0, "%", "good", "live",
    )  # fmt: skip


def test_x2_history_of_an_asset_by_api(client: FlaskClient, hour: Hour, bench: Bench, gateway: FakeGateway) -> None:
    gateway.batch(gateway.block(1_795_000_000.0, 4, SpindleLoad=[1.0, 2.0, 3.0, 4.0], AxisX=[0.0] * 4))
    ask = as_(client, hour.person)
    query = "since=2026-11-18T11:06:40Z&until=2026-11-18T11:06:41.5Z&variables=SpindleLoad"
    answer = ask("GET", f"/assets/{hour.cell.asset.id}/history?{query}")
    assert answer.status_code == 200, answer.text
    assert (answer.json["times"], answer.json["variables"]) == (
        [1_795_000_000.0, 1_795_000_000.5, 1_795_000_001.0], {"SpindleLoad": [1.0, 2.0, 3.0]},
    )  # fmt: skip


@pytest.mark.parametrize("until", ["2026-11-18T11:06:40Z", "2026-11-18T13:06:40Z", "yesterday"])
def test_history_of_an_impossible_window_is_422(client: FlaskClient, hour: Hour, bench: Bench, until: str) -> None:
    ask = as_(client, hour.person)
    query = f"since=2026-11-18T11:06:40Z&until={until}"
    assert ask("GET", f"/assets/{hour.cell.asset.id}/history?{query}").status_code == 422


def test_values_of_a_machine_are_not_for_strangers(client: FlaskClient, hour: Hour) -> None:
    ask = as_(client, make_learner(make_company()))
    paths = (f"/assets/{hour.cell.asset.id}/state", f"/assets/{hour.person.id}/state")
    assert [ask("GET", path).status_code for path in paths] == [403, 404]


def test_token_without_the_scope_is_403(client: FlaskClient, hour: Hour) -> None:
    ask = as_(client, hour.person, ["labs:read"])
    assert [ask("GET", "/benches").status_code, ask("POST", "/benches", json={}).status_code] == [403, 403]


def test_bench_is_opened_and_driven_by_api(client: FlaskClient, hour: Hour, gateway: FakeGateway) -> None:
    ask = as_(client, hour.person)
    body = {"booking_id": str(hour.booking.id), "asset_id": str(hour.cell.asset.id)}
    opened = ask("POST", "/benches", json=body)
    assert (opened.status_code, opened.json["drives"]) == (201, False)
    path = f"/benches/{opened.json['id']}/commands"
    assert ask("POST", path, json={"variable": "FeedOverride", "value": 95}).status_code == 403
    right = services.right_of(hour.actor, hour.booking, hour.cell.asset)
    services.take_controls(opened.json["id"], actor=hour.actor, right=right)
    db.session.commit()
    asked = ask("POST", path, json={"variable": "FeedOverride", "value": 95})
    assert (asked.status_code, asked.json["state"], asked.json["value"]) == (202, "pending", 95.0)
    outside = ask("POST", path, json={"variable": "FeedOverride", "value": 300})
    assert (outside.status_code, outside.json["problems"][0]["rule"]) == (409, "X5-high")
    assert [c["state"] for c in ask("GET", path).json["items"]] == ["refused", "pending"]
    assert [b["id"] for b in ask("GET", "/benches").json["items"]] == [opened.json["id"]]


def test_foreign_booking_is_not_found_by_api(client: FlaskClient, hour: Hour, gateway: FakeGateway) -> None:
    body = {"booking_id": str(hour.booking.id), "asset_id": str(hour.cell.asset.id)}
    stranger = as_(client, make_learner(make_company()))("POST", "/benches", json=body)
    colleague = as_(client, make_learner(hour.organisation, "Altra Persona"))("POST", "/benches", json=body)
    assert (stranger.status_code, colleague.status_code) == (404, 403)


def test_i2_command_sent_again_with_its_key_is_one_order_and_the_same_answer(
    client: FlaskClient, hour: Hour, bench: Bench, gateway: FakeGateway
) -> None:
    right = services.right_of(hour.actor, hour.booking, hour.cell.asset)
    services.take_controls(bench.id, actor=hour.actor, right=right)
    ask = as_(client, hour.person)
    path = f"/benches/{bench.id}/commands"

    def send(key: str, value: float) -> Any:
        return ask("POST", path, json={"variable": "FeedOverride", "value": value}, key=key)

    first, again, other = send("one", 95), send("one", 95), send("one", 96)
    assert (first.status_code, again.status_code, other.status_code) == (202, 202, 422)
    assert (again.json, again.headers["Idempotency-Replayed"]) == (first.json, "true")
    outside, outside_again = send("two", 300), send("two", 300)
    assert [(a.status_code, a.json["problems"][0]["rule"]) for a in (outside, outside_again)] == [(409, "X5-high")] * 2
    assert [c["state"] for c in ask("GET", path).json["items"]] == ["refused", "pending"]
    assert len(gateway.beat().commands) == 1


def test_list_of_benches_costs_the_same_number_of_statements_for_one_and_for_three(
    client: FlaskClient, hour: Hour, bench: Bench, gateway: FakeGateway, count_queries: Callable[[], int]
) -> None:
    ask = as_(client, hour.person)
    costs = []
    for more in (0, 2):
        for _n in range(more):
            other = make_hour(person=hour.person, qualified=False)
            right = services.right_of(other.actor, other.booking, other.cell.asset)
            services.open_bench(other.booking.id, other.cell.asset.id, actor=other.actor, right=right)
        db.session.commit()
        db.session.expire_all()
        count_queries()
        found = len(ask("GET", "/benches").json["items"])
        costs.append((found, count_queries()))
    assert costs == [(1, BENCHES_COST), (3, BENCHES_COST)]


@pytest.mark.parametrize("body", [{}, {"variable": "FeedOverride"}, {"action": "Hold", "value": 3}])
def test_command_that_names_nothing_is_422(client: FlaskClient, hour: Hour, bench: Bench, body: dict[str, Any]) -> None:
    assert as_(client, hour.person)("POST", f"/benches/{bench.id}/commands", json=body).status_code == 422


def test_list_of_gateways_shows_lost_ones_and_refused_batches(
    client: FlaskClient, hour: Hour, gateway: FakeGateway, sign_in: Callable[..., FlaskClient]
) -> None:
    gateway.asset = "not-here"
    gateway.batch(gateway.block(1_795_000_000.0))
    manager = make_lab_manager(hour.cell)
    other = make_hour()
    db.session.commit()
    sign_in(client, manager)
    html = client.get("/gateways").text
    assert "heard" in html
    assert "asset not-here is not registered for this gateway" in html
    assert other.cell.gateway.key not in html
    batch = db.session.scalars(sa.select(RefusedBatch)).one()
    assert client.post(f"/gateways/batches/{batch.id}/seen").status_code == 303
    db.session.execute(sa.update(Gateway).values(last_seen_at=clock.now() - timedelta(seconds=7)))
    db.session.commit()
    assert "lost" in client.get("/gateways").text


def test_refused_batch_is_marked_by_the_labs_manager_only_and_the_way_back_is_told(
    client: FlaskClient, hour: Hour, gateway: FakeGateway, sign_in: Callable[..., FlaskClient]
) -> None:
    gateway.asset = "not-here"
    gateway.batch(gateway.block(1_795_000_000.0))
    owner = db.session.get_one(Organisation, hour.cell.lab.organisation_id)
    technician = make_person("Tullio Officina", owner, [(Role.LAB_TECHNICIAN, Scope.LAB, hour.cell.lab.id)])
    manager = make_lab_manager(hour.cell)
    db.session.commit()
    batch = db.session.scalars(sa.select(RefusedBatch)).one()
    path = f"/gateways/batches/{batch.id}/seen"
    offered = []
    for person in (technician, manager):
        sign_in(client, person)
        html = client.get("/gateways").text
        assert "python -m lift.edge.gateway retry-refused --config gateway.toml" in html
        offered.append((path in html, client.post(path).status_code))
    assert offered == [(False, 403), (True, 303)]


def test_list_of_gateways_costs_the_same_number_of_statements_for_one_and_for_three(
    client: FlaskClient, hour: Hour, gateway: FakeGateway, sign_in: Callable[..., FlaskClient],
    count_queries: Callable[[], int],
) -> None:  # fmt: skip
    operator = make_person("Ada Operatrice", make_organisation(), [(Role.OPERATOR, Scope.NETWORK, None)])
    cells, costs = [hour.cell], []
    for more in (0, 2):
        cells += [make_cell() for _n in range(more)]
        for cell in cells[-max(more, 1) :]:
            values = {"gateway_id": cell.gateway.id, "store_id": "s", "sequence": 1, "reason": "unreadable"}
            db.session.add_all([RefusedBatch(**values), Stop(asset_id=cell.asset.id, kind=StopKind.LAB_STOP)])
        db.session.commit()
        sign_in(client, operator)
        db.session.expire_all()
        count_queries()
        found = client.get("/gateways").text.count("unreadable")
        costs.append((found, count_queries()))
    assert costs == [(1, GATEWAYS_COST), (3, GATEWAYS_COST)]


def test_list_of_gateways_is_not_for_learners(
    client: FlaskClient, hour: Hour, sign_in: Callable[..., FlaskClient]
) -> None:
    db.session.commit()
    sign_in(client, hour.person)
    assert client.get("/gateways").status_code == 403


def test_erasure_takes_the_name_out_of_the_lists_and_keeps_the_rest(hour: Hour, bench: Bench) -> None:
    right = services.right_of(hour.actor, hour.booking, hour.cell.asset)
    services.take_controls(bench.id, actor=hour.actor, right=right)
    services.mark_moment(bench.id, actor=hour.actor, label="Rosa was here")
    services.HOLDER.release(hour.person.id, None)
    services.HOLDER.erase(hour.person.id)
    db.session.expire_all()
    query = sa.select(BenchEvent.kind, BenchEvent.details).where(BenchEvent.kind.in_(("controls_taken", "mark")))
    found = {row.kind: row.details for row in db.session.execute(query)}
    assert (found["controls_taken"]["name"], found["mark"]["label"]) == ("–", "")
    assert services.HOLDER.personal_data(hour.person.id)["benches"][0]["mode"] == "asset"
    assert services.HOLDER.holdings(hour.person.id) == []
