"""Time taken away: a block of a resource or a whole lab, or of many in one act. Bookings in its way are displaced.

Whoever is displaced is told with the reason and other times (``services.displaced``); when a block ends early, the old
time is offered back for a day.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa

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
from lift.labs.models import Block, Booking, Displacement, Lab, Resource, Unit
from lift.labs.permissions import can_run_lab
from lift.labs.policy.quota import tally_keys
from lift.labs.policy.spans import ends
from lift.labs.queries.blocks import Place, bookings_in_the_way, displaced_by, units_of
from lift.labs.services.claims import end_bookings
from lift.labs.texts import blocks as words

OFFERED_BACK = timedelta(hours=24)
"""How long the old time is offered to those who gave way (RULES, blocks)."""


def block_resource(
    lab_id: UUID, resource_id: UUID | None, kind: BlockKind, during: Instants, reason: str, *, actor: Actor
) -> tuple[Block, list[Booking]]:
    """Block a resource of the lab (None: the whole lab). Returns the block and the bookings it displaced."""
    blocks, displaced = block_places([(lab_id, resource_id)], kind, during, reason, actor=actor)
    return blocks[0], displaced


def block_places(
    places: Sequence[Place], kind: BlockKind, during: Instants, reason: str, *, actor: Actor
) -> tuple[list[Block], list[Booking]]:
    """One block a place, or none at all. Locks the same units as a booking, so one of the two sees the other."""
    with transaction() as session:
        labs = [_lab_run_by(actor, lab_id) for lab_id, _resource in places]
        refuse_if([] if reason.strip() else [Problem("B6", texts.BLOCK_NEEDS_REASON, labs[0].name, "reason")])
        for lab_id, resource_id in places:
            _require_of_lab(lab_id, resource_id)
        standing, locked = _locked_in_the_way([units_of(*place) for place in places], during)
        blocks = [
            Block(lab_id=lab, resource_id=what, kind=kind, during=during, reason=reason, created_by=actor.person_id)
            for lab, what in places
        ]
        session.add_all(blocks)
        session.flush()
        gone = {b.id: (b, block.id) for block, group in zip(blocks, standing, strict=True) for b in group}
        _displace(list(gone.values()), reason, clock.now(), locked)
        for block, group in zip(blocks, standing, strict=True):
            after = {"kind": kind.value, "displaced": len(group)}
            audit.record(actor, "labs.block", "block", block.id, after=after)
        return blocks, [booking for booking, _block in gone.values()]


def change_block(block_id: UUID, during: Instants, *, actor: Actor) -> tuple[Block, list[Booking]]:
    """Move, extend or shorten a block: who is newly in its way gives way, who no longer is gets the old time offered.

    Raises Conflict when it is over or was removed.
    """
    with transaction():
        now = clock.now()
        block = require_found(db.session.get(Block, block_id))
        _lab_run_by(actor, block.lab_id)
        (standing,), locked = _locked_in_the_way([units_of(block.lab_id, block.resource_id)], during)
        lock_rows(Block, [block_id])
        if block.removed_at is not None or ends(block.during)[1] <= now or block.kind == BlockKind.OUTSIDE:
            raise Conflict(Problem("changed", words.BLOCK_OVER))
        before, block.during = block.during, during
        _displace([(booking, block.id) for booking in standing], block.reason, now, locked)
        _offer_back(block, now, still=during)
        was, new = (dict(zip(("start", "end"), ends(each), strict=True)) for each in (before, during))
        audit.record(actor, "labs.change_block", "block", block_id, before=was, after=new)
        return block, list(standing)


def remove_block(block_id: UUID, *, actor: Actor) -> Block:
    """The time is free again from now on, and offered to those who gave way. Removing twice changes nothing."""
    with transaction():
        now = clock.now()
        block = require_found(db.session.get(Block, block_id))
        _lab_run_by(actor, block.lab_id)
        lock_rows(Block, [block_id])
        if block.removed_at is None:
            block.removed_at = now
            _offer_back(block, now)
            audit.record(actor, "labs.remove_block", "block", block_id)
        return block


def _locked_in_the_way(
    units: Sequence[Sequence[UUID]], during: Instants
) -> tuple[list[Sequence[Booking]], dict[TallyKey, Tally]]:
    """Bookings on each set of units, with their tallies and all units locked. Raises Conflict when they changed meanwhile."""
    standing = [bookings_in_the_way(each, during) for each in units]
    locked = lock({key for group in standing for booking in group for key in tally_keys(booking)})
    lock_rows(Unit, [unit for each in units for unit in each])
    now_there = [{b.id for b in bookings_in_the_way(each, during)} for each in units]
    if now_there != [{b.id for b in group} for group in standing]:
        raise Conflict(Problem("changed", texts.CHANGED_MEANWHILE))  # its tallies are not locked: ask again
    return standing, locked


def _displace(
    bookings: Sequence[tuple[Booking, UUID]], reason: str, now: datetime, locked: dict[TallyKey, Tally]
) -> None:
    """Each with the block it gives way to, in the order of the offers."""
    rows = [booking for booking, _block in bookings]
    lock_rows(Booking, [booking.id for booking in rows])
    for booking in rows:
        booking.reason = reason
    end_bookings(rows, BookingStatus.DISPLACED, Release.DISPLACED, now, locked)
    for booking, block_id in bookings:
        db.session.merge(Displacement(booking_id=booking.id, block_id=block_id, displaced_at=now, back_until=None))
        events.announce("labs.booking_ended", booking_id=booking.id, status=BookingStatus.DISPLACED.value)
        events.announce("labs.booking_displaced", booking_id=booking.id)


def _offer_back(block: Block, now: datetime, *, still: Instants | None = None) -> None:
    """Those displaced whose time lies ahead and outside ``still`` may have it back for a day, first come."""
    gone = {row.booking_id: row for row in displaced_by(block.id)}
    query = sa.select(Booking).where(Booking.id.in_(gone), Booking.status == BookingStatus.DISPLACED)
    for booking in db.session.scalars(query.order_by(Booking.session_id.is_(None), Booking.id)):
        if ends(booking.during)[0] > now and not (still and still.overlaps(booking.during)):
            gone[booking.id].back_until = now + OFFERED_BACK
            events.announce("labs.time_back", booking_id=booking.id)


def _require_of_lab(lab_id: UUID, resource_id: UUID | None) -> None:
    if resource_id is not None and require_found(db.session.get(Resource, resource_id)).lab_id != lab_id:
        raise NotFound


def _lab_run_by(actor: Actor, lab_id: UUID) -> Lab:
    lab = require_found(db.session.get(Lab, lab_id))
    require(can_run_lab(actor, lab), Problem("R2", Text(texts.MAY_NOT_RUN, {"lab": lab.name}), owner=lab.name))
    return lab
