"""Bookings by people: book, hold and confirm, move, cancel, put back.

Each verb: load, authorise, end the expired holds on what it needs (which locks tallies and units), judge, write, announce.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from lift.core import audit, clock, events
from lift.core.actor import Actor
from lift.core.db import Instants, db, transaction
from lift.core.errors import Conflict, Problem, Refused, refuse_if, require, require_found
from lift.core.i18n import At, Text
from lift.core.ids import short_code
from lift.core.locks import lock_rows
from lift.core.models import Tally
from lift.core.tallies import TallyKey, lock
from lift.labs import texts
from lift.labs.enums import BookingStatus, Purpose, Release
from lift.labs.models import Booking, Lab
from lift.labs.permissions import can_book, can_change_booking, can_run_lab, can_see_booking
from lift.labs.policy.plan import Plan
from lift.labs.policy.quota import tally_keys
from lift.labs.policy.rules import effective_rules
from lift.labs.policy.spans import ends, span
from lift.labs.policy.wants import Choice
from lift.labs.queries.bookings import booking_by_code, resources_held
from lift.labs.queries.time import assets_with_labs
from lift.labs.services.claims import claim_units, end_bookings, end_expired_holds, release_claims
from lift.labs.services.overrides import note_waived, waiver_of
from lift.labs.services.plans import Unfit, judged, plan_again, plan_for, tells_nearest

GRACE = timedelta(minutes=15)
"""After booking, cancelling is in time even inside the free period (RULES, cancelling)."""

FIRST_YEAR, LAST_YEAR = 2000, 2199  # outside, calendars and time zones stop to mean anything

CHANGEABLE = (BookingStatus.CONFIRMED, BookingStatus.PENDING)
CANCELLED = (BookingStatus.CANCELLED_IN_TIME, BookingStatus.CANCELLED_LATE)


@dataclass(frozen=True)
class BookingRequest:
    """Assets of one lab for one time. ``holder_id``: whose own time is booked with them, None for nobody's."""

    asset_ids: tuple[UUID, ...]
    start: datetime
    end: datetime
    purpose: Purpose = Purpose.TRAINING
    title: str = ""
    note: str = ""
    holder_id: UUID | None = None


@tells_nearest
def book_assets(request: BookingRequest, *, actor: Actor, override: str = "") -> Booking:
    """A confirmed booking of all assets or of none. Raises Refused with every problem and the nearest free starts.

    ``override``: why staff waives what staff may waive; each waived refusal is listed to the lab's managers.
    """
    return _book(request, actor, BookingStatus.CONFIRMED, override)


@tells_nearest
def hold_bundle(request: BookingRequest, *, actor: Actor) -> Booking:
    """As ``book_assets``, only held: for as long as the rule ``hold_minutes`` says, until ``confirm_hold``."""
    return _book(request, actor, BookingStatus.HOLD)


def _book(request: BookingRequest, actor: Actor, status: BookingStatus, override: str = "") -> Booking:
    with transaction() as session:
        now = clock.now()
        during = _time(request.start, request.end)
        plan = plan_for(request.asset_ids, [during], person_ids=[request.holder_id] if request.holder_id else [])
        _require_may_book(actor, plan)
        plan = replace(plan, counted_for=(actor.organisation_id or plan.lab.organisation_id, request.holder_id))
        keys = plan.keys_at(request.start)
        locked = end_expired_holds(plan.unit_ids, now, counted=(*keys, *plan.guards))
        waiver = waiver_of(actor, plan.lab, override)
        verdict = judged(plan, now, {key: locked[key].count for key in keys}, waiver)
        booking = _new_booking(request, plan, status, actor, now)
        session.add(booking)
        take(booking, plan, verdict.choices, locked)
        note_waived(booking, verdict.waived, override, actor)
        audit.record(actor, "labs.book", "booking", booking.id, after=kept(booking))
        return booking


