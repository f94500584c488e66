"""Who drives, what must stop, which command may pass: pure functions over one asset's situation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from lift.edge.contract import (
    AssetSpec,
    BoundProblem,
    CommandClaims,
    EmergencyStop,
    GrantClaims,
    GrantLevel,
    ItemState,
    Outcome,
    Reason,
    StopKind,
    StopOrder,
    action_problem,
    bounds_problem,
)


@dataclass(frozen=True, slots=True)
class Situation:
    """``now`` is platform time (None: unknown); ``monotonic`` and ``last_at`` are the gateway's own clock."""

    asset: str
    spec: AssetSpec
    driveable: bool
    now: float | None
    link: bool
    authorised: bool
    grants: Sequence[GrantClaims] = ()
    stops: Sequence[StopOrder] = ()
    machine: bool = False
    item_state: ItemState = ItemState.not_available
    emergency_stop: EmergencyStop = EmergencyStop.unknown
    interlock: bool = False
    watchdog: bool = False
    last_counter: int = 0
    monotonic: float = 0.0
    last_at: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Verdict:
    outcome: Outcome
    reason: Reason
    problem: BoundProblem | None = None


def driver(situation: Situation) -> GrantClaims | None:
    """The one live grant that may write; none when there are two, since then nobody knows who drives."""
    now = situation.now
    if now is None or not situation.driveable:
        return None
    drivers = [grant for grant in situation.grants if _is_live(grant, situation.asset, now) and _may_write(grant)]
    return drivers[0] if len(drivers) == 1 else None


def stop_reason(situation: Situation) -> Reason | None:
    """Why nobody may drive now, or None. The order is the order in which it is told."""
    if situation.stops:
        latched = any(order.kind is StopKind.lab_stop for order in situation.stops)
        return Reason.lab_stopped if latched else Reason.stopped
    if not situation.authorised:
        return Reason.revoked
    if not situation.link:
        return Reason.link_lost
    if situation.now is None:
        return Reason.clock_unknown
    if not situation.machine:
        return Reason.machine_down
    return None if driver(situation) else Reason.grant_over


def judge(command: CommandClaims, situation: Situation) -> Verdict | None:
    """Why ``command`` must not be carried out now, or None when it may."""
    return (
        _judge_token(command, situation)
        or _judge_grant(command, situation)
        or _judge_machine(situation)
        or _judge_bounds(command, situation)
    )


def _judge_token(command: CommandClaims, situation: Situation) -> Verdict | None:
    if command.asset != situation.asset:
        return _refused(Reason.unknown_asset)
    if command.counter <= situation.last_counter:
        return _refused(Reason.replayed)
    if situation.now is None:
        return _refused(Reason.clock_unknown)
    if situation.now > command.deadline:
        return Verdict(Outcome.expired, Reason.deadline)
    return None


def _judge_grant(command: CommandClaims, situation: Situation) -> Verdict | None:
    reason = stop_reason(situation)
    if reason not in (None, Reason.grant_over, Reason.machine_down):
        return _refused(reason)
    grant = next((grant for grant in situation.grants if grant.id == command.grant), None)
    if grant is None:
        return _refused(Reason.no_grant)
    if not _may_write(grant):
        return _refused(Reason.view_only)
    active = driver(situation)
    return None if active and active.id == command.grant else _refused(Reason.grant_over)


def _judge_machine(situation: Situation) -> Verdict | None:
    checks = (
        (situation.machine, Reason.machine_down),
        (situation.emergency_stop is EmergencyStop.clear, Reason.emergency_stop),
        (situation.interlock, Reason.interlock),
        (situation.watchdog, Reason.no_watchdog),
    )
    return next((_refused(reason) for passed, reason in checks if not passed), None)


def _judge_bounds(command: CommandClaims, situation: Situation) -> Verdict | None:
    state, now = situation.item_state, situation.monotonic
    if command.variable is not None and command.value is not None:
        variable = situation.spec.variable(command.variable)
        if variable is None:
            return _refused(Reason.unknown_variable)
        problem = bounds_problem(variable, command.value, situation.last_at.get(variable.name), now, state)
    else:
        action = situation.spec.action(command.action)
        if action is None:
            return _refused(Reason.unknown_action)
        problem = action_problem(action, situation.last_at.get(action.name), now, state)
    return Verdict(Outcome.refused, Reason.out_of_bounds, problem) if problem else None


def _refused(reason: Reason) -> Verdict:
    return Verdict(Outcome.refused, reason)


def _is_live(grant: GrantClaims, asset: str, now: float) -> bool:
    return grant.asset == asset and grant.not_before <= now < grant.expires_at


def _may_write(grant: GrantClaims) -> bool:
    return grant.level is not GrantLevel.view
