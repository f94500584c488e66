"""The catalogue of sessions: what a visitor or a firm may choose from, filtered, with counts for the rail (V1, V8).

Nothing of a person leaves here, and of the seats only a band. Three statements, however many sessions there are.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from lift.content.models import Module, ModuleVersion
from lift.core import clock
from lift.core.db import db
from lift.labs.models import Lab
from lift.network.models import WorkingGroup
from lift.people.models import Organisation
from lift.training.enums import EnrolmentStatus, LengthBand, SeatsBand, SessionMode, SessionStatus
from lift.training.models import Enrolment, PilotSession, Pool, SessionPart
from lift.training.policy.pools import pool_admits
from lift.training.queries.firms import Firm

GROUPS = ("topic", "language", "country", "mode", "length", "seats")
Part = tuple[datetime, datetime, SessionMode]
LISTED = (SessionStatus.OPEN, SessionStatus.RUNNING)


@dataclass(frozen=True)
class SessionFilters:
    """What was chosen; empty means everything, several values of one group mean any of them. ``price`` in cents."""

    topic: frozenset[str] = frozenset()
    language: frozenset[str] = frozenset()
    country: frozenset[str] = frozenset()
    mode: frozenset[str] = frozenset()
    length: frozenset[str] = frozenset()
    seats: frozenset[str] = frozenset()
    price: int | None = None
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True)
class SessionCard:
    """A session as lists and pages show it: facts, no words. Prices in cents of EUR."""

    id: UUID
    code: str
    version_id: UUID
    module_slug: str
    title: dict[str, str]
    summary: dict[str, str]
    topic: str
    topic_title: dict[str, str]
    host: str
    host_slug: str
    lab: str
    lab_slug: str
    country: str
    city: str
    mode: SessionMode
    status: SessionStatus
    language: str
    language_note: dict[str, str]
    place: dict[str, str]
    bring: dict[str, str]
    zone: str
    parts: tuple[Part, ...]
    starts_at: datetime
    ends_at: datetime
    total_minutes: int
    list_cents: int
    partner_cents: int
    price_cents: int
    enrol_until: datetime
    withdraw_until: datetime
    band: SeatsBand
    waiting_open: bool
    kilometres: int | None
    lab_id: UUID
    module_id: UUID

    @property
    def days(self) -> list[date]:
        """Local days on which it takes place."""
        zone = ZoneInfo(self.zone)
        return sorted({start.astimezone(zone).date() for start, _, _ in self.parts})

    @property
    def length(self) -> LengthBand:
        """One day, two, or more."""
        return {1: LengthBand.ONE_DAY, 2: LengthBand.TWO_DAYS}.get(len(self.days), LengthBand.MORE_DAYS)

    @property
    def enrollable(self) -> bool:
        """Whether somebody may still ask for a seat."""
        return self.band is not SeatsBand.CLOSED


@dataclass(frozen=True)
class Catalogue:
    """One answer of the catalogue: all cards that match, how many there are at all, and the rail's counts."""

    cards: list[SessionCard]
    total: int
    counts: dict[str, dict[str, int]]
    titles: dict[str, dict[str, str]]
    highest_price: int
    half_price: int
    facts: dict[str, list[str]] = field(default_factory=dict)


def session_catalogue(filters: SessionFilters, firm: Firm | None = None, *, now: datetime | None = None) -> Catalogue:
    """Published sessions that are still to come, soonest first; filters of different groups combine with AND.

    The count beside an option says how many would be shown if only this one of its group were chosen.
    """
    cards = _cards(_listed(now or clock.now()), firm, now or clock.now())
    counts = {
        group: Counter(_value(card, group) for card in cards if _passes(card, filters, group)) for group in GROUPS
    }
    return Catalogue(
        cards=[card for card in cards if _passes(card, filters)],
        total=len(cards),
        counts={group: dict(found) for group, found in counts.items()},
        titles={card.topic: card.topic_title for card in cards},
        highest_price=max((card.price_cents for card in cards), default=0),
        half_price=sum(card.partner_cents < card.list_cents for card in cards),
        facts={group: sorted({_value(card, group) for card in cards}) for group in GROUPS},
    )


