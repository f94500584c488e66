"""More time for a booking that runs: granted only if all that it holds is free, set-up and tear-down included (L5)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from lift.core import audit, clock
from lift.core.actor import Actor
from lift.core.db import Instants, transaction
from lift.core.errors import Conflict, Problem, Refused, refuse_if, require_found
from lift.core.i18n import Text
from lift.core.locks import lock_rows
from lift.labs import texts
from lift.labs.enums import Release
from lift.labs.models import Booking
from lift.labs.policy.plan import Plan
from lift.labs.policy.spans import ends, hull, span
from lift.labs.policy.wants import Choice
from lift.labs.queries.bookings import LIVE, booking_by_id, units_held
from lift.labs.services.bookings import changeable_by
from lift.labs.services.claims import claim_units, end_expired_holds, release_claims
from lift.labs.services.plans import Unfit, judged_for_session, judged_longer, plan_again, tells_nearest


@tells_nearest
def extend_booking(code: str, minutes: int, *, actor: Actor) -> Booking:
    """The booking goes on for ``minutes``, on the same units. Raises Refused with every problem; then nothing changes."""
    with transaction():
        booking = changeable_by(actor, code)
        start, end = ends(booking.during)
        plan = _on_held_units(plan_again(booking, span(start, end + timedelta(minutes=minutes))))
        now = clock.now()
        end_expired_holds(plan.unit_ids, now, counted=plan.guards)
        _lock_running(booking, booking.during)
        refuse_if([] if start <= now < end else [Problem("L5", Text(texts.NOT_RUNNING), owner=booking.lab.name)])
        return _extended(booking, plan, judged_longer(plan, now).choices, actor)


@tells_nearest
def extend_for_session(booking_id: UUID, parts: Sequence[Instants], *, actor: Actor) -> Booking:
    """A session's booking gets these parts. The caller, a verb of training in its transaction, authorised the actor."""
    with transaction():
        booking = require_found(booking_by_id(booking_id))
        plan = _on_held_units(plan_again(booking, *parts))
        now = clock.now()
        end_expired_holds(plan.unit_ids, now)
        _lock_running(booking, booking.during)
        return _extended(booking, plan, judged_for_session(plan, now).choices, actor)


def _on_held_units(plan: Plan) -> Plan:
    """People stay at the machine at which they are, also where a resource has several."""
    held = units_held(plan.but) if plan.but else set()
    wants = [replace(want, unit_ids=tuple(unit for unit in want.unit_ids if unit in held)) for want in plan.wants]
    return replace(plan, wants=wants)


def _lock_running(booking: Booking, seen: Instants) -> None:
    """Lock the booking last. Raises Conflict when it ended or moved since it was read."""
    lock_rows(Booking, [booking.id])
    if booking.status not in LIVE:
        raise Conflict(Problem("changed", Text(texts.BOOKING_OVER), owner=booking.lab.name))
    if booking.during != seen:
        raise Conflict(Problem("changed", texts.CHANGED_MEANWHILE))


def _extended(booking: Booking, plan: Plan, choices: list[Choice], actor: Actor) -> Booking:
    before = ends(booking.during)[1]
    release_claims([booking.id], Release.MOVED)
    booking.during = hull(plan.parts)
    booking.sequence += 1
    try:
        claim_units(booking, choices)
    except Refused as refused:
        raise Unfit(refused.problems, plan) from refused
    after = ends(booking.during)[1]
    audit.record(actor, "labs.extend", "booking", booking.id, before={"end": before}, after={"end": after})
    return booking
