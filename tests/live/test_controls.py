"""Opening a bench, who drives, what may be asked, two stops (X4, X5, X6, X9, X15, X20)."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from lift.core import clock
from lift.core.actor import Actor
from lift.core.db import db
from lift.core.errors import Forbidden, Refused
from lift.core.models import AuditEntry
from lift.edge.contract import CommandAnswer, EmergencyStop, ItemState, Outcome, Reason
from lift.edge.tokens import verify_command, verify_grant
from lift.labs.enums import AccessClass
from lift.live import queries, services
from lift.live.enums import BenchMode, CommandState, StopKind
from lift.live.models import Bench, BenchEvent, Command, ControlGrant, Gateway, Stop
from lift.live.permissions import BenchRight
from tests.factories.live import FakeGateway, Hour, end_booking_in, make_hour, make_lab_manager, qualify
from tests.factories.people import actor_for, make_learner


def right_of(hour: Hour, actor: Actor | None = None) -> BenchRight:
    return services.right_of(actor or hour.actor, hour.booking, hour.cell.asset)


def take(hour: Hour, bench: Bench) -> ControlGrant:
    return services.take_controls(bench.id, actor=hour.actor, right=right_of(hour))


def ask(hour: Hour, bench: Bench, **what: Any) -> services.Asked:
    return services.send_command(bench.id, actor=hour.actor, right=right_of(hour), **what)


def rules(refused: Any) -> list[str]:
    return [problem.rule for problem in refused.value.problems]


def staff(hour: Hour) -> Actor:
    manager = actor_for(make_lab_manager(hour.cell))
    db.session.commit()  # a refusal later in the test rolls back to here
    return manager


def kinds() -> list[str]:
    db.session.flush()
    return list(db.session.scalars(sa.select(BenchEvent.kind).order_by(BenchEvent.id)))


def test_open_bench_twice_is_one_bench(hour: Hour, bench: Bench) -> None:
    again = services.open_bench(hour.booking.id, hour.cell.asset.id, actor=hour.actor, right=right_of(hour))
    assert (again.id, bench.recording is not None) == (bench.id, True)


def test_open_bench_by_a_stranger_is_forbidden(hour: Hour, gateway: FakeGateway) -> None:
    stranger = actor_for(make_learner(hour.organisation, "Altra Persona"))
    with pytest.raises(Forbidden) as refused:
        services.open_bench(hour.booking.id, hour.cell.asset.id, actor=stranger, right=right_of(hour, stranger))
    assert rules(refused) == ["X6"]


@pytest.mark.parametrize(("starts_in", "lasts"), [(60.0, 600.0), (-600.0, 590.0)])
@pytest.mark.usefixtures("client")
def test_open_bench_outside_the_booked_time_is_refused(starts_in: float, lasts: float) -> None:
    hour = make_hour(starts_in=starts_in, lasts=lasts)
    with pytest.raises(Refused) as refused:
        services.open_bench(hour.booking.id, hour.cell.asset.id, actor=hour.actor, right=right_of(hour))
    assert rules(refused) == ["live-booking"]


def test_open_bench_for_an_asset_outside_the_booking_is_refused(hour: Hour) -> None:
    other = make_hour()
    with pytest.raises(Refused) as refused:
        services.open_bench(hour.booking.id, other.cell.asset.id, actor=hour.actor, right=right_of(hour))
    assert rules(refused) == ["X6"]


def test_grant_reaches_the_gateway_signed_and_bound(hour: Hour, bench: Bench, gateway: FakeGateway) -> None:
    grant = take(hour, bench)
    answer = gateway.beat()
    claims = verify_grant(answer.grants[0], answer.keys)
    assert (claims.id, claims.asset, claims.level.value) == (str(grant.id), hour.cell.asset.key, "drive")
    assert (claims.person, claims.bench, claims.booking) == (str(hour.person.id), str(bench.id), str(hour.booking.id))
    assert 14.0 < claims.expires_at - answer.platform_time <= 15.0
    later = gateway.beat()
    assert verify_grant(later.grants[0], later.keys).counter > claims.counter


def test_grant_near_the_end_of_the_booking_expires_with_it(hour: Hour, bench: Bench, gateway: FakeGateway) -> None:
    end = end_booking_in(hour.booking, 5.0)
    take(hour, bench)
    answer = gateway.beat()
    assert verify_grant(answer.grants[0], answer.keys).expires_at == pytest.approx(end.timestamp(), abs=0.001)


def test_second_driver_is_refused_with_the_first_ones_name(hour: Hour, bench: Bench) -> None:
    take(hour, bench)
    manager = staff(hour)
    right = BenchRight(works=True)
    other = services.open_bench(hour.booking.id, hour.cell.asset.id, actor=manager, right=right)
    with pytest.raises(Refused) as refused:
        services.take_controls(other.id, actor=manager, right=right)
    assert (rules(refused), refused.value.problems[0].text.params["name"]) == (["X6"], hour.person.name)


def test_unqualified_person_cannot_drive_and_is_told_what_is_missing(gateway: FakeGateway, hour: Hour) -> None:
    learner = make_learner(hour.organisation, "Nuova Tecnica")
    hour.booking.holder_id = learner.id
    actor = actor_for(learner)
    bench = services.open_bench(hour.booking.id, hour.cell.asset.id, actor=actor, right=right_of(hour, actor))
    with pytest.raises(Refused) as refused:
        services.take_controls(bench.id, actor=actor, right=right_of(hour, actor))
    assert rules(refused) == ["B7", "B7"]
    qualify(learner, "twin_check", "signoff")
    assert services.take_controls(bench.id, actor=actor, right=right_of(hour, actor)).person_id == learner.id


@pytest.mark.parametrize(
    ("access", "rule"),
    [(AccessClass.VIEW, "M1"), (AccessClass.ON_SITE_ONLY, "M1"), (AccessClass.SUPERVISED, "B7")],
)
def test_class_of_the_asset_that_forbids_driving_is_refused(
    hour: Hour, bench: Bench, access: AccessClass, rule: str
) -> None:
    hour.cell.asset.access = access
    with pytest.raises(Refused) as refused:
        take(hour, bench)
    assert rules(refused) == [rule]


def test_asset_without_risk_assessment_cannot_be_driven(hour: Hour, bench: Bench) -> None:
    hour.cell.asset.risk_assessed_on = None
    with pytest.raises(Refused) as refused:
        take(hour, bench)
    assert (rules(refused), refused.value.problems[0].text.params) == (["M1"], {"what": "risk assessment"})


@pytest.mark.parametrize(
    ("report", "rule"),
    [({"link": False}, "X7"), ({"emergency_stop": EmergencyStop.pressed}, "X9"), ({"interlock_ok": False}, "X8")],
)
def test_machine_that_is_not_in_order_cannot_be_driven(
    hour: Hour, bench: Bench, gateway: FakeGateway, report: dict[str, Any], rule: str
) -> None:
    gateway.beat(report=report)
    with pytest.raises(Refused) as refused:
        take(hour, bench)
    assert (rules(refused), refused.value.problems[0].ways[0].endpoint) == ([rule], "twins.bench")


def test_machine_of_a_lost_gateway_cannot_be_driven(hour: Hour, bench: Bench) -> None:
    lost = clock.now() - timedelta(seconds=7)
    db.session.execute(sa.update(Gateway).filter_by(id=hour.cell.gateway.id).values(last_seen_at=lost))
    with pytest.raises(Refused) as refused:
        take(hour, bench)
    assert rules(refused) == ["X7"]


def test_command_reaches_the_gateway_and_its_answer_the_log(hour: Hour, bench: Bench, gateway: FakeGateway) -> None:
    grant = take(hour, bench)
    command = ask(hour, bench, variable="FeedOverride", value=95.0).command
    answer = gateway.beat()
    claims = verify_command(answer.commands[0], answer.keys)
    assert (claims.id, claims.grant, claims.variable, claims.value) == (
        str(command.id),
        str(grant.id),
        "FeedOverride",
        95.0,
    )
    assert claims.deadline - answer.platform_time == pytest.approx(2.0, abs=0.5)
    done = CommandAnswer(command=claims.id, outcome=Outcome.done, value_before=100.0, value_after=95.0, at=time.time())
    assert gateway.beat(answers=(done,)).commands == ()
    db.session.expire_all()
    row = queries.bench.commands_of(bench.id)[0]
    assert (row.state, row.value_before, row.value_after) == (CommandState.DONE, {"v": 100.0}, {"v": 95.0})
    entries = db.session.scalars(sa.select(AuditEntry).filter_by(thing_id=claims.id).order_by(AuditEntry.id)).all()
    assert [entry.action for entry in entries] == ["live.command_asked", "live.command_answered"]
    assert (entries[1].before, entries[1].after) == ({"value": 100.0}, {"value": 95.0, "state": "done"})


def test_first_final_answer_stays(hour: Hour, bench: Bench, gateway: FakeGateway) -> None:
    take(hour, bench)
    command = ask(hour, bench, variable="FeedOverride", value=95.0).command
    late = CommandAnswer(command=str(command.id), outcome=Outcome.failed, reason=Reason.timeout, at=time.time())
    done = CommandAnswer(command=str(command.id), outcome=Outcome.done, at=time.time())
    gateway.beat(answers=(late,))
    gateway.beat(answers=(done,))
    db.session.expire_all()
    assert db.session.get_one(Command, command.id).state is CommandState.FAILED


def test_machine_that_reads_back_something_else_is_an_event(hour: Hour, bench: Bench, gateway: FakeGateway) -> None:
    take(hour, bench)
    command = ask(hour, bench, variable="FeedOverride", value=95.0).command
    done = CommandAnswer(command=str(command.id), outcome=Outcome.done, value_after=90.0, at=time.time())
    gateway.beat(answers=(done,))
    assert "command_disagrees" in kinds()


@pytest.mark.parametrize(
    ("what", "bound", "passes"),
    [
        ({"variable": "FeedOverride", "value": 120.5}, "high", 120.0),
        ({"variable": "FeedOverride", "value": 39.9}, "low", 40.0),
        ({"variable": "FeedOverride", "value": "fast"}, "kind", "analog"),
        ({"variable": "SpindleLoad", "value": 10.0}, "writable", None),
        ({"action": "Resume"}, "state", ("NotExecuting",)),
    ],
)
def test_x5_value_outside_a_bound_is_refused_with_the_bound_named(
    hour: Hour, bench: Bench, gateway: FakeGateway, what: dict[str, Any], bound: str, passes: object
) -> None:
    take(hour, bench)
    asked = ask(hour, bench, **what)
    assert (asked.command.state, asked.command.bound) == (CommandState.REFUSED, bound)
    assert [(problem.rule, problem.passes) for problem in asked.problems] == [(f"X5-{bound}", passes)]
    assert gateway.beat().commands == ()


@pytest.mark.parametrize("value", [40.0, 120.0])
def test_x5_value_at_a_bound_passes(hour: Hour, bench: Bench, value: float) -> None:
    take(hour, bench)
    assert ask(hour, bench, variable="FeedOverride", value=value).problems == ()


def test_x5_second_value_inside_the_rate_limit_is_refused(hour: Hour, bench: Bench) -> None:
    take(hour, bench)
    ask(hour, bench, variable="FeedOverride", value=95.0)
    asked = ask(hour, bench, variable="FeedOverride", value=96.0)
    assert (asked.command.bound, [p.rule for p in asked.problems]) == ("rate", ["X5-rate"])


def test_x5_action_in_an_allowed_state_passes(hour: Hour, bench: Bench, gateway: FakeGateway) -> None:
    gateway.item_state = ItemState.not_executing
    gateway.beat()
    take(hour, bench)
    assert ask(hour, bench, action="Resume").problems == ()


def test_x6_command_without_the_controls_is_forbidden(hour: Hour, bench: Bench) -> None:
    with pytest.raises(Forbidden) as refused:
        ask(hour, bench, variable="FeedOverride", value=95.0)
    assert rules(refused) == ["X6"]


def test_x6_command_of_another_learner_is_forbidden(hour: Hour, bench: Bench) -> None:
    take(hour, bench)
    other = actor_for(make_learner(hour.organisation, "Altra Persona"))
    with pytest.raises(Forbidden) as refused:
        services.send_command(bench.id, actor=other, right=BenchRight(works=True), variable="FeedOverride", value=95.0)
    assert rules(refused) == ["X6"]


def test_x6_command_after_the_slot_is_forbidden(hour: Hour, bench: Bench, gateway: FakeGateway) -> None:
    take(hour, bench)
    end_booking_in(hour.booking, -1.0)
    with pytest.raises(Forbidden) as refused:
        ask(hour, bench, variable="FeedOverride", value=95.0)
    assert rules(refused) == ["live-booking"]
    assert gateway.beat().grants == ()


def test_x4_command_that_nobody_answered_expires(hour: Hour, bench: Bench) -> None:
    take(hour, bench)
    command = ask(hour, bench, variable="FeedOverride", value=95.0).command
    command.deadline = clock.now() - timedelta(seconds=9)
    services.watch()
    db.session.expire_all()
    row = db.session.get_one(Command, command.id)
    assert (row.state, row.reason) == (CommandState.EXPIRED, "no_answer")


def test_x9_stop_takes_the_controls_and_the_trainer_gives_them_back(
    hour: Hour, bench: Bench, gateway: FakeGateway
) -> None:
    take(hour, bench)
    stop = services.press_stop(bench.id, actor=hour.actor, right=right_of(hour))
    answer = gateway.beat()
    assert (answer.grants, [(s.id, s.latched, s.released) for s in answer.stops]) == (
        (),
        [(str(stop.id), False, False)],
    )
    with pytest.raises(Refused) as refused:
        take(hour, bench)
    assert rules(refused) == ["X9"]
    manager = staff(hour)
    with pytest.raises(Refused):
        services.give_controls(bench.id, actor=manager, right=right_of(hour, manager), right_of_person=right_of(hour))
    gateway.beat(stops_held=(str(stop.id),), stops_reached=(str(stop.id),))
    services.give_controls(bench.id, actor=manager, right=right_of(hour, manager), right_of_person=right_of(hour))
    answer = gateway.beat(stops_held=(str(stop.id),))
    assert ([s.released for s in answer.stops], len(answer.grants)) == ([True], 1)
    assert gateway.beat().stops == ()


def test_x9_stop_pressed_twice_is_one_stop(hour: Hour, bench: Bench) -> None:
    first = services.press_stop(bench.id, actor=hour.actor, right=right_of(hour))
    second = services.press_stop(bench.id, actor=hour.actor, right=right_of(hour))
    assert (first.id, db.session.scalar(sa.select(sa.func.count()).select_from(Stop))) == (second.id, 1)


def test_x9_learner_cannot_release_a_stop(hour: Hour, bench: Bench) -> None:
    stop = services.press_stop(bench.id, actor=hour.actor, right=right_of(hour))
    with pytest.raises(Forbidden):
        services.release_stop(stop.id, actor=hour.actor, right=right_of(hour))


def test_x9_lab_stop_latches_until_the_lab_releases_it(hour: Hour, bench: Bench, gateway: FakeGateway) -> None:
    trainer = BenchRight(supervises=True)  # a session's; with one of its own in test_staff
    stop = services.press_lab_stop(hour.cell.asset.id, actor=hour.actor, right=trainer, reason="smoke")
    assert stop.kind is StopKind.LAB_STOP
    assert [order.latched for order in gateway.beat().stops] == [True]
    gateway.beat(stops_reached=(str(stop.id),))
    with pytest.raises(Forbidden):
        services.release_stop(stop.id, actor=hour.actor, right=trainer)
    with pytest.raises(Refused) as refused:
        services.give_controls(bench.id, actor=hour.actor, right=trainer, right_of_person=right_of(hour))
    assert rules(refused) == ["X9"]
    manager = staff(hour)
    services.release_stop(stop.id, actor=manager, right=right_of(hour, manager))
    assert take(hour, bench).person_id == hour.person.id


def test_x10_controls_taken_back_end_the_grant(hour: Hour, bench: Bench, gateway: FakeGateway) -> None:
    grant = take(hour, bench)
    manager = staff(hour)
    services.take_back(hour.cell.asset.id, actor=manager, right=right_of(hour, manager))
    answer = gateway.beat()
    assert (answer.grants, answer.revoked) == ((), (str(grant.id),))


@pytest.mark.parametrize(
    ("silent_for", "left"),
    [(5.0, 1), (7.0, 0)],
)
def test_x7_silent_browser_loses_the_controls_at_the_next_heartbeat(
    hour: Hour, bench: Bench, gateway: FakeGateway, silent_for: float, left: int
) -> None:
    take(hour, bench)
    bench.seen_at = clock.now() - timedelta(seconds=silent_for)
    db.session.flush()
    assert len(gateway.beat().grants) == left


def test_x7_end_of_control_and_safe_state_stand_in_the_list(hour: Hour, bench: Bench, gateway: FakeGateway) -> None:
    grant = take(hour, bench)
    gateway.beat(report={"driver_grant": str(grant.id)})
    services.hand_back(bench.id, actor=hour.actor)
    gateway.beat(report={"driver_grant": None, "safe": True})
    assert kinds()[-2:] == ["controls_ended", "safe_state"]


def test_x16_bench_on_the_twin_has_no_controls_of_the_asset(hour: Hour, bench: Bench, gateway: FakeGateway) -> None:
    take(hour, bench)
    moved = services.move_to_twin(bench.id, actor=hour.actor)
    assert (moved.mode, gateway.beat().grants) == (BenchMode.TWIN, ())


def test_leave_benches_closes_all_and_ends_the_controls(hour: Hour, bench: Bench, gateway: FakeGateway) -> None:
    take(hour, bench)
    assert services.leave_benches(hour.person.id) == 1
    db.session.expire_all()
    row = db.session.get_one(Bench, bench.id)
    assert (row.closed_at is not None, gateway.beat().grants, services.leave_benches(hour.person.id)) == (True, (), 0)


def test_watch_closes_benches_whose_booking_is_over(hour: Hour, bench: Bench) -> None:
    take(hour, bench)
    end_booking_in(hour.booking, -1.0)
    services.watch()
    db.session.expire_all()
    assert db.session.get_one(Bench, bench.id).closed_at is not None
    assert db.session.scalar(sa.select(ControlGrant.end_reason)) == "booking_over"


@pytest.mark.parametrize("hours", [-1, 1])
def test_x7_worker_whose_clock_is_off_takes_the_controls_from_nobody(
    hour: Hour, bench: Bench, gateway: FakeGateway, hours: int
) -> None:
    take(hour, bench)
    assert services.watch(clock.now() + timedelta(hours=hours)) == 0
    assert len(gateway.beat().grants) == 1
    bench.seen_at = clock.now() - timedelta(seconds=7)
    assert services.watch(clock.now() + timedelta(hours=hours)) == 1
    assert gateway.beat().grants == ()
