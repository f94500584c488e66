"""The bench page, its parts and what is done there over HTTP; the list of gateways."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from lift.core import clock
from lift.core.actor import SYSTEM
from lift.core.db import db
from lift.labs.models import Qualification
from lift.labs.services import set_opening
from lift.live import queries, services
from lift.live.enums import BenchMode, CommandState
from lift.live.models import Bench, Command, ControlGrant, Cut, Stop
from lift.people.models import Person
from lift.twins.models import Twin
from lift.twins.queries import twin_sessions
from lift.twins.services import twin_sessions as twin_services
from tests.factories.labs import ALWAYS
from tests.factories.live import FakeGateway, Hour, end_booking_in, make_hour, make_lab_manager
from tests.factories.people import make_company, make_learner

SignIn = Callable[[FlaskClient, Person], None]
JSON = {"Accept": "application/problem+json, application/json"}


@pytest.fixture
def learner(client: FlaskClient, hour: Hour, bench: Bench, sign_in: SignIn) -> FlaskClient:
    """The learner's browser."""
    db.session.commit()
    sign_in(client, hour.person)
    return client


def post(client: FlaskClient, bench: Bench, path: str, **fields: Any) -> Any:
    return client.post(f"/bench/{bench.id}/{path}", data=fields, headers=JSON)


def test_bench_page_shows_controls_with_limits_and_stop(learner: FlaskClient, bench: Bench, hour: Hour) -> None:
    html = learner.get(f"/bench/{bench.id}").text
    assert hour.cell.asset.name in html
    assert 'data-variable="FeedOverride"' in html
    assert 'data-low="40"' in html
    assert 'class="l-stop"' in html
    assert "Take the controls" in html


def test_driving_by_form_from_take_to_hand_back(learner: FlaskClient, bench: Bench, gateway: FakeGateway) -> None:
    assert post(learner, bench, "controls", act="take").status_code == 303
    assert "You have the controls" in learner.get(f"/bench/{bench.id}/part/drive").text
    assert post(learner, bench, "command", variable="FeedOverride", value="95,5").status_code == 303
    assert [c.value for c in queries.bench.commands_of(bench.id)] == [{"v": 95.5}]
    assert post(learner, bench, "controls", act="back").status_code == 303
    assert gateway.beat().grants == ()


def test_x5_value_outside_the_limits_is_409_with_the_value_that_would_pass(
    learner: FlaskClient, bench: Bench, gateway: FakeGateway
) -> None:
    post(learner, bench, "controls", act="take")
    answer = post(learner, bench, "command", variable="FeedOverride", value="121")
    assert (answer.status_code, answer.json["problems"][0]["rule"], answer.json["problems"][0]["passes"]) == (
        409, "X5-high", 120.0,
    )  # fmt: skip
    row = db.session.scalars(sa.select(Command)).one()
    assert (row.state, row.bound, gateway.beat().commands) == (CommandState.REFUSED, "high", ())


def test_x5_lab_may_only_narrow_the_machines_bounds(learner: FlaskClient, bench: Bench, hour: Hour) -> None:
    hour.cell.asset.rules = {"controls": [{"variable": "FeedOverride", "low": 10, "high": 110}]}
    db.session.commit()
    post(learner, bench, "controls", act="take")
    answers = [post(learner, bench, "command", variable="FeedOverride", value=v).json for v in ("111", "39")]
    assert [answer["problems"][0]["passes"] for answer in answers] == [110.0, 40.0]


def test_x6_another_learner_of_the_same_firm_is_403(
    client: FlaskClient, bench: Bench, hour: Hour, sign_in: SignIn
) -> None:
    other = make_learner(hour.organisation, "Altra Persona")
    db.session.commit()
    sign_in(client, other)
    assert [client.get(f"/bench/{bench.id}").status_code, post(client, bench, "command", action="Hold").status_code] == [
        403, 403,
    ]  # fmt: skip


def test_stranger_gets_404_everywhere(client: FlaskClient, bench: Bench, sign_in: SignIn) -> None:
    stranger = make_learner(make_company())
    db.session.commit()
    sign_in(client, stranger)
    paths = ("", "/part/drive", "/history", "/feed", "/twin")
    found = [client.get(f"/bench/{bench.id}{path}").status_code for path in paths]
    found += [post(client, bench, path).status_code for path in ("stop", "command", "mark", "cut", "close")]
    assert set(found) == {404}
    assert client.get(f"/stream/bench/{bench.id}").status_code == 404


