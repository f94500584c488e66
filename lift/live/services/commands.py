"""Asking a machine for something. The row is the order; the gateway fetches it signed, at its next heartbeat."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa

from lift.core import audit
from lift.core.actor import Actor
from lift.core.db import db, transaction
from lift.core.errors import Forbidden, Problem, require_found
from lift.core.locks import lock_rows
from lift.edge.contract import COMMAND_DEADLINE, ItemState, Value
from lift.live import permissions, policy, queries, texts
from lift.live.enums import CommandState
from lift.live.models import AssetLink, Bench, Command, ControlGrant
from lift.live.permissions import BenchRight
from lift.live.queries.bench import Link
from lift.live.services.benches import own_bench
from lift.live.services.controls import driving_problems
from lift.live.services.grants import end_lost_grants
from lift.live.services.told import note, tell_all


@dataclass(frozen=True)
class Asked:
    """A command as it was written. With ``problems`` it is refused already; it stands in the log all the same (X15)."""

    command: Command
    problems: tuple[Problem, ...] = ()


def send_command(
    bench_id: UUID,
    *,
    actor: Actor,
    right: BenchRight,
    variable: str | None = None,
    action: str | None = None,
    value: Value | None = None,
) -> Asked:
    """Ask for ``variable`` = ``value``, or for ``action``. Raises NotFound, and Forbidden for all but the present driver (X6)."""
    with transaction():
        bench, grant = _driving(bench_id, actor, right)
        now = queries.bench.platform_now()
        link = queries.bench.link_of(bench.asset_id)
        problems = tuple(_problems(bench, right, link, variable, action, value, now))
        command = _write(bench, grant, actor, now, variable=variable, action=action, value=value)
        if problems:
            _refuse(command, problems, now)
        tell_all(bench.asset_id, "commands")
        return Asked(command, problems)


def _driving(bench_id: UUID, actor: Actor, right: BenchRight) -> tuple[Bench, ControlGrant]:
    """The bench and its grant, locked so that two commands are judged one after the other."""
    bench = own_bench(bench_id, actor)
    place = require_found(queries.bench.place_of(bench.booking_id, bench.asset_id))
    now = queries.bench.platform_now()
    over = policy.booking_problems(place.booking, place.lab.zone, now)
    if over or not permissions.can_drive(right):
        raise Forbidden(over or Problem("X6", texts.WATCH_ONLY, owner="training"))
    lock_rows(AssetLink, [bench.asset_id])  # before the grant, as a stop does it: it ends grants under this lock
    end_lost_grants([bench.asset_id], now)
    found = queries.bench.driving_grant(bench.id)
    locked = lock_rows(ControlGrant, [found.id]) if found else []
    if not locked or locked[0].ended_at is not None:
        raise Forbidden(Problem("X6", texts.NO_CONTROLS, owner="training"))
    return bench, locked[0]


def _problems(
    bench: Bench,
    right: BenchRight,
    link: Link,
    variable: str | None,
    action: str | None,
    value: Value | None,
    now: datetime,
) -> list[Problem]:
    place = require_found(queries.bench.place_of(bench.booking_id, bench.asset_id))
    standing = [*right.missing, *driving_problems(place, right, now)]
    if standing:
        return standing
    name = variable or action or ""
    last = queries.bench.last_command_at(bench.asset_id, name, action=variable is None)
    last_at, state = last.timestamp() if last else None, ItemState(link.item_state)
    if variable is not None and value is not None:
        spec = queries.page.spec_for(place.asset, link.spec)
        return policy.command_problems(spec, variable, value, last_at, now.timestamp(), state)
    return policy.action_problems(link.spec, name, last_at, now.timestamp(), state)


def _write(
    bench: Bench,
    grant: ControlGrant,
    actor: Actor,
    now: datetime,
    *,
    variable: str | None,
    action: str | None,
    value: Value | None,
) -> Command:
    command = Command(
        grant_id=grant.id,
        bench_id=bench.id,
        asset_id=bench.asset_id,
        person_id=bench.person_id,
        variable=variable,
        action=action,
        value={"v": value},
        counter=_next_counter(bench.asset_id),
        asked_at=now,
        deadline=now + timedelta(seconds=COMMAND_DEADLINE),
    )
    db.session.add(command)
    db.session.flush()
    asked = {"variable": variable, "action": action, "value": value, "booking": str(bench.booking_id)}
    audit.record(actor, "live.command_asked", "command", command.id, after=asked)
    return command


def _next_counter(asset_id: UUID) -> int:
    """Rises with every command to the asset, across grants; gateways refuse one that does not."""
    moved = db.session.execute(
        sa.update(AssetLink)
        .where(AssetLink.asset_id == asset_id)
        .values(next_counter=AssetLink.next_counter + 1)
        .returning(AssetLink.next_counter)
        .execution_options(synchronize_session=False)
    )
    return int(moved.scalar_one()) - 1


def _refuse(command: Command, problems: tuple[Problem, ...], now: datetime) -> None:
    first = problems[0]
    command.state, command.answered_at = CommandState.REFUSED, now
    command.reason = "platform"
    command.bound = first.rule.removeprefix("X5-") if first.rule.startswith("X5-") else None
    name = command.variable or command.action
    note(
        "command_refused",
        command.asset_id,
        command.bench_id,
        name=name,
        asked=command.value.get("v"),
        reason=first.rule,
    )
