"""Sessions: opened with everything they need claimed at once, moved by the clock, cancelled with everything given back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import Range

from lift.content.queries import version_with_steps
from lift.core import audit, clock, events
from lift.core.actor import Actor
from lift.core.db import db, transaction
from lift.core.errors import Conflict, Problem, refuse_if, require, require_found
from lift.core.i18n import Text, pick
from lift.core.ids import short_code
from lift.core.locks import lock_rows
from lift.labs import services as labs
from lift.training import queries, texts
from lift.training.enums import LIVE, EnrolmentStatus, LedgerReason, SessionKind, SessionMode, SessionStatus
from lift.training.models import Enrolment, PilotSession, Pool, SessionPart, SessionTrainer
from lift.training.permissions import can_open_session
from lift.training.policy import session_problems
from lift.training.services import seats

OPENED = "training.session_opened"
STARTED = "training.session_started"
OVER = "training.session_over"
CANCELLED = "training.session_cancelled"


@dataclass(frozen=True)
class PartDraft:
    """One stretch of a session."""

    starts_at: datetime
    ends_at: datetime
    mode: SessionMode


@dataclass(frozen=True)
class PoolDraft:
    """A quota of seats. ``size`` None is unlimited; ``condition`` and ``code`` as in ``Pool``; ``fallback`` is the name of
    the pool that gets what is unused at ``release_at``."""

    size: int | None
    name: str = "general"
    title: Mapping[str, str] = field(default_factory=dict)
    condition: Mapping[str, Any] = field(default_factory=dict)
    code: str | None = None
    release_at: datetime | None = None
    fallback: str = ""


@dataclass(frozen=True)
class SessionDraft:
    """Everything about a session before it is opened. Prices in cents per seat; instants in UTC."""

    version_id: UUID
    lab_id: UUID
    parts: tuple[PartDraft, ...]
    pools: tuple[PoolDraft, ...]
    asset_ids: tuple[UUID, ...]
    trainer_ids: tuple[UUID, ...]
    mode: SessionMode
    language: str
    room_names: tuple[str, ...] = ()
    list_price_cents: int = 0
    partner_price_cents: int = 0
    minimum: int = 1
    capacity: int | None = None  # None: the sum of the pools
    company_cap: int | None = None
    cap_until: datetime | None = None
    decide_at: datetime | None = None
    auto_cancel: bool = False
    names_until: datetime | None = None
    kind: SessionKind = SessionKind.PILOT
    place: Mapping[str, str] = field(default_factory=dict)
    bring: Mapping[str, str] = field(default_factory=dict)
    language_note: Mapping[str, str] = field(default_factory=dict)
    enrol_until: datetime | None = None
    withdraw_until: datetime | None = None
    code: str | None = None

    @property
    def starts_at(self) -> datetime:
        """The first instant."""
        return min(part.starts_at for part in self.parts)

    @property
    def ends_at(self) -> datetime:
        """The last instant."""
        return max(part.ends_at for part in self.parts)

    @property
    def total_minutes(self) -> int:
        """Minutes of all parts."""
        return int(sum((p.ends_at - p.starts_at for p in self.parts), timedelta()) / timedelta(minutes=1))


def open_session(draft: SessionDraft, *, actor: Actor) -> PilotSession:
    """Write the session with its parts, pools and trainers, and claim assets, rooms and trainers for every part.

    All or nothing. Raises Refused with every problem (the lab's own ones among them), NotFound for an unknown lab or
    a version that is not published, Forbidden for who may not open sessions there.
    """
    with transaction() as session:
        lab = require_found(queries.host_lab(draft.lab_id))
        allowed = can_open_session(actor, lab.organisation_id, lab.id)
        require(allowed, Problem("R2", Text(texts.MAY_NOT_OPEN, {"lab": lab.name}), owner=lab.name))
        version = require_found(version_with_steps(draft.version_id))
        refuse_if(session_problems(version, draft.parts, draft.pools, _last_day(draft), draft.capacity))
        row = _session_row(draft, lab.organisation_id, lab.zone)
        session.add(row)
        session.flush()
        session.add_all(_children(draft, row.id))
        session.flush()
        _join_pools(draft, row.id)
        bundle = labs.SessionBundle(
            asset_ids=draft.asset_ids,
            parts=tuple(Range(p.starts_at, p.ends_at, bounds="[)") for p in draft.parts),
            room_names=draft.room_names,
            person_ids=draft.trainer_ids,
        )
        title = pick(version.title, draft.language)
        booking = labs.book_for_session(bundle, row.id, organisation_id=lab.organisation_id, title=title, actor=actor)
        row.booking_id, row.status, row.opened_at = booking.id, SessionStatus.OPEN, clock.now()
        audit.record(actor, "training.open_session", "pilot_session", row.id, after={"code": row.code})
        events.announce(OPENED, session_id=row.id)
        return row


def cancel_session(session_id: UUID, *, actor: Actor, reason: str) -> PilotSession:
    """Cancel a session that is not over: its claims are released, every enrolment ends. Raises Conflict when it is over."""
    now = clock.now()
    with transaction():
        row = require_found(next(iter(lock_rows(PilotSession, [session_id])), None))
        allowed = can_open_session(actor, row.organisation_id, row.lab_id)
        require(allowed, Problem("R2", Text(texts.MAY_NOT_OPEN, {"lab": ""}), owner="training"))
        if row.status in (SessionStatus.OVER, SessionStatus.CANCELLED):
            raise Conflict(Problem("E15", Text(texts.SESSION_OVER), owner="training"))
        _end_places(row, now)
        row.status, row.cancelled_because = SessionStatus.CANCELLED, reason
        labs.release_for_session(row.id, actor=actor, reason=reason)
        audit.record(actor, "training.cancel_session", "pilot_session", row.id, reason=reason)
        events.announce(CANCELLED, session_id=row.id)
        return row


def follow_clock(now: datetime) -> int:
    """Open sessions that have begun are running, those past their end are over. By state; returns how many moved."""
    with transaction():
        over = _moved([SessionStatus.OPEN, SessionStatus.RUNNING], SessionStatus.OVER, PilotSession.ends_at <= now)
        running = _moved([SessionStatus.OPEN], SessionStatus.RUNNING, PilotSession.starts_at <= now)
        for session_id in over:
            events.announce(OVER, session_id=session_id)
        for session_id in running:
            events.announce(STARTED, session_id=session_id)
        return len(over) + len(running)


def _moved(before: Sequence[SessionStatus], after: SessionStatus, due: sa.ColumnElement[bool]) -> list[UUID]:
    moved = (
        sa.update(PilotSession)
        .where(PilotSession.status.in_(before), due)
        .values(status=after)
        .returning(PilotSession.id)
        .execution_options(synchronize_session=False)
    )
    return list(db.session.scalars(moved))


def _end_places(row: PilotSession, now: datetime) -> None:
    """Every live place ends, its money is given back. The session's row is locked, so nobody joins meanwhile."""
    live = sa.select(Enrolment).where(Enrolment.session_id == row.id, Enrolment.status.in_(LIVE))
    places = db.session.scalars(live.order_by(Enrolment.pool_id, Enrolment.ticket)).all()
    vouchers = [place.voucher_id for place in places if place.voucher_id]
    seats.enter(row, now, *(place.organisation_id for place in places), vouchers=vouchers)
    for place in places:
        if place.status in LIVE:
            seats.leave(place, EnrolmentStatus.SESSION_CANCELLED, LedgerReason.CANCELLED, now)


def _last_day(draft: SessionDraft) -> datetime:
    return draft.enrol_until or (draft.starts_at if draft.parts else clock.now())


def _session_row(draft: SessionDraft, organisation_id: UUID, zone: str) -> PilotSession:
    seats_told = sum(pool.size or 0 for pool in draft.pools)
    capacity = seats_told if draft.capacity is None else draft.capacity
    return PilotSession(
        code=draft.code or short_code(6), version_id=draft.version_id, lab_id=draft.lab_id,
        organisation_id=organisation_id, kind=draft.kind, status=SessionStatus.DRAFT, mode=draft.mode,
        language=draft.language, language_note=dict(draft.language_note), zone=zone, place=dict(draft.place),
        bring=dict(draft.bring), capacity=capacity, minimum=draft.minimum,
        list_price_cents=draft.list_price_cents, partner_price_cents=draft.partner_price_cents,
        starts_at=draft.starts_at, ends_at=draft.ends_at, total_minutes=draft.total_minutes,
        enrol_until=_last_day(draft), withdraw_until=draft.withdraw_until or _last_day(draft),
        company_cap=draft.company_cap, cap_until=draft.cap_until, auto_cancel=draft.auto_cancel, **_told_instants(draft),
    )  # fmt: skip


def _told_instants(draft: SessionDraft) -> dict[str, datetime]:
    """Those that were said; the others follow from the table's defaults."""
    told = {"decide_at": draft.decide_at, "names_until": draft.names_until}
    return {name: instant for name, instant in told.items() if instant is not None}


def _join_pools(draft: SessionDraft, session_id: UUID) -> None:
    """Each pool points to its fall-back, now that all of them have keys."""
    rows = {pool.name: pool for pool in db.session.scalars(sa.select(Pool).filter_by(session_id=session_id))}
    for pool in draft.pools:
        if pool.fallback:
            rows[pool.name].fallback_id, rows[pool.name].release_at = rows[pool.fallback].id, pool.release_at
    db.session.flush()


def _children(draft: SessionDraft, session_id: UUID) -> list[SessionPart | Pool | SessionTrainer]:
    parts = [
        SessionPart(session_id=session_id, starts_at=p.starts_at, ends_at=p.ends_at, mode=p.mode) for p in draft.parts
    ]
    pools = [
        Pool(
            session_id=session_id,
            name=p.name,
            size=p.size,
            title=dict(p.title),
            condition=dict(p.condition),
            code=p.code,
        )
        for p in draft.pools
    ]
    return [*parts, *pools, *(SessionTrainer(session_id=session_id, person_id=p) for p in draft.trainer_ids)]
