"""Enrol, withdraw, answer an offer. Group requests are one transaction (S1); money is told before, kept after."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from lift.core import audit, clock, events
from lift.core.actor import SYSTEM, Actor
from lift.core.db import db, savepoint, transaction
from lift.core.errors import Conflict, NotFound, Problem, Refused, Way, refuse_if, require, require_found
from lift.core.i18n import At, Text
from lift.core.ids import uuid7
from lift.training import queries, texts
from lift.training.enums import LIVE, SEATED, AidAnswer, EnrolmentStatus, LedgerReason
from lift.training.models import Enrolment, PilotSession, Pool
from lift.training.permissions import can_enrol_for, can_withdraw
from lift.training.policy import EnrolRequest, Standing, enrolment_problems
from lift.training.services import seats

ENROLLED = "training.enrolled"
SEAT_FREED = "training.seat_freed"
_MOMENT = timedelta(microseconds=1)


@dataclass(frozen=True)
class Enrolled:
    """What became of a request: enrolments that took a seat, and those that wait with how many stand before each."""

    seated: tuple[Enrolment, ...]
    waiting: tuple[tuple[Enrolment, int], ...]


def enrol(session_id: UUID, request: EnrolRequest, *, actor: Actor) -> Enrolled:
    """Enrol people and nameless seats of the acting company.

    Seats that are free are taken, the rest joins the waiting list, unless all or none was asked for. Raises Refused
    with every rule that fails, NotFound for a session that is not public.
    """
    now = clock.now()
    with transaction():
        session = require_found(queries.enrollable_session(session_id))
        company = _acting_company(actor)
        candidates = queries.candidates(session, request.people, company)
        refuse_if(enrolment_problems(session, request, Standing(candidates), now=now))
        pool = _choose_pool(session, company)
        seats.end_expired([pool.id], now)
        got, ticket = seats.take_seats(pool.id, request.seats, all_or_none=request.all_or_none)
        if got < request.seats and request.all_or_none:
            raise Refused(_not_all_fit(session, request, pool, got))
        result = _write(session, pool, company, request, got, ticket, actor, now)
        names = {"seats": got, "waiting": request.seats - got, "company": company}
        audit.record(actor, "training.enrol", "pilot_session", session.id, after=names)
        events.announce(ENROLLED, session_id=session.id, organisation_id=company)
        return result


def withdraw(enrolment_id: UUID, *, actor: Actor, reason: str = "") -> Enrolment:
    """Give a place up: its seat is freed exactly once and offered to who waits. Raises Conflict when it was given up already."""
    now = clock.now()
    with transaction():
        enrolment = _visible(enrolment_id, actor)
        session = enrolment.session
        if now >= session.starts_at:
            raise Refused(Problem("E14", Text(texts.WITHDRAW_TOO_LATE), owner="training"))
        late = now >= session.withdraw_until
        status = EnrolmentStatus.WITHDRAWN_LATE if late else EnrolmentStatus.WITHDRAWN_IN_TIME
        before = enrolment.status
        if before is EnrolmentStatus.WAITING:
            _leave_list(enrolment, status, now)
        elif before in SEATED and seats.free_seat(enrolment, status, LedgerReason.WITHDRAWN, now):
            promote_waiting(enrolment.pool_id, now=now)
        else:
            raise Conflict(Problem("E14", Text(texts.ALREADY_OVER), owner="training"))
        audit.record(actor, "training.withdraw", "enrolment", enrolment.id,
                     before={"status": before}, after={"status": status}, reason=reason or None)  # fmt: skip
        db.session.refresh(enrolment)
        return enrolment


def accept_offer(enrolment_id: UUID, *, actor: Actor) -> Enrolment:
    """Take an offered seat. Raises Refused when the offer is over."""
    now = clock.now()
    with transaction():
        enrolment = _visible(enrolment_id, actor)
        changed = db.session.execute(
            sa.update(Enrolment)
            .where(
                Enrolment.id == enrolment.id, Enrolment.status == EnrolmentStatus.OFFERED, Enrolment.expires_at > now
            )
            .values(status=EnrolmentStatus.CONFIRMED, confirmed_at=now, expires_at=None)
            .returning(Enrolment.id)
            .execution_options(synchronize_session=False)
        ).scalar_one_or_none()
        if changed is None:
            until = At(enrolment.expires_at or now, enrolment.session.zone)
            raise Refused(Problem("E9", Text(texts.OFFER_OVER, {"until": until}), owner="training"))
        audit.record(actor, "training.accept_offer", "enrolment", enrolment.id)
        db.session.refresh(enrolment)
        return enrolment


def name_seat(enrolment_id: UUID, person_id: UUID, *, actor: Actor) -> Enrolment:
    """Give a nameless seat (or place in the queue) to one of the company's people, by the rules of enrolling them."""
    with transaction():
        enrolment = _visible(enrolment_id, actor)
        session = enrolment.session
        if enrolment.person_id is not None:
            raise Conflict(Problem("E7", Text(texts.NAMED_ALREADY), owner="training"))
        request = EnrolRequest((person_id,))
        standing = Standing(queries.candidates(session, request.people, enrolment.organisation_id))
        refuse_if(enrolment_problems(session, request, standing, now=min(clock.now(), session.enrol_until - _MOMENT)))
        _put_name(enrolment, person_id)
        audit.record(actor, "training.name_seat", "enrolment", enrolment.id)
        return enrolment


