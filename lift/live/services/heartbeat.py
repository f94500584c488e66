"""A gateway's heartbeat: what it says goes into the database, what it must know comes out of the database."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from lift.core import redis
from lift.core.db import after_commit, db, transaction
from lift.core.errors import Forbidden, Problem
from lift.core.locks import lock_rows
from lift.edge.contract import (
    GRANT_LIFE,
    HEARTBEAT,
    LINK_LOST,
    AssetReport,
    CommandClaims,
    GrantClaims,
    GrantLevel,
    Heartbeat,
    HeartbeatAnswer,
    StopKind,
    StopOrder,
)
from lift.live import queries, texts
from lift.live.models import AssetLink, Command, ControlGrant, Gateway, GatewayCursor, Stop
from lift.live.queries.door import Door
from lift.live.services import signing
from lift.live.services.answers import take_answers
from lift.live.services.grants import DRIVING, EndReason, end_grants, end_lost_grants
from lift.live.services.told import note, tell_pages


def answer_heartbeat(door: Door, beat: Heartbeat) -> HeartbeatAnswer:
    """Take over what the gateway reports and tell it all that stands. Raises Forbidden for a second live session."""
    with transaction():
        hold_session(door, beat.store, version=beat.gateway_version, offset=_wall_offset(door, beat))
        _end_after_silence(door)
        _take_reports(door, beat)
        take_answers(door, beat.answers)
        _take_stops_reached(door, beat)
        ended = end_lost_grants(list(door.assets.values()), door.now)
        for asset_id in {row.asset_id for row in ended}:
            tell_pages(door.key_of(asset_id), "controls")
        return _what_stands(door, beat)


def hold_session(door: Door, store: str, *, version: str | None = None, offset: float | None = None) -> None:
    """One live session per gateway: a store never seen before takes over, a known one only from a lost session."""
    known = sa.exists().where(GatewayCursor.gateway_id == door.gateway_id, GatewayCursor.store_id == store)
    lost = Gateway.last_seen_at < door.now - timedelta(seconds=LINK_LOST)
    values: dict[str, Any] = {"last_seen_at": door.now, "store_id": store}
    if version is not None:
        values |= {"version": version, "clock_offset": offset}
    held = db.session.execute(
        sa.update(Gateway)
        .where(Gateway.id == door.gateway_id, Gateway.revoked_at.is_(None))
        .where(sa.or_(Gateway.store_id.is_(None), Gateway.store_id == store, ~known, lost))
        .values(**values)
        .returning(Gateway.id)
        .execution_options(synchronize_session=False)
    ).scalar_one_or_none()
    if held is None:
        raise Forbidden(Problem("X11", texts.SECOND_SESSION, owner="live"))
    if store != door.store_id:
        start = insert(GatewayCursor).values(gateway_id=door.gateway_id, store_id=store, last_sequence=0)
        db.session.execute(start.on_conflict_do_nothing())


def _wall_offset(door: Door, beat: Heartbeat) -> float:
    """Seconds that the gateway's wall clock is ahead: as it measured itself, else as the message arrived."""
    return beat.clock_offset if beat.clock_offset is not None else beat.sent_at - door.now.timestamp()


def _end_after_silence(door: Door) -> None:
    """The gateway was lost for so long that it made its machines safe: nobody drives on as if nothing had been."""
    if door.last_seen_at is not None and door.now - door.last_seen_at > timedelta(seconds=LINK_LOST):
        lock_rows(AssetLink, door.assets.values())  # links before grants, as everywhere
        mine = sa.and_(ControlGrant.asset_id.in_(list(door.assets.values())), ControlGrant.level.in_(DRIVING))
        end_grants(mine, EndReason.GATEWAY_LOST, door.now)


def _is_old(door: Door, beat: Heartbeat) -> bool:
    """Held up on the way for longer than a beat, say before a server that just started: its report is history."""
    if beat.clock_offset is None:
        return False
    return door.now.timestamp() - (beat.sent_at - beat.clock_offset) > 2 * HEARTBEAT


def _take_reports(door: Door, beat: Heartbeat) -> None:
    if _is_old(door, beat):
        return
    before = queries.door.reports_of(list(door.assets.values()))
    for report in beat.assets:
        asset_id = door.assets.get(report.asset)
        if asset_id is not None:
            _take_report(door, asset_id, report, before.get(asset_id, {}))


