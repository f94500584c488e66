"""Working with the computer copy of an asset: the model runs on the server, stepped by the time that passed.

Nobody watches for a minute: the copy waits. Whatever is asked stands in the log, so that the twin check (L16) and
evidence marked "twin" rest on what the server saw.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from pydantic_core import to_json
from sqlalchemy.dialects.postgresql import insert

from lift.core import clock
from lift.core.actor import Actor
from lift.core.db import db, transaction
from lift.core.errors import Problem, require_found
from lift.core.i18n import N_, Text
from lift.core.ids import uuid7
from lift.core.locks import lock_rows
from lift.labs.enums import AccessClass
from lift.labs.models import Asset
from lift.labs.services.directory import grant_qualification
from lift.twins.models import Twin, TwinBlock, TwinSession
from lift.twins.queries.twin_sessions import twin_check
from lift.twins.simulators.machining import MODEL_KEY, MODEL_VERSION, Limits, MachiningTwin, TwinRefusal, TwinRefused

PERIOD = 0.5  # s between samples, as the machine's
LONGEST_ABSENCE = timedelta(seconds=60)
LOG_KEPT = 200
TWIN_CHECK = "twin_check"

TOO_FAR = Text(N_("%(name)s takes %(low)s to %(high)s. The computer copy refuses what the machine would refuse."))
NOT_NOW = Text(N_("%(name)s is not possible in this state. Press Hold or Resume first, or close the door."))
NOT_KNOWN = Text(N_("The computer copy has nothing called %(name)s."))
WRONG_KIND = Text(N_("%(name)s does not take this kind of value."))
STOPPED = Text(N_("You stopped the computer copy. Take the controls again when you have looked at it."))
SENTENCES = {
    TwinRefusal.UNKNOWN: NOT_KNOWN,
    TwinRefusal.KIND: WRONG_KIND,
    TwinRefusal.LIMITS: TOO_FAR,
    TwinRefusal.STATE: NOT_NOW,
}


@dataclass(frozen=True)
class TwinAsked:
    """What became of a wish: refused with problems, else done."""

    session: TwinSession
    problems: tuple[Problem, ...] = ()


def open_twin(asset_id: UUID, *, actor: Actor, now: datetime | None = None) -> TwinSession:
    """The person's session with the copy of this asset, made (running) if there is none. Raises NotFound without a twin."""
    at = now or clock.now()
    with transaction() as session:
        twin = require_found(session.scalar(sa.select(Twin).filter_by(asset_id=asset_id, model_key=MODEL_KEY)))
        fresh = MachiningTwin()
        fresh.call("Resume")
        values = {"id": uuid7(), "person_id": actor.person_id, "asset_id": twin.asset_id, "state": fresh.dump()}
        made = insert(TwinSession).values(**values, stepped_at=at, log=[], stopped=False).on_conflict_do_nothing()
        session.execute(made)
        found = session.scalars(sa.select(TwinSession).filter_by(person_id=actor.person_id, asset_id=asset_id)).one()
        return _advance(_locked(found.id), at)


def advance_twin(session_id: UUID, *, now: datetime | None = None) -> TwinSession:
    """Let the copy live up to now, and keep what it said."""
    with transaction():
        return _advance(_locked(session_id), now or clock.now())


def ask_twin(
    session_id: UUID,
    *,
    actor: Actor,
    variable: str | None = None,
    action: str | None = None,
    value: Any = None,
    limits: dict[str, tuple[float, float]] | None = None,
    now: datetime | None = None,
) -> TwinAsked:
    """Set a control or call an action of the copy, within the limits of the asset it stands for."""
    at = now or clock.now()
    with transaction():
        kept = _own(_advance(_locked(session_id), at), actor)
        name = variable or action or ""
        if kept.stopped:
            return TwinAsked(_note(kept, actor, at, name, value, "stopped"), (Problem("X9", STOPPED, owner="live"),))
        model = _model(kept, limits)
        try:
            if variable is not None:
                model.write(variable, value)
            else:
                model.call(name)
        except TwinRefused as refused:
            _note(kept, actor, at, name, value, f"refused_{refused.refusal.value}")
            return TwinAsked(kept, (_problem(refused),))
        kept.state = model.dump()
        return TwinAsked(_note(kept, actor, at, name, value, "done"))


