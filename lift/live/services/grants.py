"""Grants end for good, by state: whoever looks first (heartbeat, clockwork, verb) ends what is over."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

import sqlalchemy as sa

from lift.core.db import db
from lift.edge.contract import LINK_LOST
from lift.labs.enums import BookingStatus
from lift.labs.models import Booking
from lift.live.enums import GrantLevel
from lift.live.models import AssetLink, Bench, ControlGrant, Gateway, Stop
from lift.live.services.told import note

BROWSER_SILENT = timedelta(seconds=6)  # the page beats every 2 s; with the gateway's own 2 s this stays below 10 s
DRIVING = (GrantLevel.DRIVE, GrantLevel.SUPERVISED)
RUNNING = (BookingStatus.CONFIRMED, BookingStatus.ACTIVE)


class Driven(NamedTuple):
    """A bench that had the controls of an asset."""

    asset_id: UUID
    bench_id: UUID


class EndReason(StrEnum):
    """Why a grant ended."""

    HANDED_BACK = "handed_back"
    TAKEN_BACK = "taken_back"
    STOPPED = "stopped"
    BOOKING_OVER = "booking_over"
    BROWSER_SILENT = "browser_silent"
    GATEWAY_LOST = "gateway_lost"
    BENCH_CLOSED = "bench_closed"
    SIGNED_OUT = "signed_out"
    TO_TWIN = "to_twin"


def end_grants(where: sa.ColumnElement[bool], reason: EndReason, now: datetime) -> list[Driven]:
    """End every live grant that matches; each end stands in the list of events. Returns those that drove."""
    ended = db.session.execute(
        sa.update(ControlGrant)
        .where(ControlGrant.ended_at.is_(None), where)
        .values(ended_at=now, end_reason=reason)
        .returning(ControlGrant.asset_id, ControlGrant.bench_id, ControlGrant.level)
        .execution_options(synchronize_session=False)
    ).all()
    driven = [Driven(row.asset_id, row.bench_id) for row in ended if row.level in DRIVING]
    for row in driven:
        note("controls_ended", row.asset_id, row.bench_id, reason=reason.value)
    return driven


def end_lost_grants(assets: Sequence[UUID], now: datetime) -> list[Driven]:
    """End the grants on these assets that lost what they stand on: booking, browser, or a stop that was pressed."""
    mine = ControlGrant.asset_id.in_(assets)
    over = sa.or_(ControlGrant.until <= now, ~_booking_runs(now))
    stopped = sa.exists().where(Stop.asset_id == ControlGrant.asset_id, Stop.released_at.is_(None))
    driving = ControlGrant.level.in_(DRIVING)
    closed = sa.exists().where(Bench.id == ControlGrant.bench_id, Bench.closed_at.is_not(None))
    silent = sa.exists().where(
        Bench.id == ControlGrant.bench_id, sa.func.coalesce(Bench.seen_at, Bench.opened_at) < now - BROWSER_SILENT
    )
    cases = (
        (over, EndReason.BOOKING_OVER),
        (closed, EndReason.BENCH_CLOSED),
        (sa.and_(driving, stopped), EndReason.STOPPED),
        (sa.and_(driving, silent), EndReason.BROWSER_SILENT),
    )
    if not has_live_grants(assets):
        return []
    return [row for case, reason in cases for row in end_grants(sa.and_(mine, case), reason, now)]


def end_grants_of_lost_gateways(now: datetime) -> list[Driven]:
    """Such a machine is safe already; the controls are taken so that somebody looks before it runs on."""
    lost = sa.exists().where(
        AssetLink.asset_id == ControlGrant.asset_id,
        Gateway.id == AssetLink.gateway_id,
        sa.func.coalesce(Gateway.last_seen_at, Gateway.created_at) < now - timedelta(seconds=LINK_LOST),
    )
    return end_grants(sa.and_(ControlGrant.level.in_(DRIVING), lost), EndReason.GATEWAY_LOST, now)


def has_live_grants(assets: Sequence[UUID]) -> bool:
    """Cheap question before the updates, asked at every heartbeat."""
    query = sa.select(ControlGrant.id).where(ControlGrant.asset_id.in_(assets), ControlGrant.ended_at.is_(None))
    return db.session.scalar(query.limit(1)) is not None


def _booking_runs(now: datetime) -> sa.ColumnElement[bool]:
    return sa.exists().where(
        Booking.id == ControlGrant.booking_id,
        Booking.status.in_(RUNNING),
        sa.func.lower(Booking.during) <= now,
        sa.func.upper(Booking.during) > now,
    )
