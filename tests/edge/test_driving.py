"""Driving through platform, gateway and a real OPC UA server: commands, bounds, grants, stops (X4 to X9)."""

from __future__ import annotations

import time

import pytest

from lift.edge.contract import Bound, EmergencyStop, GrantLevel, ItemState, Outcome, Reason, StopKind
from tests.edge.conftest import Lab, until

pytestmark = pytest.mark.integration


def test_command_inside_its_bounds_is_done_and_read_back(lab: Lab) -> None:
    lab.start()
    grant = lab.drive()
    answer = lab.answer(lab.platform.set(grant, "FeedOverride", 85.0))
    assert (answer.outcome, answer.value_before, answer.value_after) == (Outcome.done, 100.0, 85.0)
    assert lab.cell.feed == 85.0
    until(lambda: lab.report and lab.report.reported["FeedOverride"].value == 85.0)


def test_whole_drive_with_actions_follows_the_machine(lab: Lab) -> None:
    lab.start()
    grant = lab.drive()
    refused = lab.answer(lab.platform.command(grant, action="OpenDoor"))
    assert (refused.reason, refused.bound, refused.limit) == (Reason.out_of_bounds, Bound.state, ("NotExecuting",))
    assert lab.answer(lab.platform.command(grant, action="Hold")).outcome is Outcome.done
    lab.fast_forward(20.0)
    until(lambda: lab.cell.safe)
    assert (lab.cell.total, lab.cell.last_cycle) == (1, pytest.approx(24.0, abs=0.11))
    until(lambda: lab.report and lab.report.item_state is ItemState.not_executing)
    assert lab.answer(lab.platform.command(grant, action="OpenDoor")).outcome is Outcome.done
    assert lab.answer(lab.platform.command(grant, action="Resume")).reason is Reason.machine_refused
    assert lab.answer(lab.platform.command(grant, action="CloseDoor")).outcome is Outcome.done
    until(lambda: lab.report and lab.report.reported["DoorOpen"].value is False)


@pytest.mark.parametrize(
    ("value", "bound", "limit"),
    [(120.1, Bound.high, 120.0), (39.9, Bound.low, 40.0), ("fast", Bound.kind, "analog"), (True, Bound.kind, "analog")],
)
def test_value_outside_its_bounds_is_refused_with_the_bound_named(
    lab: Lab, value: float | str | bool, bound: Bound, limit: float | str
) -> None:
    lab.start()
    grant = lab.drive()
    answer = lab.answer(lab.platform.set(grant, "FeedOverride", value))
    assert (answer.outcome, answer.reason, answer.bound, answer.limit) == (
        Outcome.refused,
        Reason.out_of_bounds,
        bound,
        limit,
    )
    assert lab.cell.feed == 100.0


def test_second_value_inside_the_rate_limit_is_refused(lab: Lab) -> None:
    lab.start()
    grant = lab.drive()
    first = lab.answer(lab.platform.set(grant, "FeedOverride", 90.0))
    second = lab.answer(lab.platform.set(grant, "FeedOverride", 95.0))
    assert (first.outcome, second.outcome, second.bound) == (Outcome.done, Outcome.refused, Bound.rate)
    assert lab.cell.feed == 90.0


def test_read_only_unknown_and_missing_targets_are_refused(lab: Lab) -> None:
    lab.start()
    grant = lab.drive()
    ids = [
        lab.platform.set(grant, "PartsGood", 5.0),
        lab.platform.set(grant, "Watchdog", 5.0),
        lab.platform.command(grant, action="Explode"),
    ]
    answers = [lab.answer(command) for command in ids]
    assert [answer.reason for answer in answers] == [
        Reason.out_of_bounds,
        Reason.unknown_variable,
        Reason.unknown_action,
    ]
    assert answers[0].bound is Bound.writable


def test_replayed_command_is_refused_and_not_carried_out_again(lab: Lab) -> None:
    lab.start()
    grant = lab.drive()
    first = lab.platform.set(grant, "FeedOverride", 80.0)
    token = lab.platform.commands[first]
    lab.answer(first)
    other = lab.platform.set(grant, "FeedOverride", 110.0, counter=1)
    assert lab.answer(other).reason is Reason.replayed
    with lab.platform.lock:
        lab.platform.answers.clear()
        lab.platform.commands[first] = token
    lab.platform.poke()
    assert lab.answer(first).outcome is Outcome.done
    assert lab.cell.feed == 80.0


def test_replayed_command_is_refused_after_a_restart_of_the_gateway(lab: Lab) -> None:
    lab.start()
    grant = lab.drive()
    lab.answer(lab.platform.set(grant, "FeedOverride", 80.0))
    lab.stop()
    lab.start()
    until(lambda: lab.cell.remote)
    assert lab.answer(lab.platform.set(grant, "FeedOverride", 110.0, counter=1)).reason is Reason.replayed
    assert lab.cell.feed == 80.0


def test_expired_command_is_never_carried_out(lab: Lab) -> None:
    lab.start()
    grant = lab.drive()
    answer = lab.answer(lab.platform.set(grant, "FeedOverride", 80.0, deadline=lab.platform.now() - 0.01))
    assert (answer.outcome, answer.reason) == (Outcome.expired, Reason.deadline)
    assert lab.cell.feed == 100.0