def next_sessions(limit: int, firm: Firm | None = None) -> list[SessionCard]:
    """The soonest sessions that can still be joined: for home and hubs."""
    now = clock.now()
    query = _listed(now).where(PilotSession.status == SessionStatus.OPEN, PilotSession.enrol_until > now)
    cards = _cards(query.limit(4 * limit), firm, now)
    return [card for card in cards if card.enrollable][:limit]


def sessions_of(
    *, module_id: UUID | None = None, lab_id: UUID | None = None, firm: Firm | None = None
) -> list[SessionCard]:
    """The coming sessions, of one module or one lab when named, soonest first."""
    now = clock.now()
    query = _listed(now)
    if module_id is not None:
        query = query.where(Module.id == module_id)
    if lab_id is not None:
        query = query.where(PilotSession.lab_id == lab_id)
    return _cards(query, firm, now)


def session_card(code: str, firm: Firm | None = None) -> SessionCard | None:
    """One published session by its code, past ones too."""
    query = _CARDS.where(PilotSession.code == code, PilotSession.status != SessionStatus.DRAFT)
    return next(iter(_cards(query, firm, clock.now())), None)


def published_card(session_id: UUID, firm: Firm | None = None) -> SessionCard | None:
    """One published session by its id, past ones too."""
    query = _CARDS.where(PilotSession.id == session_id, PilotSession.status != SessionStatus.DRAFT)
    return next(iter(_cards(query, firm, clock.now())), None)


def cards_by_id(ids: Iterable[UUID], firm: Firm | None = None) -> dict[UUID, SessionCard]:
    """Cards of these sessions, whatever their state."""
    cards = _cards(_CARDS.where(PilotSession.id.in_(list(ids))), firm, clock.now())
    return {card.id: card for card in cards}


_CARDS: sa.Select[Any] = (
    sa.select(
        *(getattr(PilotSession, name) for name in (
            "id", "code", "version_id", "lab_id", "status", "mode", "language", "language_note", "place", "bring", "zone",
            "starts_at", "ends_at", "total_minutes", "list_price_cents", "partner_price_cents", "enrol_until",
            "withdraw_until",
        )),
        ModuleVersion.title, ModuleVersion.summary, ModuleVersion.module_id, Module.slug.label("module_slug"),
        WorkingGroup.slug.label("topic"), WorkingGroup.title.label("topic_title"),
        Lab.name.label("lab"), Lab.slug.label("lab_slug"), Lab.country, Lab.city, Lab.lat, Lab.lon,
        Organisation.short_name.label("host"), Organisation.slug.label("host_slug"),
    )
    .join(ModuleVersion, ModuleVersion.id == PilotSession.version_id)
    .join(Module, Module.id == ModuleVersion.module_id)
    .join(WorkingGroup, WorkingGroup.id == Module.group_id)
    .join(Lab, Lab.id == PilotSession.lab_id)
    .join(Organisation, Organisation.id == PilotSession.organisation_id)
    .order_by(PilotSession.starts_at, PilotSession.id)
)  # fmt: skip
"""Columns and no entities: a list is read, never changed, and its texts are the most of what is sent."""


@dataclass(frozen=True)
class _Seats:
    """A pool as the band needs it. Where somebody waits, its free seats are not free for others."""

    size: int | None
    taken: int
    condition: dict[str, Any]
    waits: bool


def _listed(now: datetime) -> sa.Select[Any]:
    return _CARDS.where(PilotSession.status.in_(LISTED), PilotSession.starts_at > now)


def _cards(query: sa.Select[Any], firm: Firm | None, now: datetime) -> list[SessionCard]:
    rows = db.session.execute(query).all()
    ids = [row.id for row in rows]
    parts, pools = _parts_of(ids), _pools_of(ids)
    return [_card(row, parts[row.id], pools[row.id], firm, now) for row in rows]