def stop_twin(session_id: UUID, *, actor: Actor, now: datetime | None = None) -> TwinSession:
    """Stop is tried on the copy as on the machine: at once, asks nothing, controls taken."""
    at = now or clock.now()
    with transaction():
        kept = _own(_advance(_locked(session_id), at), actor)
        model = _model(kept, None)
        model.call("Stop")
        kept.state, kept.stopped = model.dump(), True
        return _note(kept, actor, at, "Stop", None, "done")


def resume_twin(session_id: UUID, *, actor: Actor, now: datetime | None = None) -> TwinSession:
    """Take the controls of the copy again after a Stop; nobody else has to look at it."""
    at = now or clock.now()
    with transaction():
        kept = _own(_advance(_locked(session_id), at), actor)
        kept.stopped = False
        return _note(kept, actor, at, "Controls", None, "done")


def _locked(session_id: UUID) -> TwinSession:
    found = lock_rows(TwinSession, [session_id])
    return require_found(found[0] if found else None)


def _own(kept: TwinSession, actor: Actor) -> TwinSession:
    return require_found(kept if kept.person_id == actor.person_id else None)


def _model(kept: TwinSession, limits: dict[str, tuple[float, float]] | None) -> MachiningTwin:
    return MachiningTwin.load(kept.state, {name: Limits(*bounds) for name, bounds in (limits or {}).items()})


def _advance(kept: TwinSession, now: datetime) -> TwinSession:
    """Step on a grid of whole periods; after a long absence the copy goes on where it was, from now."""
    start = int(kept.stepped_at.timestamp() / PERIOD)
    end = int(now.timestamp() / PERIOD)
    if now - kept.stepped_at > LONGEST_ABSENCE:
        kept.stepped_at = now
        return kept
    if end <= start:
        return kept
    model, columns, times = _model(kept, None), {}, []  # type: ignore[var-annotated]
    for tick in range(start + 1, end + 1):
        model.advance(PERIOD)
        times.append(tick * PERIOD)
        for name, value in model.values().items():
            columns.setdefault(name, []).append(value)
    kept.state = model.dump()
    kept.stepped_at = datetime.fromtimestamp(end * PERIOD, now.tzinfo)
    block = {"times": times, "variables": columns, "period": PERIOD}
    first = datetime.fromtimestamp(times[0], now.tzinfo)
    db.session.add(TwinBlock(session_id=kept.id, first_at=first, last_at=kept.stepped_at, block=to_json(block)))
    db.session.flush()
    return kept


def _note(kept: TwinSession, actor: Actor, at: datetime, name: str, asked: Any, outcome: str) -> TwinSession:
    entry = {"at": at.timestamp(), "name": name, "asked": asked, "outcome": outcome}
    kept.log = [*kept.log, entry][-LOG_KEPT:]
    if kept.passed_at is None and twin_check(kept).passed:
        _pass(kept, actor, at)
    db.session.flush()
    return kept


def _pass(kept: TwinSession, actor: Actor, at: datetime) -> None:
    """The log shows all three things: one item of the qualification for this type of asset (L16)."""
    kept.passed_at = at
    asset = db.session.get_one(Asset, kept.asset_id)
    evidence = {"twin_session": str(kept.id), "model": MODEL_KEY, "version": MODEL_VERSION}
    grant_qualification(
        kept.person_id, asset.type_key, access=AccessClass.FREE, item=TWIN_CHECK, actor=actor, evidence=evidence
    )


def _problem(refused: TwinRefused) -> Problem:
    limits = refused.limits
    params = {"name": refused.name}
    if limits is not None:
        params |= {"low": f"{limits.low:g}", "high": f"{limits.high:g}"}
    passes = [limits.low, limits.high] if limits else None
    return Problem(
        f"X5-{refused.refusal.value}", Text(SENTENCES[refused.refusal].msgid, params), owner="live", passes=passes
    )
