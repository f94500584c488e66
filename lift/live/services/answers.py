"""Answers of gateways to commands: the first final one stays (X4); the audit has before and after (X15)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from lift.core import audit
from lift.core.actor import SYSTEM
from lift.core.db import db
from lift.edge.contract import CommandAnswer, Outcome
from lift.live.enums import CommandState
from lift.live.models import Command
from lift.live.queries.door import OPEN_COMMANDS, Door, silent_commands
from lift.live.services.told import note, tell_pages

NO_ANSWER = "no_answer"


def take_answers(door: Door, answers: Sequence[CommandAnswer]) -> None:
    """Write what became of commands. Unknown, foreign and already final ones are left alone."""
    wanted = {id_: answer for answer in answers if (id_ := _id_of(answer)) is not None}
    if not wanted:
        return
    mine = sa.select(Command).where(Command.id.in_(wanted), Command.asset_id.in_(list(door.assets.values())))
    for command in db.session.scalars(
        mine.with_for_update(key_share=True), execution_options={"populate_existing": True}
    ):
        if _is_open(command):
            _settle(command, wanted[command.id], door.now)
            tell_pages(door.key_of(command.asset_id), "commands")


def expire_silent_commands(now: datetime) -> int:
    """Commands whose deadline passed without an answer: the gateway never carries them out any more."""
    expired = db.session.execute(
        sa.update(Command)
        .where(silent_commands(now))
        .values(state=CommandState.EXPIRED, reason=NO_ANSWER, answered_at=now)
        .returning(Command.id, Command.asset_id, Command.bench_id, Command.variable, Command.action)
        .execution_options(synchronize_session=False)
    ).all()
    for row in expired:
        note("command_expired", row.asset_id, row.bench_id, name=row.variable or row.action)
        audit.record(SYSTEM, "live.command_expired", "command", row.id, reason=NO_ANSWER)
    return len(expired)


def _is_open(command: Command) -> bool:
    """Open, or called expired by us without having heard: the gateway knows better."""
    return command.state in OPEN_COMMANDS or (command.state is CommandState.EXPIRED and command.reason == NO_ANSWER)


def _settle(command: Command, answer: CommandAnswer, now: datetime) -> None:
    command.state = CommandState(answer.outcome.value)
    command.reason = answer.reason.value if answer.reason else None
    command.bound = answer.bound.value if answer.bound else None
    command.value_before = _boxed(answer.value_before)
    command.value_after = _boxed(answer.value_after)
    if answer.outcome is Outcome.accepted:
        return
    command.answered_at = now
    name = command.variable or command.action or ""
    details: dict[str, Any] = {"name": name, "asked": command.value.get("v"), "reason": command.reason}
    note(f"command_{command.state.value}", command.asset_id, command.bench_id, command=str(command.id), **details)
    if _disagrees(command, answer):
        note("command_disagrees", command.asset_id, command.bench_id, name=name, asked=command.value.get("v"),
             now=answer.value_after)  # fmt: skip
    audit.record(
        SYSTEM, "live.command_answered", "command", command.id,
        before={"value": answer.value_before}, after={"value": answer.value_after, "state": command.state.value},
        reason=command.reason,
    )  # fmt: skip


def _disagrees(command: Command, answer: CommandAnswer) -> bool:
    """Done, yet the machine reads back something else (X3)."""
    asked, now = command.value.get("v"), answer.value_after
    if answer.outcome is not Outcome.done or command.variable is None:
        return False
    if isinstance(asked, int | float) and isinstance(now, int | float):
        return abs(asked - now) > 1e-6 * max(1.0, abs(asked))
    return asked != now


def _boxed(value: Any) -> dict[str, Any] | None:
    return None if value is None else {"v": value}


def _id_of(answer: CommandAnswer) -> UUID | None:
    try:
        return UUID(answer.command)
    except ValueError:
        return None
