"""Stop against taking the controls and against a command, in several processes; and the control that goes wrong."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from apiflask import APIFlask

from lift.core.actor import Actor
from lift.core.db import db, transaction
from lift.core.errors import Forbidden, Refused
from lift.live import services
from lift.live.models import Bench, Command, ControlGrant, Stop
from lift.live.permissions import BenchRight
from lift.live.services import controls, stops
from lift.live.services.grants import end_grants
from lift.people.models import Person
from tests.factories.live import FakeGateway, make_hour
from tests.factories.people import actor_for
from tests.racing import race

pytestmark = pytest.mark.race
RIGHT = BenchRight(works=True)


def prepare(app: APIFlask, *, driven: bool) -> None:
    """One bench of a machine that is heard of; its person has the controls or not."""
    with app.app_context():
        hour = make_hour()
        db.session.commit()
        FakeGateway(app.test_client(), hour.cell.token, hour.cell.asset.key).beat()
        right = services.right_of(hour.actor, hour.booking, hour.cell.asset)
        bench = services.open_bench(hour.booking.id, hour.cell.asset.id, actor=hour.actor, right=right)
        if driven:
            services.take_controls(bench.id, actor=hour.actor, right=right)
        db.session.commit()


def the_bench() -> tuple[UUID, Actor]:
    bench = db.session.scalars(sa.select(Bench)).one()
    return bench.id, actor_for(db.session.get_one(Person, bench.person_id))


def pause(seconds: float) -> None:
    db.session.execute(sa.select(sa.func.pg_sleep(seconds)))


def stop_slowly_or_take(number: int) -> str:
    """The first presses Stop and commits 1 s later; the second takes the controls in between."""
    bench_id, actor = the_bench()
    if number == 0:
        with transaction():
            services.press_stop(bench_id, actor=actor, right=RIGHT)
            pause(1.0)
        return "stopped"
    pause(0.4)
    db.session.rollback()
    try:
        services.take_controls(bench_id, actor=actor, right=RIGHT)
    except Refused as refused:
        return refused.problems[0].rule
    return "taken"


def stop_slowly_or_ask(number: int) -> str:
    """The first presses Stop, which takes its time to end the grants; the second orders something in between."""
    bench_id, actor = the_bench()
    if number == 0:
        services.press_stop(bench_id, actor=actor, right=RIGHT)
        return "stopped"
    pause(0.3)
    db.session.rollback()
    try:
        services.send_command(bench_id, actor=actor, right=RIGHT, variable="FeedOverride", value=95.0)
    except Forbidden as refused:
        return refused.problems[0].rule
    return "asked"


def outcome(app: APIFlask) -> tuple[int, int]:
    """How many grants live, how many stops stand."""
    with app.app_context():
        live = db.session.scalar(sa.select(sa.func.count()).where(ControlGrant.ended_at.is_(None)))
        standing = db.session.scalar(sa.select(sa.func.count()).where(Stop.released_at.is_(None)))
        return live or 0, standing or 0


def test_race_of_stop_and_take_leaves_no_grant_under_the_stop(committed: APIFlask) -> None:
    prepare(committed, driven=False)
    assert race(committed, stop_slowly_or_take, 2) == ["stopped", "X9"]
    assert outcome(committed) == (0, 1)


def test_race_control_without_the_lock_gives_the_controls_under_a_stop(
    committed: APIFlask, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unlocked(_model: Any, _keys: Any) -> list[Any]:
        return []

    monkeypatch.setattr(controls, "lock_rows", unlocked)
    monkeypatch.setattr(stops, "lock_rows", unlocked)
    prepare(committed, driven=False)
    assert race(committed, stop_slowly_or_take, 2) == ["stopped", "taken"]
    assert outcome(committed) == (1, 1)


def test_race_of_stop_and_command_refuses_the_command_and_none_waits_for_the_other(
    committed: APIFlask, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slowly(*arguments: Any) -> Any:
        pause(0.8)
        return end_grants(*arguments)

    monkeypatch.setattr(stops, "end_grants", slowly)
    prepare(committed, driven=True)
    assert race(committed, stop_slowly_or_ask, 2) == ["stopped", "X6"]
    assert outcome(committed) == (0, 1)
    with committed.app_context():
        assert db.session.scalars(sa.select(Command)).all() == []