def test_x6_the_same_learner_after_the_slot_is_403(learner: FlaskClient, bench: Bench, hour: Hour) -> None:
    post(learner, bench, "controls", act="take")
    end_booking_in(hour.booking, -1.0)
    assert post(learner, bench, "command", variable="FeedOverride", value="95").status_code == 403


def test_x9_stop_asks_nothing_and_the_trainer_gives_back(
    learner: FlaskClient, bench: Bench, hour: Hour, gateway: FakeGateway, sign_in: SignIn
) -> None:
    post(learner, bench, "controls", act="take")
    assert post(learner, bench, "stop").status_code == 303
    stop = db.session.scalars(sa.select(Stop)).one()
    assert post(learner, bench, "controls", act="take").status_code == 409
    assert post(learner, bench, "controls", act="give").status_code == 403
    gateway.beat(stops_reached=(str(stop.id),))
    manager = make_lab_manager(hour.cell)
    db.session.commit()
    sign_in(learner, manager)
    assert "Give the controls back" in learner.get(f"/bench/{bench.id}").text
    assert post(learner, bench, "controls", act="give").status_code == 303
    grants = db.session.scalars(sa.select(ControlGrant).filter_by(ended_at=None)).all()
    assert [(g.person_id, g.given_by) for g in grants] == [(hour.person.id, manager.id)]


def test_x9_lab_stop_is_for_those_who_supervise(learner: FlaskClient, bench: Bench) -> None:
    assert post(learner, bench, "lab-stop").status_code == 403


def test_beat_keeps_the_page_alive_until_the_bench_is_closed(learner: FlaskClient, bench: Bench) -> None:
    db.session.execute(sa.update(Bench).values(seen_at=clock.now() - timedelta(minutes=1)))
    db.session.commit()
    assert post(learner, bench, "beat").status_code == 204
    db.session.expire_all()
    seen = db.session.get_one(Bench, bench.id).seen_at
    assert seen is not None
    assert clock.now() - seen < timedelta(seconds=5)
    post(learner, bench, "close")
    assert post(learner, bench, "beat").status_code == 410


@pytest.mark.parametrize(("comes_back", "grants"), [(True, 1), (False, 0)])
def test_x7_page_that_leaves_loses_the_controls_unless_it_was_only_loaded_again(
    learner: FlaskClient, bench: Bench, gateway: FakeGateway, comes_back: bool, grants: int
) -> None:
    post(learner, bench, "controls", act="take")
    assert post(learner, bench, "leave").status_code == 204
    if comes_back:
        post(learner, bench, "beat")
    time.sleep(2.1)
    assert len(gateway.beat().grants) == grants


def test_l5_who_drives_goes_on_for_a_step_when_nobody_is_next(
    learner: FlaskClient, bench: Bench, gateway: FakeGateway, hour: Hour
) -> None:
    set_opening(hour.cell.lab.id, ALWAYS, actor=SYSTEM)
    post(learner, bench, "controls", act="take")
    before = hour.booking.during.upper
    assert "30 min more" in learner.get(f"/bench/{bench.id}/part/drive").text
    assert post(learner, bench, "more-time").status_code == 303
    db.session.refresh(hour.booking)
    assert before is not None
    assert hour.booking.during.upper == before + timedelta(minutes=30)
    assert db.session.scalar(sa.select(ControlGrant.until)) == hour.booking.during.upper
    assert len(gateway.beat().grants) == 1
    assert "30 minutes were added" in learner.get(f"/bench/{bench.id}").text


def test_l5_time_is_not_longer_when_somebody_is_next(learner: FlaskClient, bench: Bench, hour: Hour) -> None:
    set_opening(hour.cell.lab.id, ALWAYS, actor=SYSTEM)
    make_hour(hour.cell, starts_in=3000.0)  # when this hour ends
    db.session.commit()
    answer = post(learner, bench, "more-time")
    assert (answer.status_code, answer.json["problems"][0]["rule"]) == (409, "B14")
    assert bench.closed_at is None


def test_mark_and_cut_from_the_dock(learner: FlaskClient, bench: Bench) -> None:
    assert post(learner, bench, "mark").status_code == 303
    assert post(learner, bench, "cut", minutes="10").status_code == 303
    assert "Dataset 1" in learner.get(f"/bench/{bench.id}/part/dock").text
    assert "This moment was marked" in learner.get(f"/bench/{bench.id}/part/events").text


