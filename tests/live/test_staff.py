"""Who drives, who watches, who stops: the booking's people, its trainers, the lab's staff (X6, X9, M8, L16, T12)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from lift.core import clock
from lift.core.actor import Actor, Role, Scope
from lift.core.db import db
from lift.core.errors import Forbidden, Refused
from lift.labs.enums import AccessClass
from lift.labs.models import Booking, Qualification
from lift.live import services
from lift.live.enums import StopKind
from lift.live.models import AssetLink, Bench, ControlGrant, Gateway, Stop
from lift.live.permissions import BenchRight
from lift.live.queries.door import token_hash
from lift.people.models import Organisation, Person
from tests.factories.live import FakeGateway, Hour, cell_spec, make_cell, make_lab_manager
from tests.factories.people import actor_for, make_company, make_learner, make_organisation, make_person
from tests.factories.training import RunningClass, make_running_class

SignIn = Callable[..., FlaskClient]
JSON = {"Accept": "application/problem+json, application/json"}
STAFF = (Role.LAB_MANAGER, Role.LAB_TECHNICIAN)


def make_staff(organisation_id: UUID, lab_id: UUID, role: Role = Role.LAB_TECHNICIAN) -> Person:
    """Somebody who works in this lab, committed."""
    owner = db.session.get_one(Organisation, organisation_id)
    person = make_person("Tullio Officina", owner, [(role, Scope.LAB, lab_id)])
    db.session.commit()
    return person


def staff_of(hour: Hour, role: Role) -> Person:
    return make_staff(hour.cell.lab.organisation_id, hour.cell.lab.id, role)


def rules(refused: Any) -> list[str]:
    return [problem.rule for problem in refused.value.problems]


def post(client: FlaskClient, bench: Bench, path: str, **fields: Any) -> Any:
    return client.post(f"/bench/{bench.id}/{path}", data=fields, headers=JSON)


def standing() -> list[StopKind]:
    db.session.expire_all()
    return list(db.session.scalars(sa.select(Stop.kind).filter_by(released_at=None).order_by(Stop.id)))


def watched_bench(hour: Hour, person: Person) -> tuple[Bench, Actor, BenchRight]:
    """The bench that somebody opened in the learner's hour, and what they may do there."""
    actor = actor_for(person)
    right = services.right_of(actor, hour.booking, hour.cell.asset)
    bench = services.open_bench(hour.booking.id, hour.cell.asset.id, actor=actor, right=right)
    db.session.commit()
    return bench, actor, right


@pytest.mark.parametrize("role", STAFF)
def test_x6_staff_watch_somebody_elses_hour_and_never_drive_in_it(hour: Hour, gateway: FakeGateway, role: Role) -> None:
    bench, actor, right = watched_bench(hour, staff_of(hour, role))
    assert (right.works, right.supervises) == (False, True)
    with pytest.raises(Forbidden) as refused:
        services.take_controls(bench.id, actor=actor, right=right)
    assert rules(refused) == ["X6"]
    with pytest.raises(Forbidden) as refused:
        services.send_command(bench.id, actor=actor, right=right, variable="FeedOverride", value=95.0)
    assert rules(refused) == ["X6"]
    assert gateway.beat().grants == ()


def test_x6_staff_cannot_be_given_the_controls_of_somebody_elses_hour(hour: Hour, gateway: FakeGateway) -> None:
    bench, _actor, right = watched_bench(hour, staff_of(hour, Role.LAB_TECHNICIAN))
    manager = actor_for(staff_of(hour, Role.LAB_MANAGER))
    with pytest.raises(Forbidden) as refused:
        services.give_controls(bench.id, actor=manager, right=BenchRight(supervises=True), right_of_person=right)
    assert (rules(refused), db.session.scalars(sa.select(ControlGrant)).all()) == (["X6"], [])


def test_x6_page_of_a_watching_technician_offers_no_controls_and_says_why(
    client: FlaskClient, hour: Hour, gateway: FakeGateway, sign_in: SignIn
) -> None:
    technician = staff_of(hour, Role.LAB_TECHNICIAN)
    bench, _actor, _right = watched_bench(hour, technician)
    sign_in(client, technician)
    html = client.get(f"/bench/{bench.id}").text
    assert ("Take the controls<" in html, "Only people who booked this hour and its trainers drive here." in html) == (
        False, True,
    )  # fmt: skip
    assert post(client, bench, "controls", act="take").status_code == 403


