"""One local day of a lab by resource: what is booked, its set-up and tear-down, blocks, what is held, and what is free."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import aliased, joinedload

from lift.core.db import Instants, db
from lift.labs.enums import BookingStatus, Purpose, ResourceKind
from lift.labs.models import Asset, Block, Booking, Claim, Lab, Resource, Unit
from lift.labs.policy.booking import next_on_step
from lift.labs.policy.rules import Rules, effective_rules
from lift.labs.policy.spans import ends, length, span
from lift.labs.policy.wallclock import day_bounds
from lift.labs.queries.claims import hold_is_over
from lift.labs.queries.time import asset_want, clipped, free_by_unit, open_ranges_near
from lift.people.models import Organisation, Person

SLOT = timedelta(hours=1)
ALWAYS_SHOWN = (ResourceKind.ASSET, ResourceKind.ROOM)
"""The rest has a row on days on which something is booked: trainers, seats at a twin."""


class ItemKind(StrEnum):
    """How an item is drawn."""

    BOOKED = "booked"
    RUNNING = "running"
    ASKED = "asked"
    BLOCK = "block"


@dataclass(frozen=True)
class Item:
    """Something in the day of a resource. ``during`` is what is visible, ``claimed`` what is taken."""

    kind: ItemKind
    during: Instants
    claimed: Instants
    title: str
    who: str = ""
    code: str = ""
    status: BookingStatus | None = None
    purpose: Purpose | None = None
    session_id: UUID | None = None


@dataclass(frozen=True)
class Slot:
    """A start that can be chosen, and how long may be booked from there."""

    start: datetime
    end: datetime
    most_minutes: int


@dataclass
class Row:
    """One resource's day. ``resource`` is None for what is not the lab's own: a trainer's time."""

    kind: ResourceKind
    name: str
    resource: Resource | None = None
    asset: Asset | None = None
    items: list[Item] = field(default_factory=list)
    slots: list[Slot] = field(default_factory=list)

    def now(self, now: datetime) -> Item | None:
        """What takes the resource at ``now``."""
        return next((item for item in self.items if item.claimed.contains(now)), None)

    def next(self, now: datetime) -> Item | None:
        """What takes it next."""
        return next((item for item in self.items if ends(item.claimed)[0] > now), None)


@dataclass(frozen=True)
class Day:
    """A lab's day. ``start`` and ``end``: what the timeline shows, whole hours around opening and bookings."""

    lab: Lab
    day: date
    whole: Instants
    start: datetime
    end: datetime
    open_ranges: Sequence[Instants]
    rows: Sequence[Row]

    @property
    def hides_hours(self) -> bool:
        """True where more is open than is shown."""
        shown = span(self.start, self.end)
        return any(not shown.contains(o.intersection(self.whole)) for o in self.open_ranges if o.overlaps(self.whole))

    @property
    def first_start(self) -> datetime | None:
        """When the first booking begins that begins on this day."""
        begins = [ends(item.during)[0] for item, _rows in self.bookings]
        return next((start for start in begins if self.whole.contains(start)), None)

    @property
    def bookings(self) -> list[tuple[Item, list[Row]]]:
        """Each booking of which something lies on this day (its set-up alone does not count), with its rows, by start."""
        rows: dict[str, list[Row]] = defaultdict(list)
        first: dict[str, Item] = {}
        for row in self.rows:
            for item in row.items:
                if item.code and item.during.overlaps(self.whole):
                    first.setdefault(item.code, item)
                    rows[item.code].append(row)
        return sorted(((item, rows[code]) for code, item in first.items()), key=lambda pair: ends(pair[0].during))


def lab_day(lab: Lab, day: date, now: datetime, *, all_hours: bool = False) -> Day:
    """A constant number of queries, however many assets and bookings."""
    whole = span(*day_bounds(day, lab.zone))
    rows = _resource_rows(lab)
    opening = open_ranges_near(lab.id, whole)
    _add_bookings(rows, lab, whole, now)
    _add_blocks(rows, lab, whole)
    _add_slots(rows, lab, whole, now)
    shown = [row for row in rows.values() if row.kind in ALWAYS_SHOWN or row.items]
    start, end = _shown_hours(whole, opening, shown, now, all_hours=all_hours)
    return Day(lab, day, whole, start, end, opening, shown)


def lab_week(lab: Lab, monday: date, now: datetime) -> Day:
    """Seven local days as one ``Day``, by the same queries; over a change of the clocks they last 167 or 169 hours."""
    start, end = day_bounds(monday, lab.zone)[0], day_bounds(monday + timedelta(days=6), lab.zone)[1]
    whole = span(start, end)
    rows = _resource_rows(lab)
    _add_bookings(rows, lab, whole, now)
    _add_blocks(rows, lab, whole)
    _add_slots(rows, lab, whole, now)
    shown = [row for row in rows.values() if row.kind in ALWAYS_SHOWN or row.items]
    return Day(lab, monday, whole, start, end, open_ranges_near(lab.id, whole), shown)


def _resource_rows(lab: Lab) -> dict[UUID, Row]:
    """Assets by name, then rooms, then seats at twins."""
    query = (
        sa.select(Resource)
        .where(Resource.lab_id == lab.id)
        .options(joinedload(Resource.units))
        .order_by(Resource.kind, Resource.name)
    )
    assets = {asset.id: asset for asset in lab.assets}
    found = {}
    for resource in db.session.scalars(query).unique():
        asset = assets.get(resource.asset_id) if resource.asset_id and resource.kind == ResourceKind.ASSET else None
        found[resource.id] = Row(resource.kind, asset.name if asset else resource.name, resource, asset)
    return found