@pytest.mark.parametrize("minutes", ["", "7", "ten"])
def test_cut_of_minutes_not_offered_is_422(learner: FlaskClient, bench: Bench, minutes: str) -> None:
    assert post(learner, bench, "cut", minutes=minutes).status_code == 422


def test_dataset_is_for_those_who_see_the_bench(
    learner: FlaskClient, bench: Bench, hour: Hour, gateway: FakeGateway, run_jobs: Callable[[], int], sign_in: SignIn
) -> None:
    recording = bench.recording
    assert recording is not None
    recording.started_at = clock.now() - timedelta(minutes=2)
    db.session.commit()
    gateway.batch(gateway.block(int(time.time()) - 10, 121))
    post(learner, bench, "cut", minutes="5")
    run_jobs()
    cut = db.session.scalars(sa.select(Cut)).one()
    answer = learner.get(f"/datasets/{cut.id}")
    assert (answer.status_code, answer.data[:4], answer.headers["Content-Type"]) == (
        200, b"PAR1", "application/vnd.apache.parquet",
    )  # fmt: skip
    stranger = make_learner(make_company())
    db.session.commit()
    sign_in(learner, stranger)
    assert learner.get(f"/datasets/{cut.id}").status_code == 404


def test_history_has_times_gaps_and_the_copys_curve(
    learner: FlaskClient, bench: Bench, hour: Hour, gateway: FakeGateway
) -> None:
    add_twin(hour)
    start = int(time.time()) - 20
    columns = {"SpindleLoad": [46.0] * 20, "FeedOverride": [100.0] * 20, "ItemState": ["Executing"] * 20}
    gateway.batch(gateway.block(start, 20, ProgramStep=["FaceMill"] * 20, CoolantOn=[True] * 20, **columns))
    found = learner.get(f"/bench/{bench.id}/history").json
    assert found["times"] == [start + 0.5 * i for i in range(20)]
    assert found["twin"]["variables"]["SpindleLoad"][5] == 46.0
    later = learner.get(f"/bench/{bench.id}/twin?after={start + 9}").json
    assert later["times"] == [start + 9.5]


def test_feed_polls_blocks_after_a_number(learner: FlaskClient, bench: Bench, gateway: FakeGateway) -> None:
    now = int(time.time())
    gateway.batch(gateway.block(now, 2))
    gateway.batch(gateway.block(now + 1, 2))
    whole = learner.get(f"/bench/{bench.id}/feed").json
    blocks = [event for event in whole["events"] if event["event"] == "telemetry"]
    assert [event["data"]["times"][0] for event in blocks] == [now, now + 1]
    rest = learner.get(f"/bench/{bench.id}/feed?after={blocks[0]['id']}").json
    assert [e["data"]["times"][0] for e in rest["events"] if e["event"] == "telemetry"] == [now + 1]


def add_twin(hour: Hour) -> None:
    db.session.add(
        Twin(asset_id=hour.cell.asset.id, aas_id=f"urn:{hour.cell.asset.key}", model_key="machining", model_version="1")
    )
    db.session.commit()


def test_x16_bench_goes_on_with_the_copy_when_the_machine_is_away(
    learner: FlaskClient, bench: Bench, hour: Hour, gateway: FakeGateway, run_jobs: Callable[[], int]
) -> None:
    add_twin(hour)
    gateway.beat(report={"link": False})
    assert post(learner, bench, "controls", act="take").status_code == 409
    assert post(learner, bench, "mode", mode="twin").status_code == 303
    assert "Computer copy" in learner.get(f"/bench/{bench.id}").text
    assert post(learner, bench, "command", variable="FeedOverride", value="80").status_code == 303
    assert post(learner, bench, "command", variable="FeedOverride", value="121").status_code == 409
    assert gateway.beat().commands == ()
    time.sleep(1.1)
    found = learner.get(f"/bench/{bench.id}/feed").json
    values = [e["data"]["variables"]["FeedOverride"][-1] for e in found["events"] if e["event"] == "telemetry"]
    assert values[-1] == 80.0
    post(learner, bench, "cut", minutes="5")
    run_jobs()
    cut = db.session.scalars(sa.select(Cut)).one()
    assert (cut.state.value, cut.provenance["source"]) == ("sealed", "twin")