def confirm_hold(code: str, *, actor: Actor) -> Booking:
    """A hold becomes a booking while it lives. Raises Refused when it is over, Conflict when it is no hold any more."""
    with transaction():
        booking = changeable_by(actor, code)
        lock_rows(Booking, [booking.id])
        if booking.status != BookingStatus.HOLD or booking.expires_at is None:
            raise Conflict(Problem("holds", texts.CHANGED_MEANWHILE))
        over = At(booking.expires_at, booking.lab.zone)
        refuse_if([Problem("holds", Text(texts.HOLD_OVER, {"at": over}))] if booking.expires_at <= clock.now() else [])
        booking.status, booking.expires_at = BookingStatus.CONFIRMED, None
        audit.record(actor, "labs.confirm_hold", "booking", booking.id)
        return booking


@tells_nearest
def move_booking(code: str, start: datetime, end: datetime, *, actor: Actor, override: str = "") -> Booking:
    """The same resources at another time, judged as a new booking; when refused, the old one stays untouched."""
    with transaction() as session:
        now = clock.now()
        booking = changeable_by(actor, code)
        during = _time(start, end)
        plan = plan_again(booking, during)
        old = set(tally_keys(booking))
        new = plan.keys_at(start)
        locked = end_expired_holds(plan.unit_ids, now, counted=old | {*new, *plan.guards})
        lock_unchanged(booking, old)
        refuse_unless(booking, CHANGEABLE, now)
        counts = {key: locked[key].count - (key in old) for key in new}
        verdict = judged(plan, now, counts, waiver_of(actor, plan.lab, override))
        before = kept(booking)
        count(locked, old, -1)
        release_claims([booking.id], Release.MOVED)
        booking.during = during
        booking.sequence += 1
        take(booking, plan, verdict.choices, locked)
        session.flush()
        note_waived(booking, verdict.waived, override, actor)
        audit.record(actor, "labs.move", "booking", booking.id, before=before, after=kept(booking))
        return booking


def cancel_booking(code: str, *, actor: Actor, reason: str = "") -> Booking:
    """Give a booking back, once. In time or late by the rules; when the lab takes it from somebody else, displaced."""
    with transaction():
        now = clock.now()
        booking = changeable_by(actor, code)
        keys = set(tally_keys(booking))
        locked = lock(keys)
        lock_unchanged(booking, keys)
        refuse_unless(booking, (*CHANGEABLE, BookingStatus.HOLD), now)
        displaced = actor.person_id not in (booking.holder_id, booking.created_by) and can_run_lab(actor, booking.lab)
        refuse_if([Problem("cancel", texts.BLOCK_NEEDS_REASON, field="reason")] if displaced and not reason else [])
        status = BookingStatus.DISPLACED if displaced else _cancelled_as(booking, now)
        booking.reason = reason or None
        end_bookings([booking], status, Release.DISPLACED if displaced else Release.CANCELLED, now, locked)
        audit.record(actor, "labs.cancel", "booking", booking.id, after={"status": status}, reason=reason or None)
        events.announce("labs.booking_ended", booking_id=booking.id, status=status.value)
        if displaced:
            events.announce("labs.booking_displaced", booking_id=booking.id)
        return booking


@tells_nearest
def restore_booking(code: str, *, actor: Actor) -> Booking:
    """Undo a cancelling: the same booking at its old time, if that is still free and allowed."""
    with transaction() as session:
        now = clock.now()
        booking = changeable_by(actor, code)
        plan = plan_again(booking, booking.during)
        keys = tally_keys(booking)
        locked = end_expired_holds(plan.unit_ids, now, counted=(*keys, *plan.guards))
        lock_unchanged(booking, set(keys))
        refuse_if([] if booking.status in CANCELLED else [Problem("undo", texts.NOT_CANCELLED)])
        choices = judged(plan, now, {key: locked[key].count for key in keys}).choices
        booking.status, booking.ended_at, booking.reason = BookingStatus.CONFIRMED, None, None
        booking.sequence += 1
        take(booking, plan, choices, locked)
        session.flush()
        audit.record(actor, "labs.restore", "booking", booking.id, after=kept(booking))
        return booking


