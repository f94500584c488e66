"""Time taken away: a block of one resource or of a whole lab. Bookings in its way are displaced, never refused."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from lift.core import audit, clock, events
from lift.core.actor import Actor
from lift.core.db import Instants, db, transaction
from lift.core.errors import Conflict, NotFound, Problem, refuse_if, require, require_found
from lift.core.i18n import Text
from lift.core.locks import lock_rows
from lift.core.models import Tally
from lift.core.tallies import TallyKey, lock
from lift.labs import texts
from lift.labs.enums import BlockKind, BookingStatus, Release
from lift.labs.models import Block, Booking, Lab, Resource, Unit
from lift.labs.permissions import can_run_lab
from lift.labs.policy.quota import tally_keys
from lift.labs.queries.blocks import bookings_in_the_way, units_of
from lift.labs.services.claims import end_bookings


def block_resource(
    lab_id: UUID, resource_id: UUID | None, kind: BlockKind, during: Instants, reason: str, *, actor: Actor
) -> tuple[Block, list[Booking]]:
    """Block a resource of the lab (None: the whole lab). Returns the block and the bookings it displaced.

    Locks the same units as a booking, so one of the two sees the other.
    """
    with transaction() as session:
        now = clock.now()
        lab = _lab_run_by(actor, lab_id)
        refuse_if([] if reason.strip() else [Problem("B6", texts.BLOCK_NEEDS_REASON, lab.name, "reason")])
        if resource_id is not None and require_found(session.get(Resource, resource_id)).lab_id != lab_id:
            raise NotFound
        unit_ids = units_of(lab_id, resource_id)
        standing = bookings_in_the_way(unit_ids, during)
        locked = lock({key for booking in standing for key in tally_keys(booking)})
        lock_rows(Unit, unit_ids)
        if [b.id for b in bookings_in_the_way(unit_ids, during)] != [b.id for b in standing]:
            raise Conflict(Problem("changed", texts.CHANGED_MEANWHILE))  # its tallies are not locked: ask again
        block = Block(
            lab_id=lab_id, resource_id=resource_id, kind=kind, during=during, reason=reason, created_by=actor.person_id
        )
        session.add(block)
        session.flush()
        _displace(standing, reason, now, locked)
        audit.record(actor, "labs.block", "block", block.id, after={"kind": kind.value, "displaced": len(standing)})
        return block, list(standing)


def _displace(bookings: Sequence[Booking], reason: str, now: datetime, locked: dict[TallyKey, Tally]) -> None:
    lock_rows(Booking, [booking.id for booking in bookings])
    for booking in bookings:
        booking.reason = reason
    end_bookings(bookings, BookingStatus.DISPLACED, Release.DISPLACED, now, locked)
    for booking in bookings:
        events.announce("labs.booking_ended", booking_id=booking.id, status=BookingStatus.DISPLACED.value)


def remove_block(block_id: UUID, *, actor: Actor) -> Block:
    """The time is free again from now on. Removing twice changes nothing."""
    with transaction():
        block = require_found(db.session.get(Block, block_id))
        _lab_run_by(actor, block.lab_id)
        lock_rows(Block, [block_id])
        if block.removed_at is None:
            block.removed_at = clock.now()
            audit.record(actor, "labs.remove_block", "block", block_id)
        return block


def _lab_run_by(actor: Actor, lab_id: UUID) -> Lab:
    lab = require_found(db.session.get(Lab, lab_id))
    require(can_run_lab(actor, lab), Problem("R2", Text(texts.MAY_NOT_RUN, {"lab": lab.name}), owner=lab.name))
    return lab