def test_x16_stop_on_the_copy_is_tried_without_touching_the_machine(
    learner: FlaskClient, bench: Bench, hour: Hour, gateway: FakeGateway
) -> None:
    add_twin(hour)
    post(learner, bench, "mode", mode="twin")
    learner.get(f"/bench/{bench.id}/feed")
    assert post(learner, bench, "stop").status_code == 303
    assert (db.session.scalar(sa.select(Stop)), gateway.beat().stops) == (None, ())
    assert post(learner, bench, "command", variable="FeedOverride", value="80").status_code == 409
    assert post(learner, bench, "controls", act="take").status_code == 303
    assert post(learner, bench, "command", variable="FeedOverride", value="80").status_code == 303


def test_open_bench_by_booking_code_and_asset_key(
    client: FlaskClient, hour: Hour, gateway: FakeGateway, sign_in: SignIn
) -> None:
    db.session.commit()
    sign_in(client, hour.person)
    fields = {"booking": hour.booking.code, "asset": hour.cell.asset.key}
    answer = client.post("/bench/open", data=fields)
    bench = db.session.scalars(sa.select(Bench)).one()
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/bench/{bench.id}")
    assert bench.mode is BenchMode.ASSET
    assert client.post("/bench/open", data=fields | {"asset": "none-such"}).status_code == 404


def test_bench_needs_a_sign_in(client: FlaskClient, bench: Bench) -> None:
    db.session.commit()
    assert client.get(f"/bench/{bench.id}").headers["Location"].startswith("/sign-in")


def test_bench_page_takes_the_same_number_of_queries_with_many_events(
    learner: FlaskClient, bench: Bench, hour: Hour, count_queries: Callable[[], int]
) -> None:
    def queries_now() -> int:
        count_queries()
        assert learner.get(f"/bench/{bench.id}").status_code == 200
        return count_queries()

    services.mark_moment(bench.id, actor=hour.actor)
    queries_now()
    one = queries_now()
    for _n in range(3):
        services.mark_moment(bench.id, actor=hour.actor)
    db.session.commit()
    assert queries_now() == one


def test_l16_practice_on_the_copy_passes_once_all_three_were_seen(
    client: FlaskClient, hour: Hour, sign_in: SignIn
) -> None:
    add_twin(hour)
    beginner = make_learner(hour.organisation, "Nuova Tecnica")
    db.session.commit()
    sign_in(client, beginner)
    place = f"/twin/{hour.cell.asset.key}"
    html = client.get(place).text
    assert "Five minutes on the computer copy first" in html
    assert 'data-variable="FeedOverride"' in html

    def passed() -> bool:
        return twin_sessions.twin_check_passed(beginner.id, hour.cell.asset.type_key)

    steps = [
        ("command", {"variable": "FeedOverride", "value": "80"}),
        ("command", {"variable": "FeedOverride", "value": "200"}),
    ]
    codes = [client.post(f"{place}/{path}", data=fields, headers=JSON).status_code for path, fields in steps]
    before = passed()
    codes.append(client.post(f"{place}/stop", headers=JSON).status_code)
    assert (codes, before, passed()) == ([303, 409, 303], False, True)
    held = db.session.scalars(sa.select(Qualification.item).filter_by(person_id=beginner.id)).all()
    assert held == ["twin_check"]
    page = client.get(place).text
    assert [sentence in page for sentence in ("Stop was pressed", ": refused", "Nothing yet.")] == [True, True, False]
    assert '"simulated": true' in page


def test_l16_practice_runs_on_the_server_and_waits_while_nobody_looks(hour: Hour) -> None:
    add_twin(hour)
    start = clock.now()
    kept = twin_services.open_twin(hour.cell.asset.id, actor=hour.actor, now=start)
    later = twin_services.advance_twin(kept.id, now=start + timedelta(seconds=30))
    parts_after_30 = twin_sessions.values_of(later)["PartsTotal"]
    away = twin_services.advance_twin(kept.id, now=start + timedelta(hours=1))
    samples = queries.twin.samples_of(hour.person.id, hour.cell.asset.id, 0, start.timestamp() + 9999)
    assert (parts_after_30, twin_sessions.values_of(away)["PartsTotal"], len(samples.times)) == (1, 1, 60)


def test_practice_without_a_copy_is_404(learner: FlaskClient, hour: Hour) -> None:
    assert [learner.get(f"/twin/{key}").status_code for key in (hour.cell.asset.key, "none-such")] == [404, 404]