def _card(row: sa.Row[Any], parts: Sequence[Part], pools: Sequence[_Seats], firm: Firm | None,
          now: datetime) -> SessionCard:  # fmt: skip
    mine = [pool for pool in pools if pool_admits(pool.condition, firm.facts if firm else None)]
    list_cents, partner_cents = row.list_price_cents, row.partner_price_cents
    return SessionCard(
        id=row.id, code=row.code, version_id=row.version_id, module_slug=row.module_slug, title=row.title,
        summary=row.summary, topic=row.topic, topic_title=row.topic_title, host=row.host, host_slug=row.host_slug,
        lab=row.lab, lab_slug=row.lab_slug, country=row.country, city=row.city, mode=row.mode, status=row.status,
        language=row.language, language_note=row.language_note, place=row.place, bring=row.bring, zone=row.zone,
        parts=tuple(parts), starts_at=row.starts_at, ends_at=row.ends_at, total_minutes=row.total_minutes,
        list_cents=list_cents, partner_cents=partner_cents,
        price_cents=firm.price_of(list_cents, partner_cents) if firm else partner_cents,
        enrol_until=row.enrol_until, withdraw_until=row.withdraw_until,
        band=seats_band(row.status, row.enrol_until, mine, now), waiting_open=any(pool.waits for pool in mine),
        kilometres=firm.kilometres_to(row.lat, row.lon) if firm else None, lab_id=row.lab_id, module_id=row.module_id,
    )  # fmt: skip


def seats_band(status: SessionStatus, enrol_until: datetime, pools: Sequence[_Seats], now: datetime) -> SeatsBand:
    """The band of the seats that the reader's firm could get. Where somebody waits, no seat is free for others."""
    if status is not SessionStatus.OPEN or now >= enrol_until or not pools:
        return SeatsBand.CLOSED
    if any(pool.size is None for pool in pools):
        return SeatsBand.PLENTY
    size = sum(pool.size or 0 for pool in pools)
    free = sum((pool.size or 0) - pool.taken for pool in pools if not pool.waits)
    if free <= 0:
        return SeatsBand.FULL
    if free <= max(1, math.ceil(size / 5)):
        return SeatsBand.FEW
    return SeatsBand.FREE if free <= size / 2 else SeatsBand.PLENTY


def _parts_of(ids: Sequence[UUID]) -> dict[UUID, list[Part]]:
    found: dict[UUID, list[Part]] = defaultdict(list)
    query = sa.select(SessionPart.session_id, SessionPart.starts_at, SessionPart.ends_at, SessionPart.mode)
    query = query.where(SessionPart.session_id.in_(ids)).order_by(SessionPart.starts_at)
    for session_id, starts_at, ends_at, mode in db.session.execute(query) if ids else ():
        found[session_id].append((starts_at, ends_at, mode))
    return found


def _pools_of(ids: Sequence[UUID]) -> dict[UUID, list[_Seats]]:
    found: dict[UUID, list[_Seats]] = defaultdict(list)
    waits = sa.exists().where(Enrolment.pool_id == Pool.id, Enrolment.status == EnrolmentStatus.WAITING)
    query = sa.select(Pool.session_id, Pool.size, Pool.taken, Pool.condition, waits)
    query = query.where(Pool.session_id.in_(ids), Pool.code.is_(None))  # who has a code knows of its seats
    for session_id, size, taken, condition, waiting in db.session.execute(query.order_by(Pool.id)) if ids else ():
        found[session_id].append(_Seats(size, taken, condition, waiting))
    return found


_VALUES: dict[str, Callable[[SessionCard], str]] = {
    "topic": lambda card: card.topic,
    "language": lambda card: card.language,
    "country": lambda card: card.country,
    "mode": lambda card: card.mode.value,
    "length": lambda card: card.length.value,
    "seats": lambda card: card.band.value,
}


def _value(card: SessionCard, group: str) -> str:
    return _VALUES[group](card)


def _passes(card: SessionCard, filters: SessionFilters, but: str = "") -> bool:
    """Whether a card matches all filters; those of the group ``but`` aside."""
    for group in GROUPS:
        chosen: frozenset[str] = getattr(filters, group)
        if group != but and chosen and _value(card, group) not in chosen:
            return False
    first = card.days[0] if card.days else card.starts_at.date()
    return (
        (filters.price is None or card.price_cents <= filters.price)
        and (filters.since is None or first >= filters.since)
        and (filters.until is None or first <= filters.until)
    )
