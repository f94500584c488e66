"""The catalogue of sessions: what a visitor or a firm may choose from, filtered, with counts for the rail (V1, V8).

Nothing of a person leaves here, and of the seats only a band. Five statements, however many sessions there are.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING
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
from lift.training.queries.firms import Firm, pool_admits

if TYPE_CHECKING:
    _Rows = sa.Select[PilotSession, ModuleVersion, Module, WorkingGroup, Lab, Organisation]
    _Row = sa.Row[PilotSession, ModuleVersion, Module, WorkingGroup, Lab, Organisation]

GROUPS = ("topic", "language", "country", "mode", "length", "seats")
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
    parts: tuple[tuple[datetime, datetime, SessionMode], ...]
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
    """The coming sessions of one module or one lab, soonest first."""
    now = clock.now()
    query = _listed(now)
    if module_id is not None:
        query = query.where(Module.id == module_id)
    if lab_id is not None:
        query = query.where(PilotSession.lab_id == lab_id)
    return _cards(query, firm, now)


def session_card(code: str, firm: Firm | None = None) -> SessionCard | None:
    """One published session by its code, past ones too."""
    query = _all_sessions().where(PilotSession.code == code, PilotSession.status != SessionStatus.DRAFT)
    return next(iter(_cards(query, firm, clock.now())), None)


def published_card(session_id: UUID, firm: Firm | None = None) -> SessionCard | None:
    """One published session by its id, past ones too."""
    query = _all_sessions().where(PilotSession.id == session_id, PilotSession.status != SessionStatus.DRAFT)
    return next(iter(_cards(query, firm, clock.now())), None)


def cards_by_id(ids: Iterable[UUID], firm: Firm | None = None) -> dict[UUID, SessionCard]:
    """Cards of these sessions, whatever their state."""
    cards = _cards(_all_sessions().where(PilotSession.id.in_(list(ids))), firm, clock.now())
    return {card.id: card for card in cards}


def _all_sessions() -> _Rows:
    return (
        sa.select(PilotSession, ModuleVersion, Module, WorkingGroup, Lab, Organisation)
        .join(ModuleVersion, ModuleVersion.id == PilotSession.version_id)
        .join(Module, Module.id == ModuleVersion.module_id)
        .join(WorkingGroup, WorkingGroup.id == Module.group_id)
        .join(Lab, Lab.id == PilotSession.lab_id)
        .join(Organisation, Organisation.id == PilotSession.organisation_id)
        .order_by(PilotSession.starts_at, PilotSession.id)
    )


def _listed(now: datetime) -> _Rows:
    return _all_sessions().where(PilotSession.status.in_(LISTED), PilotSession.starts_at > now)


def _cards(query: _Rows,
           firm: Firm | None, now: datetime) -> list[SessionCard]:  # fmt: skip
    rows = db.session.execute(query).all()
    ids = [row[0].id for row in rows]
    parts, pools = _parts_of(ids), _pools_of(ids)
    waiting = _pools_with_waiting(ids)
    return [_card(row, parts[row[0].id], pools[row[0].id], waiting, firm, now) for row in rows]


def _card(row: _Row,
          parts: Sequence[SessionPart], pools: Sequence[Pool], waiting: set[UUID], firm: Firm | None,
          now: datetime) -> SessionCard:  # fmt: skip
    session, version, module, group, lab, host = row
    mine = [pool for pool in pools if pool_admits(pool, firm.facts if firm else None)]
    price = firm.price_of if firm else (lambda _list, partner: partner)
    return SessionCard(
        id=session.id, code=session.code, version_id=version.id, module_slug=module.slug, title=version.title,
        summary=version.summary, topic=group.slug, topic_title=group.title, host=host.short_name, host_slug=host.slug,
        lab=lab.name, lab_slug=lab.slug, country=lab.country, city=lab.city, mode=session.mode, status=session.status,
        language=session.language, language_note=session.language_note, place=session.place, bring=session.bring,
        zone=session.zone, parts=tuple((p.starts_at, p.ends_at, p.mode) for p in parts), starts_at=session.starts_at,
        ends_at=session.ends_at, total_minutes=session.total_minutes, list_cents=session.list_price_cents,
        partner_cents=session.partner_price_cents,
        price_cents=price(session.list_price_cents, session.partner_price_cents),
        enrol_until=session.enrol_until, withdraw_until=session.withdraw_until,
        band=seats_band(session, mine, waiting, now), waiting_open=any(p.id in waiting for p in mine),
        kilometres=firm.kilometres_to(lab.lat, lab.lon) if firm else None, lab_id=lab.id, module_id=module.id,
    )  # fmt: skip


def seats_band(session: PilotSession, pools: Sequence[Pool], waiting: set[UUID], now: datetime) -> SeatsBand:
    """The band of the seats that the reader's firm could get. Where somebody waits, no seat is free for others."""
    if session.status is not SessionStatus.OPEN or now >= session.enrol_until or not pools:
        return SeatsBand.CLOSED
    if any(pool.size is None for pool in pools):
        return SeatsBand.PLENTY
    size = sum(pool.size or 0 for pool in pools)
    free = sum((pool.size or 0) - pool.taken for pool in pools if pool.id not in waiting)
    if free <= 0:
        return SeatsBand.FULL
    if free <= max(1, math.ceil(size / 5)):
        return SeatsBand.FEW
    return SeatsBand.FREE if free <= size / 2 else SeatsBand.PLENTY


def _parts_of(ids: Sequence[UUID]) -> dict[UUID, list[SessionPart]]:
    found: dict[UUID, list[SessionPart]] = defaultdict(list)
    query = sa.select(SessionPart).where(SessionPart.session_id.in_(ids)).order_by(SessionPart.starts_at)
    for part in db.session.scalars(query) if ids else ():
        found[part.session_id].append(part)
    return found


def _pools_of(ids: Sequence[UUID]) -> dict[UUID, list[Pool]]:
    found: dict[UUID, list[Pool]] = defaultdict(list)
    query = sa.select(Pool).where(Pool.session_id.in_(ids)).order_by(Pool.id)
    for pool in db.session.scalars(query, execution_options={"populate_existing": True}) if ids else ():
        found[pool.session_id].append(pool)
    return found


def _pools_with_waiting(ids: Sequence[UUID]) -> set[UUID]:
    if not ids:
        return set()
    query = sa.select(Enrolment.pool_id).where(
        Enrolment.session_id.in_(ids), Enrolment.status == EnrolmentStatus.WAITING
    )
    return set(db.session.scalars(query.distinct()))


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