def _take_report(door: Door, asset_id: UUID, report: AssetReport, before: dict[str, Any]) -> None:
    values = report.model_dump(mode="json")
    db.session.execute(
        sa.update(AssetLink)
        .where(AssetLink.asset_id == asset_id, AssetLink.gateway_id == door.gateway_id)
        .values(report=values, reported_at=door.now)
        .execution_options(synchronize_session=False)
    )
    _note_changes(report.asset, asset_id, before, values)
    now = door.now.timestamp()
    after_commit(lambda: redis.publish(f"asset:{report.asset}", "report", {"at": now, "report": values}))


def _note_changes(asset_key: str, asset_id: UUID, before: dict[str, Any], after: dict[str, Any]) -> None:
    """Whatever a person would want to read in the list of events, seen from one report to the next."""
    grant = before.get("driver_grant")
    if grant and not after["driver_grant"] and after["safe"]:
        bench = db.session.scalar(sa.select(ControlGrant.bench_id).where(ControlGrant.id == UUID(grant)))
        note("safe_state", asset_id, bench, grant=grant)
    whole = before.get("link") and after["link"]  # while the machine is away nothing else of it is news
    changed = [
        field
        for field in ("emergency_stop", "interlock_ok", "link", "item_state")
        if before and before.get(field) != after[field] and (whole or field == "link")
    ]
    for field in changed:
        note(field, asset_id, was=before.get(field), now=after[field])
    if changed:
        tell_pages(asset_key, "state")


def _take_stops_reached(door: Door, beat: Heartbeat) -> None:
    ids = [found for text in beat.stops_reached if (found := as_uuid(text))]
    if not ids:
        return
    reached = db.session.execute(
        sa.update(Stop)
        .where(Stop.id.in_(ids), Stop.asset_id.in_(list(door.assets.values())), Stop.reached_at.is_(None))
        .values(reached_at=door.now)
        .returning(Stop.asset_id, Stop.bench_id, Stop.id)
        .execution_options(synchronize_session=False)
    ).all()
    for row in reached:
        note("stop_reached", row.asset_id, row.bench_id, stop=str(row.id))
        tell_pages(door.key_of(row.asset_id), "stops")


def _what_stands(door: Door, beat: Heartbeat) -> HeartbeatAnswer:
    assets = list(door.assets.values())
    held = [found for text in beat.stops_held if (found := as_uuid(text))]
    return HeartbeatAnswer(
        platform_time=door.now.timestamp(),
        grants=tuple(_grant(door, grant) for grant in queries.door.live_grants(assets)),
        revoked=tuple(str(grant) for grant in queries.door.ended_grants(assets, door.now)),
        stops=tuple(_order(door, stop) for stop in queries.door.stops_for(assets, held)),
        commands=tuple(_command(door, command) for command in queries.door.open_commands(assets)),
        keys=signing.jwks(),
        expected_sequence=queries.door.last_sequence(door.gateway_id, beat.store) + 1,
    )


def _grant(door: Door, grant: ControlGrant) -> str:
    """Freshly signed for 15 s at most; its counter is the platform's clock in milliseconds, so it never falls."""
    now = door.now.timestamp()
    claims = GrantClaims(
        id=str(grant.id),
        asset=door.key_of(grant.asset_id),
        person=str(grant.person_id),
        bench=str(grant.bench_id),
        level=GrantLevel(grant.level.value),
        booking=str(grant.booking_id),
        counter=int(now * 1000),
        not_before=now - 1.0,
        expires_at=min(now + GRANT_LIFE, grant.until.timestamp()),
    )
    return signing.signed_grant(claims)


def _order(door: Door, stop: Stop) -> StopOrder:
    kind = StopKind(stop.kind.value)
    return StopOrder(
        id=str(stop.id),
        asset=door.key_of(stop.asset_id),
        kind=kind,
        latched=kind is StopKind.lab_stop,
        released=stop.released_at is not None,
    )


def _command(door: Door, command: Command) -> str:
    claims = CommandClaims(
        id=str(command.id),
        grant=str(command.grant_id),
        asset=door.key_of(command.asset_id),
        action=command.action or "set",
        variable=command.variable,
        value=command.value.get("v"),
        counter=command.counter,
        deadline=command.deadline.timestamp(),
    )
    return signing.signed_command(claims)


def as_uuid(text: str) -> UUID | None:
    """The id, or None for text that is none of ours."""
    try:
        return UUID(text)
    except ValueError:
        return None
