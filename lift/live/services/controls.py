"""Who drives: taken, handed back, given, taken away. One driver per asset by the database's own constraint.

Where stops are judged, the asset's link is locked first, as a stop does it, and the grants after it: so no grant is
born under a stop that is being pressed, and the two never wait for each other.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from lift.core import audit
from lift.core.actor import Actor
from lift.core.db import db, savepoint, transaction
from lift.core.errors import Problem, Refused, refuse_if, require, require_found
from lift.core.i18n import Text
from lift.core.locks import lock_rows
from lift.labs.enums import AccessClass
from lift.live import permissions, policy, queries, texts
from lift.live.enums import BenchMode, GrantLevel, StopKind
from lift.live.models import AssetLink, Bench, ControlGrant
from lift.live.permissions import BenchRight
from lift.live.queries.bench import Place
from lift.live.services.benches import own_bench
from lift.live.services.grants import DRIVING, EndReason, end_grants, end_lost_grants
from lift.live.services.stops import release_stops
from lift.live.services.told import note, tell_all


def take_controls(bench_id: UUID, *, actor: Actor, right: BenchRight) -> ControlGrant:
    """The person takes the controls of a machine that nobody drives. Taking them twice is once.

    Raises Forbidden (not one's bench, neither on the booking nor its trainer), Refused (with every reason and the
    computer copy as a way on).
    """
    with transaction():
        bench = own_bench(bench_id, actor)
        require(permissions.can_drive(right), Problem("X6", texts.WATCH_ONLY, owner="training"))
        place = require_found(queries.bench.place_of(bench.booking_id, bench.asset_id))
        lock_rows(AssetLink, [bench.asset_id])
        now = queries.bench.platform_now()
        end_lost_grants([bench.asset_id], now)
        mine = queries.bench.driving_grant(bench.id)
        if mine is not None:
            return mine
        refuse_if([*right.missing, *driving_problems(place, right, now)])
        return _grant(bench, place, now, given_by=None, actor=actor)


def hand_back(bench_id: UUID, *, actor: Actor) -> None:
    """The driver lets go; the machine goes to its safe state."""
    with transaction():
        bench = own_bench(bench_id, actor)
        if end_grants(ControlGrant.bench_id == bench.id, EndReason.HANDED_BACK, queries.bench.platform_now()):
            audit.record(actor, "live.controls_handed_back", "bench", bench.id)
            tell_all(bench.asset_id, "controls")


def take_back(asset_id: UUID, *, actor: Actor, right: BenchRight) -> int:
    """A trainer or the lab takes the controls from whoever has them (X10). Returns how many grants ended."""
    with transaction():
        require(permissions.can_supervise(right), Problem("T4", texts.ONLY_SUPERVISORS, owner="training"))
        driving = sa.and_(ControlGrant.asset_id == asset_id, ControlGrant.level.in_(DRIVING))
        ended = end_grants(driving, EndReason.TAKEN_BACK, queries.bench.platform_now())
        for row in ended:
            audit.record(actor, "live.controls_taken_back", "bench", row.bench_id)
        tell_all(asset_id, "controls")
        return len(ended)


def give_controls(bench_id: UUID, *, actor: Actor, right: BenchRight, right_of_person: BenchRight) -> ControlGrant:
    """A trainer gives the controls to the person of this bench; after a Stop that is how they come back (X9).

    ``right`` is the trainer's, ``right_of_person`` that of whom the bench belongs to. A lab stop stays.
    """
    with transaction():
        require(permissions.can_supervise(right), Problem("T4", texts.ONLY_SUPERVISORS, owner="training"))
        bench = require_found(queries.bench.bench_of(bench_id))
        if bench.closed_at is not None:
            raise Refused(Problem("live-bench", texts.BENCH_CLOSED, owner="live"))
        require(permissions.can_drive(right_of_person), Problem("X6", texts.THEY_WATCH_ONLY, owner="training"))
        place = require_found(queries.bench.place_of(bench.booking_id, bench.asset_id))
        lock_rows(AssetLink, [bench.asset_id])
        now = queries.bench.platform_now()
        release_stops(bench.asset_id, StopKind.STOP, actor, now)
        end_lost_grants([bench.asset_id], now)
        mine = queries.bench.driving_grant(bench.id)
        if mine is not None:
            return mine
        beside = replace(right_of_person, has_trainer=True)
        refuse_if([*beside.missing, *driving_problems(place, beside, now)])
        others = sa.and_(ControlGrant.asset_id == bench.asset_id, ControlGrant.level.in_(DRIVING))
        end_grants(others, EndReason.TAKEN_BACK, now)
        return _grant(bench, place, now, given_by=actor.person_id, actor=actor)


def driving_problems(place: Place, right: BenchRight, now: datetime) -> list[Problem]:
    """Everything about booking, class and machine that stands against driving now."""
    link = queries.bench.link_of(place.asset.id)
    stops = queries.bench.standing_stops(place.asset.id)
    return [
        *policy.booking_problems(place.booking, place.lab.zone, now),
        *policy.class_problems(place.asset, right),
        *policy.asset_problems(place.asset, link.report, link.seen_at, stops, place.lab.zone, now),
    ]


def _grant(bench: Bench, place: Place, now: datetime, *, given_by: UUID | None, actor: Actor) -> ControlGrant:
    supervised = place.asset.access is AccessClass.SUPERVISED
    grant = ControlGrant(
        asset_id=bench.asset_id,
        bench_id=bench.id,
        booking_id=bench.booking_id,
        person_id=bench.person_id,
        level=GrantLevel.SUPERVISED if supervised else GrantLevel.DRIVE,
        given_by=given_by,
        began_at=now,
        until=place.booking.during.upper,
    )
    try:
        with savepoint():
            db.session.add(grant)
            db.session.flush()
    except IntegrityError as error:
        raise Refused(_driven(bench.asset_id)) from error
    bench.mode = BenchMode.ASSET
    note("controls_taken", bench.asset_id, bench.id, name=queries.bench.person_name(bench.person_id))
    audit.record(
        actor, "live.controls_taken", "control_grant", grant.id, after={"bench": bench.id, "until": grant.until}
    )
    tell_all(bench.asset_id, "controls")
    return grant


def _driven(asset_id: UUID) -> Problem:
    driver = queries.bench.driver_of(asset_id)
    return Problem("X6", Text(texts.DRIVEN_BY.msgid, {"name": driver[1] if driver else "?"}), owner="training")