def test_x6_technician_drives_in_an_hour_of_their_own(hour: Hour, gateway: FakeGateway) -> None:
    technician = staff_of(hour, Role.LAB_TECHNICIAN)
    hour.booking.holder_id = technician.id
    bench, actor, right = watched_bench(hour, technician)
    with pytest.raises(Refused) as refused:
        services.take_controls(bench.id, actor=actor, right=right)
    assert rules(refused) == ["B7", "B7"]


# --- a session: roster, trainer, the lab's manager and technician ---


@dataclass
class LiveClass:
    """A running session whose machine's gateway is heard of."""

    running: RunningClass
    gateway: FakeGateway

    @property
    def booking(self) -> Booking:
        assert self.running.session.booking_id is not None
        return db.session.get_one(Booking, self.running.session.booking_id)

    def right(self, actor: Actor) -> BenchRight:
        return services.right_of(actor, self.booking, self.running.asset)

    def bench(self, actor: Actor) -> Bench:
        bench = services.open_bench(self.booking.id, self.running.asset.id, actor=actor, right=self.right(actor))
        db.session.commit()
        return bench

    def staff(self, role: Role) -> Person:
        return make_staff(self.running.host.id, self.running.session.lab_id, role)


@pytest.fixture
def lesson(client: FlaskClient) -> LiveClass:
    running = make_running_class()
    asset, today = running.asset, clock.now().date()
    asset.owner_person_id, asset.risk_assessed_on, asset.risk_review_on = running.trainer.id, today, today
    door = Gateway(lab_id=running.session.lab_id, key="gw-lesson", token_hash=token_hash("lesson"))
    db.session.add(door)
    db.session.flush()
    db.session.add(AssetLink(asset_id=asset.id, gateway_id=door.id, spec=cell_spec().model_dump(mode="json")))
    db.session.commit()
    gateway = FakeGateway(client, "lesson", asset.key)
    gateway.beat()
    return LiveClass(running, gateway)


def test_m8_trainer_drives_in_the_own_session_only_while_qualified_for_the_machine(lesson: LiveClass) -> None:
    teacher = lesson.running.teacher
    bench = lesson.bench(teacher)
    with pytest.raises(Refused) as refused:
        services.take_controls(bench.id, actor=teacher, right=lesson.right(teacher))
    assert rules(refused) == ["B7", "B7"]
    for item in ("twin_check", "signoff"):
        db.session.add(
            Qualification(
                person_id=lesson.running.trainer.id, type_key=lesson.running.asset.type_key, item=item,
                access=AccessClass.SUPERVISED, valid_from=clock.now() - timedelta(days=1),
            )
        )  # fmt: skip
    db.session.commit()
    grant = services.take_controls(bench.id, actor=teacher, right=lesson.right(teacher))
    assert grant.person_id == lesson.running.trainer.id


def test_x6_manager_of_the_lab_skips_nothing_in_a_session_and_does_not_drive(lesson: LiveClass) -> None:
    manager = actor_for(lesson.staff(Role.LAB_MANAGER))
    bench = lesson.bench(manager)
    with pytest.raises(Forbidden) as refused:
        services.take_controls(bench.id, actor=manager, right=lesson.right(manager))
    assert rules(refused) == ["X6"]


def test_l16_t12_learner_who_also_trains_is_asked_for_twin_and_briefing(lesson: LiveClass) -> None:
    right = lesson.right(lesson.running.actor)
    assert ([p.rule for p in right.missing], right.works, right.trains) == (["L16", "T12"], True, False)
    own = BenchRight(works=True, trains=True, missing=right.missing)
    bench = lesson.bench(lesson.running.actor)
    with pytest.raises(Refused) as refused:
        services.take_controls(bench.id, actor=lesson.running.actor, right=own)
    assert rules(refused) == ["L16", "T12", "B7"]