def test_command_that_waited_out_a_lost_link_is_expired(lab: Lab) -> None:
    lab.start()
    grant = lab.drive()
    lab.platform.silent = True
    time.sleep(0.3)
    command = lab.platform.set(grant, "FeedOverride", 80.0, deadline=lab.platform.now() + 1.0)
    time.sleep(1.2)
    lab.platform.silent = False
    assert lab.answer(command).outcome is Outcome.expired
    assert lab.cell.feed == 100.0


def test_command_without_or_with_a_foreign_grant_is_refused(lab: Lab) -> None:
    lab.start()
    lab.drive()
    assert lab.answer(lab.platform.set("nobody", "FeedOverride", 80.0)).reason is Reason.no_grant


def test_command_under_a_view_grant_is_refused(lab: Lab) -> None:
    lab.start()
    grant = lab.platform.grant(GrantLevel.view)
    assert lab.answer(lab.platform.set(grant, "FeedOverride", 80.0)).reason is Reason.view_only
    assert lab.cell.remote is False


def test_two_driving_grants_at_once_let_nobody_drive(lab: Lab) -> None:
    lab.start()
    grant = lab.drive()
    lab.platform.grant()
    until(lambda: not lab.cell.remote)
    assert lab.answer(lab.platform.set(grant, "FeedOverride", 80.0)).reason is Reason.grant_over


def test_end_of_a_grant_refuses_writes_and_makes_the_machine_safe(lab: Lab) -> None:
    lab.start()
    grant = lab.platform.grant(life=3.0)
    until(lambda: lab.cell.remote)
    ended = lab.platform.grants[grant].expires_at
    until(lambda: lab.cell.safe)
    assert 0 <= lab.platform.now() - ended <= 5.0
    assert lab.answer(lab.platform.set(grant, "FeedOverride", 80.0)).reason is Reason.grant_over
    assert lab.cell.feed == 100.0


def test_revoked_grant_refuses_writes_at_once_and_makes_the_machine_safe(lab: Lab) -> None:
    lab.start()
    grant = lab.drive()
    lab.platform.revoke(grant)
    assert lab.answer(lab.platform.set(grant, "FeedOverride", 80.0)).reason is Reason.no_grant
    until(lambda: lab.cell.safe and not lab.cell.remote)
    assert lab.cell.feed == 100.0


def test_stop_makes_safe_and_takes_the_controls_until_released(lab: Lab) -> None:
    lab.start()
    grant = lab.drive()
    stop = lab.platform.order_stop()
    until(lambda: stop in lab.platform.beats[-1].stops_reached)
    assert lab.cell.safe is True
    assert lab.answer(lab.platform.command(grant, action="Resume")).reason is Reason.stopped
    lab.platform.release_stop(stop)
    until(lambda: lab.cell.remote)
    until(lambda: lab.platform.beats[-1].stops_held == ())
    assert lab.answer(lab.platform.command(grant, action="Resume")).outcome is Outcome.done
    assert lab.cell.item_state.value == "Executing"


def test_stop_reaches_a_machine_that_nobody_drives(lab: Lab) -> None:
    lab.start()
    stop = lab.platform.order_stop()
    until(lambda: stop in lab.platform.beats[-1].stops_reached)
    assert lab.cell.safe is True


def test_lab_stop_stays_latched_through_a_restart_and_a_vanished_order(lab: Lab) -> None:
    lab.start()
    grant = lab.drive()
    stop = lab.platform.order_stop(StopKind.lab_stop)
    until(lambda: stop in lab.platform.beats[-1].stops_reached)
    with lab.platform.lock:
        order = lab.platform.stops.pop(stop)
    lab.stop()
    lab.start()
    assert lab.answer(lab.platform.command(grant, action="Resume")).reason is Reason.lab_stopped
    with lab.platform.lock:
        lab.platform.stops[stop] = order.model_copy(update={"released": True})
    lab.platform.poke()
    until(lambda: lab.cell.remote)


def test_interlock_open_lets_no_command_reach_the_asset(lab: Lab) -> None:
    lab.start()
    grant = lab.drive()
    lab.cell.set_interlock(False)
    until(lambda: lab.report and not lab.report.interlock_ok)
    assert lab.answer(lab.platform.set(grant, "FeedOverride", 80.0)).reason is Reason.interlock
    assert lab.cell.feed == 100.0


def test_emergency_stop_is_shown_and_refuses_commands(lab: Lab) -> None:
    lab.start()
    grant = lab.drive()
    lab.cell.press_emergency_stop()
    until(lambda: lab.report and lab.report.emergency_stop is EmergencyStop.pressed)
    assert lab.answer(lab.platform.set(grant, "FeedOverride", 80.0)).reason is Reason.emergency_stop


def test_unknown_clock_offset_lets_nobody_drive(lab: Lab) -> None:
    lab.platform.slow = 1.05
    lab.start()
    grant = lab.platform.grant()
    answer = lab.answer(lab.platform.set(grant, "FeedOverride", 80.0, deadline=lab.platform.now() + 60))
    assert answer.reason is Reason.clock_unknown
    assert (lab.cell.remote, lab.cell.feed) == (False, 100.0)


def test_clock_offset_of_the_gateway_is_reported(lab: Lab) -> None:
    lab.start()
    offset = until(lambda: lab.platform.beats[-1].clock_offset)
    assert offset == pytest.approx(-5_000.0, abs=0.6)