def _add_bookings(rows: dict[UUID, Row], lab: Lab, whole: Instants, now: datetime) -> None:
    """Also adds a row for each trainer of a session in this lab."""
    holder, trainer = aliased(Person), aliased(Person)
    query = (
        sa.select(
            Claim.during.label("claimed"),
            Booking.during,
            Booking.title,
            Booking.code,
            Booking.status,
            Booking.purpose,
            Booking.session_id,
            Resource.id.label("resource_id"),
            Resource.kind,
            sa.func.coalesce(holder.name, Organisation.short_name).label("who"),
            sa.func.coalesce(trainer.name, Resource.name).label("row_name"),
        )
        .join(Claim.booking)
        .join(Claim.unit)
        .join(Unit.resource)
        .join(Organisation, Organisation.id == Booking.organisation_id)
        .outerjoin(holder, holder.id == Booking.holder_id)
        .outerjoin(trainer, trainer.id == Resource.person_id)
        .where(Booking.lab_id == lab.id, Claim.during.overlaps(whole), sa.not_(hold_is_over(now)))
        .order_by(Claim.during)
    )
    for row in db.session.execute(query):
        if row.kind == ResourceKind.PERSON and row.session_id is None:
            continue  # the holder's own time is no row of the lab
        if row.resource_id not in rows:
            rows[row.resource_id] = Row(row.kind, row.row_name)
        item = Item(
            kind=_kind_of(row.status, row.during, now), during=row.during.intersection(row.claimed), claimed=row.claimed,
            title=row.title, who=row.who, code=row.code, status=row.status, purpose=row.purpose,
            session_id=row.session_id,
        )  # fmt: skip
        rows[row.resource_id].items.append(item)


def _kind_of(status: BookingStatus, during: Instants, now: datetime) -> ItemKind:
    if status in (BookingStatus.HOLD, BookingStatus.PENDING):
        return ItemKind.ASKED
    return ItemKind.RUNNING if during.contains(now) else ItemKind.BOOKED


def _add_blocks(rows: dict[UUID, Row], lab: Lab, whole: Instants) -> None:
    query = sa.select(Block).where(Block.lab_id == lab.id, Block.removed_at.is_(None), Block.during.overlaps(whole))
    for block in db.session.scalars(query.order_by(Block.during)):
        for row in rows.values():
            if row.resource is not None and block.resource_id in (None, row.resource.id):
                row.items.append(Item(ItemKind.BLOCK, block.during, block.during, block.reason))


def _add_slots(rows: dict[UUID, Row], lab: Lab, whole: Instants, now: datetime) -> None:
    """What can be chosen with one click: each hour of free time, from its first start on the step."""
    assets = [(row, row.asset, row.resource) for row in rows.values() if row.asset and row.resource]
    wants = [asset_want(asset, resource, []) for _row, asset, resource in assets]
    free = free_by_unit(wants, lab, whole, now)
    for (row, asset, _resource), want in zip(assets, wants, strict=True):
        rules = effective_rules(asset)
        found = [slot for unit in want.unit_ids for w in free[unit] for slot in _slots_in(w, rules, lab, now)]
        row.slots = list({slot.start: slot for slot in sorted(found, key=lambda s: s.most_minutes)}.values())
        row.slots.sort(key=lambda slot: slot.start)


def _slots_in(window: Instants, rules: Rules, lab: Lab, now: datetime) -> list[Slot]:
    bookable = clipped(window, lab, rules, now)
    slots = []
    start, end = ends(bookable)
    start = next_on_step(start, rules.step_minutes, lab.zone)
    while start + timedelta(minutes=rules.min_minutes) <= end:
        until = min(next_on_step(start + timedelta(seconds=1), 60, lab.zone), end)
        most = min(rules.max_minutes, int((end - start) / timedelta(minutes=1)))
        slots.append(Slot(start, until, most - most % rules.step_minutes))
        start = next_on_step(until, rules.step_minutes, lab.zone)
    return slots


def _shown_hours(
    whole: Instants, opening: Sequence[Instants], rows: Sequence[Row], now: datetime, *, all_hours: bool
) -> tuple[datetime, datetime]:
    """Whole hours around what is open and taken. Where the lab is open all day, seven to nineteen and what lies beyond."""
    low, high = ends(whole)
    around_the_clock = any(o.contains(whole) for o in opening)
    if around_the_clock and all_hours:
        return low, high
    taken = [item.claimed for row in rows for item in row.items if item.kind != ItemKind.BLOCK]
    shown = taken if around_the_clock else [*opening, *taken]
    pieces = [p for p in (each.intersection(whole) for each in shown) if not p.isempty and length(p)]
    if around_the_clock or not pieces:
        pieces.append(span(low + timedelta(hours=7), low + timedelta(hours=19)))
    if whole.contains(now):
        pieces.append(span(now, min(now + timedelta(hours=2), high)))
    start, end = min(ends(p)[0] for p in pieces), max(ends(p)[1] for p in pieces)
    return start.replace(minute=0, second=0, microsecond=0), min(high, _next_hour(end))


def _next_hour(instant: datetime) -> datetime:
    full = instant.replace(minute=0, second=0, microsecond=0)
    return full if full == instant else full + timedelta(hours=1)