def _put_name(enrolment: Enrolment, person_id: UUID) -> None:
    """Only where the place still stands and nobody was faster. Raises Conflict, also for a person who is in already."""
    free = sa.and_(Enrolment.id == enrolment.id, Enrolment.person_id.is_(None), Enrolment.status.in_(LIVE))
    named = sa.update(Enrolment).where(free).values(person_id=person_id).returning(Enrolment.id)
    try:
        with savepoint() as session:
            done = session.scalar(named, execution_options={"synchronize_session": False})
    except IntegrityError as error:
        raise Conflict(Problem("E3", Text(texts.ALREADY_IN, {"name": ""}), owner="training")) from error
    db.session.refresh(enrolment)
    if done is None:
        said = texts.NAMED_ALREADY if enrolment.person_id is not None else texts.ALREADY_OVER
        raise Conflict(Problem("E7", Text(said), owner="training"))


def promote_waiting(pool_id: UUID, *, now: datetime) -> list[UUID]:
    """The one promotion: after every event that can free or add seats, and by the sweep."""
    with transaction() as session:
        seats.end_expired([pool_id], now)
        starts_at = session.scalars(sa.select(PilotSession.starts_at).join(Pool).where(Pool.id == pool_id)).one()
        promoted = seats.promote(pool_id, starts_at, now)
        for enrolment_id in promoted:
            audit.record(SYSTEM, "training.offer", "enrolment", enrolment_id)
            events.announce(SEAT_FREED, enrolment_id=enrolment_id)
        return promoted


def sweep(now: datetime) -> int:
    """End what is past its time in every pool that has such, then promote. Works by state; returns the pools touched."""
    pools = queries.pools_with_something_due(now)
    for pool_id in pools:
        promote_waiting(pool_id, now=now)
    return len(pools)


def _acting_company(actor: Actor) -> UUID:
    company = actor.organisation_id
    if company is None:
        raise NotFound
    require(can_enrol_for(actor, company), Problem("R2", Text(texts.NOT_YOURS), owner="people"))
    return company


def _choose_pool(session: PilotSession, company: UUID) -> Pool:
    """The most specific eligible pool with a free seat, else the most specific one (E5)."""
    facts = queries.company_facts(company)
    eligible = [p for p in session.pools if queries.pool_admits(p.condition, facts)]
    if not eligible:
        raise Refused(Problem("E5", Text(texts.NO_POOL), owner="training"))
    ranked = sorted(eligible, key=lambda p: (-len(p.condition), p.id))
    return next((p for p in ranked if p.size is None or p.taken < p.size), ranked[-1])


def _not_all_fit(session: PilotSession, request: EnrolRequest, pool: Pool, got: int) -> Problem:
    free = max(0, (pool.size or 0) - queries.taken_now(pool.id))
    text = Text(texts.NOT_ALL_FIT, {"free": free, "wanted": request.seats})
    ways = (
        Way(Text(texts.JOIN_LIST), "training.enrol", (("code", session.code), ("fit", "some"))),
        Way(Text(texts.OTHER_SESSIONS), "training.sessions"),
    )
    return Problem("E7", text, owner="training", passes=free, ways=ways)


def _write(
    session: PilotSession,
    pool: Pool,
    company: UUID,
    request: EnrolRequest,
    got: int,
    ticket: int,
    actor: Actor,
    now: datetime,
) -> Enrolled:
    """The enrolment rows: the first ``got`` are seated, the others wait, tickets in order."""
    rows = []
    for number, person in enumerate([*request.people, *[None] * request.nameless]):
        seated = number < got
        rows.append(
            Enrolment(
                id=uuid7(),
                session_id=session.id,
                pool_id=pool.id,
                organisation_id=company,
                person_id=person,
                status=EnrolmentStatus.CONFIRMED if seated else EnrolmentStatus.WAITING,
                ticket=ticket + number,
                price_cents=price_for(session, request.aid),
                aid_cents=session.list_price_cents - price_for(session, request.aid),
                aid=request.aid,
                aid_declared_cents=request.aid_declared_cents,
                created_by=actor.person_id,
                confirmed_at=now if seated else None,
            )
        )
    try:
        with savepoint() as part:
            part.add_all(rows)
    except IntegrityError as error:
        raise Conflict(Problem("E3", Text(texts.ALREADY_IN, {"name": ""}), owner="training", field="people")) from error
    seats.write_ledger(pool.id, [r.id for r in rows[:got]], 1, LedgerReason.ENROLLED)
    waiting = tuple((row, queries.ahead_of(row)) for row in rows[got:])
    return Enrolled(tuple(rows[:got]), waiting)


def price_for(session: PilotSession, aid: AidAnswer) -> int:
    """Cents per seat: the list price where the aid is declined, else the network's price; the rest is public aid.

    Whose accountant still has to tell keeps the network's price for now (S8).
    """
    return session.list_price_cents if aid is AidAnswer.FULL_PRICE else session.partner_price_cents


def _visible(enrolment_id: UUID, actor: Actor) -> Enrolment:
    enrolment = require_found(db.session.get(Enrolment, enrolment_id, populate_existing=True))
    if not can_withdraw(actor, enrolment):
        raise NotFound
    return enrolment


def _leave_list(enrolment: Enrolment, status: EnrolmentStatus, now: datetime) -> None:
    changed = db.session.execute(
        sa.update(Enrolment)
        .where(Enrolment.id == enrolment.id, Enrolment.status == EnrolmentStatus.WAITING)
        .values(status=status, ended_at=now)
        .returning(Enrolment.id)
        .execution_options(synchronize_session=False)
    ).scalar_one_or_none()
    if changed is None:
        raise Conflict(Problem("E14", Text(texts.ALREADY_OVER), owner="training"))