def _new_booking(request: BookingRequest, plan: Plan, status: BookingStatus, actor: Actor, now: datetime) -> Booking:
    hold_ends = now + timedelta(minutes=plan.rules.hold_minutes)
    return Booking(
        code=short_code(8),
        lab=plan.lab,
        lab_id=plan.lab.id,
        organisation_id=actor.organisation_id or plan.lab.organisation_id,
        holder_id=request.holder_id,
        title=request.title,
        purpose=request.purpose,
        note=request.note,
        status=status,
        during=plan.during,
        expires_at=hold_ends if status == BookingStatus.HOLD else None,
        created_by=actor.person_id,
    )


def _time(start: datetime, end: datetime) -> Instants:
    refuse_if([Problem("B1", texts.ENDS_BEFORE_START, field="minutes")] if start >= end else [])
    refuse_if(
        [Problem("B3", texts.NO_SUCH_YEAR, field="start")] if start.year < FIRST_YEAR or end.year > LAST_YEAR else []
    )
    return span(start, end)


def _require_may_book(actor: Actor, plan: Plan) -> None:
    allowed = all(can_book(actor, plan.lab, members_book=effective_rules(asset).members_book) for asset in plan.assets)
    require(allowed, Problem("R2", Text(texts.MAY_NOT_BOOK, {"lab": plan.lab.name}), owner=plan.lab.name))


def changeable_by(actor: Actor, code: str) -> Booking:
    """The booking: 404 for strangers, 403 for those who may only look, refused when a session holds it."""
    booking = require_found(booking_by_code(code))
    require_found(booking if can_see_booking(actor, booking) else None)
    lab: Lab = booking.lab
    may = Problem("R2", Text(texts.MAY_NOT_CHANGE, {"lab": lab.name}), owner=lab.name)
    require(can_change_booking(actor, booking), may)
    refuse_if([Problem("session", texts.SESSION_HOLDS_IT, owner=lab.name)] if booking.session_id else [])
    return booking


def lock_unchanged(booking: Booking, keys: set[TallyKey]) -> None:
    """Lock the booking last; when it moved to another week since it was read, its tallies are not the locked ones."""
    lock_rows(Booking, [booking.id])
    if set(tally_keys(booking)) != keys:
        raise Conflict(Problem("changed", texts.CHANGED_MEANWHILE))


def refuse_unless(booking: Booking, states: Iterable[BookingStatus], now: datetime) -> None:
    if booking.status == BookingStatus.ACTIVE or (booking.status in states and ends(booking.during)[0] <= now):
        raise Refused(Problem("cancel", texts.HAS_BEGUN, owner=booking.lab.name))
    if booking.status not in states:
        raise Conflict(Problem("changed", Text(texts.BOOKING_OVER), owner=booking.lab.name))


def take(booking: Booking, plan: Plan, choices: list[Choice], locked: dict[TallyKey, Tally]) -> None:
    """Count and claim; a claim that the constraint refuses is told like any other, with the nearest free starts."""
    count(locked, tally_keys(booking), 1)
    db.session.flush()
    try:
        claim_units(booking, choices)
    except Refused as refused:
        raise Unfit(refused.problems, plan) from refused


def count(locked: dict[TallyKey, Tally], keys: Iterable[TallyKey], n: int) -> None:
    for key in keys:
        locked[key].count += n


def _cancelled_as(booking: Booking, now: datetime) -> BookingStatus:
    """In time up to and at the limit, and for a quarter of an hour after booking."""
    start, _ = ends(booking.during)
    assets = assets_with_labs([r.asset_id for r in resources_held(booking) if r.asset_id])
    limit = timedelta(minutes=max((effective_rules(a).free_cancel_minutes for a in assets), default=0))
    in_time = now <= start - limit or now <= booking.created_at + GRACE
    return BookingStatus.CANCELLED_IN_TIME if in_time else BookingStatus.CANCELLED_LATE


def kept(booking: Booking) -> dict[str, object]:
    start, end = ends(booking.during)
    return {"start": start, "end": end, "status": booking.status.value, "lab": booking.lab_id}