def test_x9_technician_lab_stops_and_rearms_at_the_bench_of_a_session(
    client: FlaskClient, lesson: LiveClass, sign_in: SignIn
) -> None:
    bench = lesson.bench(lesson.running.actor)
    sign_in(client, lesson.staff(Role.LAB_TECHNICIAN))
    html = client.get(f"/bench/{bench.id}").text
    assert ("Lab stop" in html, "Give the controls" in html) == (True, False)
    assert [post(client, bench, "controls", act=act).status_code for act in ("give", "away", "take")] == [403] * 3
    assert (post(client, bench, "lab-stop").status_code, standing()) == (303, [StopKind.LAB_STOP])
    stop = db.session.scalars(sa.select(Stop)).one()
    lesson.gateway.beat(stops_reached=(str(stop.id),))
    assert "Release the stop" in client.get(f"/bench/{bench.id}").text
    assert (post(client, bench, f"release/{stop.id}").status_code, standing()) == (303, [])


def test_x9_trainer_lab_stops_and_cannot_rearm(client: FlaskClient, lesson: LiveClass, sign_in: SignIn) -> None:
    bench = lesson.bench(lesson.running.actor)
    sign_in(client, lesson.running.trainer)
    assert post(client, bench, "lab-stop").status_code == 303
    stop = db.session.scalars(sa.select(Stop)).one()
    lesson.gateway.beat(stops_reached=(str(stop.id),))
    assert (post(client, bench, f"release/{stop.id}").status_code, standing()) == (403, [StopKind.LAB_STOP])


# --- the lab's own door, without anybody's bench ---


@pytest.mark.parametrize("role", STAFF)
def test_x9_staff_lab_stop_and_release_a_machine_from_the_list_of_gateways(
    client: FlaskClient, lesson: LiveClass, sign_in: SignIn, role: Role
) -> None:
    sign_in(client, lesson.staff(role))
    path = f"/gateways/machines/{lesson.running.asset.key}"
    assert f'action="{path}/lab-stop"' in client.get("/gateways").text
    assert (client.post(f"{path}/lab-stop").status_code, standing()) == (303, [StopKind.LAB_STOP])
    stop = db.session.scalars(sa.select(Stop)).one()
    html = client.get("/gateways").text
    assert (f'action="{path}/lab-stop"' in html, f'action="{path}/release/{stop.id}"' in html) == (False, True)
    assert (client.post(f"{path}/release/{stop.id}", headers=JSON).status_code, standing()) == (
        409, [StopKind.LAB_STOP],
    )  # fmt: skip
    lesson.gateway.beat(stops_reached=(str(stop.id),))
    assert (client.post(f"{path}/release/{stop.id}").status_code, standing()) == (303, [])
    assert client.post(f"{path}/release/{stop.id}", headers=JSON).status_code == 409


def test_x9_stop_that_nobody_is_there_to_give_back_is_released_by_the_lab(
    client: FlaskClient, hour: Hour, bench: Bench, gateway: FakeGateway, sign_in: SignIn
) -> None:
    stop = services.press_stop(bench.id, actor=hour.actor, right=BenchRight(works=True))
    gateway.beat(stops_reached=(str(stop.id),))
    sign_in(client, staff_of(hour, Role.LAB_TECHNICIAN))
    path = f"/gateways/machines/{hour.cell.asset.key}/release/{stop.id}"
    assert (client.post(path).status_code, standing()) == (303, [])


def test_x9_machine_is_not_stopped_from_the_list_by_others(
    client: FlaskClient, hour: Hour, gateway: FakeGateway, sign_in: SignIn
) -> None:
    elsewhere = make_lab_manager(make_cell())
    operator = make_person("Ada Operatrice", make_organisation(), [(Role.OPERATOR, Scope.NETWORK, None)])
    db.session.commit()
    path = f"/gateways/machines/{hour.cell.asset.key}/lab-stop"
    answers = []
    for person in (elsewhere, operator, hour.person):
        sign_in(client, person)
        answers.append(client.post(path, headers=JSON).status_code)
    assert (answers, standing()) == ([404, 403, 403], [])
    sign_in(client, operator)
    html = client.get("/gateways").text
    assert (hour.cell.asset.name in html, path in html) == (True, False)


# --- bookings of others ---


def test_foreign_booking_is_not_found_by_page_and_by_api(client: FlaskClient, hour: Hour, sign_in: SignIn) -> None:
    stranger = make_learner(make_company())
    colleague = make_learner(hour.organisation, "Altra Persona")
    db.session.commit()
    fields = {"booking": hour.booking.code, "asset": hour.cell.asset.key}
    answers = []
    for person in (stranger, colleague):
        sign_in(client, person)
        answers.append(client.post("/bench/open", data=fields, headers=JSON).status_code)
    assert answers == [404, 403]
