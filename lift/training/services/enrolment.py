"""Enrolling: a company's request, or an employee's own that awaits the company's yes. One transaction each (S1, S5)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from lift.core import audit, clock, events, tallies
from lift.core.actor import Actor
from lift.core.db import db, savepoint, transaction
from lift.core.errors import Conflict, NotFound, Problem, Refused, Way, refuse_if, require, require_found
from lift.core.i18n import Text
from lift.core.ids import uuid7
from lift.training import queries, texts
from lift.training.enums import EnrolmentStatus, Fit, LedgerReason
from lift.training.models import Enrolment, PilotSession, Pool, Voucher
from lift.training.permissions import can_ask_for_seat, can_enrol_for
from lift.training.policy import EnrolRequest, eligible_pools, enrolment_problems
from lift.training.policy.clocks import place_ends
from lift.training.services import money, seats
from lift.training.services.seats import Place

ENROLLED = "training.enrolled"
ASKED = "training.seat_asked"


@dataclass(frozen=True)
class Enrolled:
    """What became of a request: enrolments that took a seat, and those that wait with how many stand before each."""

    seated: tuple[Enrolment, ...]
    waiting: tuple[tuple[Enrolment, int], ...]


@dataclass(frozen=True)
class _Asked:
    """A request as the verbs below hand it on."""

    session: PilotSession
    company: UUID
    request: EnrolRequest
    voucher: Voucher | None
    needs_yes: bool
    actor: Actor
    now: datetime


def enrol(session_id: UUID, request: EnrolRequest, *, actor: Actor) -> Enrolled:
    """Enrol people and nameless seats of the acting company.

    Seats that are free are taken, the rest joins the waiting list, unless all or none was asked for. Raises Refused
    with every rule that fails, NotFound for a session that is not public.
    """
    with transaction():
        asked = _asked(session_id, request, actor)
        require(can_enrol_for(actor, asked.company), Problem("R2", Text(texts.NOT_YOURS), owner="people"))
        result = _take_places(asked)
        names = {"seats": len(result.seated), "waiting": len(result.waiting), "company": asked.company}
        audit.record(actor, "training.enrol", "pilot_session", session_id, after=names)
        events.announce(ENROLLED, session_id=session_id, organisation_id=asked.company)
        return result


def ask_for_seat(session_id: UUID, *, actor: Actor, code: str = "") -> Enrolment:
    """An employee takes a seat (or a place in the queue) for themselves; the company has two working days to say yes.

    Raises Refused as ``enrol`` does, NotFound for who acts for nobody.
    """
    with transaction():
        person = require_found(actor.person_id)
        asked = _asked(session_id, EnrolRequest((person,), code=code), actor, needs_yes=True)
        require(can_ask_for_seat(actor, asked.company), Problem("R2", Text(texts.NOT_YOURS), owner="people"))
        result = _take_places(asked)
        row = result.seated[0] if result.seated else result.waiting[0][0]
        audit.record(actor, "training.ask_for_seat", "enrolment", row.id, after={"status": row.status})
        events.announce(ASKED, enrolment_id=row.id)
        return row


def _asked(session_id: UUID, request: EnrolRequest, actor: Actor, *, needs_yes: bool = False) -> _Asked:
    """Load and hold the session: nobody cancels or moves it meanwhile."""
    session = require_found(queries.enrollable_session(session_id, held=True))
    if actor.organisation_id is None:
        raise NotFound
    voucher = queries.voucher_by_code(request.voucher)
    return _Asked(session, actor.organisation_id, request, voucher, needs_yes, actor, clock.now())


def _take_places(asked: _Asked) -> Enrolled:
    """Lock, judge, take, write."""
    session, request, now = asked.session, asked.request, asked.now
    money.lock_aid(session, asked.company, request.aid)
    seats.enter(session, now, asked.company, vouchers=[asked.voucher.id] if asked.voucher else [], takes=True)
    standing = queries.standing_for(session, request, asked.company, asked.voucher, now)
    refuse_if(enrolment_problems(session, request, standing, now=now))
    pools = _pools_for(asked)
    places = seats.take(session, pools, request.seats, whole=request.fit is not Fit.SOME)
    if request.fit is Fit.ALL and not all(place.seated for place in places):
        raise Refused(_not_all_fit(session, request, pools))
    return _write(asked, places)


def _pools_for(asked: _Asked) -> Sequence[Pool]:
    pools = eligible_pools(asked.session.pools, queries.company_facts(asked.company), asked.request.code)
    refuse_if([] if pools else [Problem("E5", Text(texts.NO_POOL), owner="training")])
    return pools


def _not_all_fit(session: PilotSession, request: EnrolRequest, pools: Sequence[Pool]) -> Problem:
    fresh = db.session.execute(sa.select(Pool.size, Pool.taken).where(Pool.id.in_([p.id for p in pools])))
    free = sum(max(0, (size or 0) - taken) for size, taken in fresh)
    text = Text(texts.NOT_ALL_FIT, {"free": free, "wanted": request.seats})
    ways = (
        Way(Text(texts.JOIN_LIST), "training.enrol", (("code", session.code), ("fit", "some"))),
        Way(Text(texts.WAIT_TOGETHER), "training.enrol", (("code", session.code), ("fit", "together"))),
    )
    return Problem("E7", text, owner="training", passes=free, ways=ways)


def _write(asked: _Asked, places: Sequence[Place]) -> Enrolled:
    """The rows in the order of the request, the seated first; money and clocks of those that are confirmed."""
    names = [*asked.request.people, *[None] * asked.request.nameless]
    group = uuid7() if len(places) > 1 else None
    rows = [_row(asked, place, person, group) for place, person in zip(places, names, strict=True)]
    _price(asked, rows)
    try:
        with savepoint() as part:
            part.add_all(rows)
    except IntegrityError as error:
        raise Conflict(Problem("E3", Text(texts.ALREADY_IN, {"name": ""}), owner="training", field="people")) from error
    _count(asked, rows)
    waiting = tuple((row, queries.ahead_of(row)) for row in rows if row.status is EnrolmentStatus.WAITING)
    return Enrolled(tuple(row for row in rows if row.status is not EnrolmentStatus.WAITING), waiting)


def _row(asked: _Asked, place: Place, person: UUID | None, group: UUID | None) -> Enrolment:
    request = asked.request
    seated = EnrolmentStatus.AWAITING_COMPANY if asked.needs_yes else EnrolmentStatus.CONFIRMED
    row = Enrolment(
        id=uuid7(), session_id=asked.session.id, pool_id=place.pool_id, organisation_id=asked.company, person_id=person,
        status=seated if place.seated else EnrolmentStatus.WAITING, ticket=place.ticket, pool_code=request.code.strip(),
        group_id=group, together=request.fit is Fit.TOGETHER, needs_yes=asked.needs_yes, aid=request.aid,
        aid_declared_cents=request.aid_declared_cents, voucher_id=asked.voucher.id if asked.voucher else None,
        created_by=asked.actor.person_id,
    )  # fmt: skip
    if row.status is EnrolmentStatus.CONFIRMED:
        row.confirmed_at = asked.now
    country = queries.country_of(asked.company) if place.seated and (person is None or asked.needs_yes) else ""
    for name, value in seats.clock_of(place_ends(row, asked.session, country, asked.now), asked.now).items():
        setattr(row, name, value)
    return row


def _price(asked: _Asked, rows: Sequence[Enrolment]) -> None:
    """Confirmed places have their price; the others carry what they would cost today."""
    confirmed = [row for row in rows if row.status is EnrolmentStatus.CONFIRMED]
    others = [row for row in rows if row.status is not EnrolmentStatus.CONFIRMED]
    if confirmed:
        money.price(asked.session, confirmed, asked.now)
    if others:
        country = queries.country_of(asked.session.organisation_id)
        line = money.lines_of(asked.session, others[0], 1, country, asked.now)[0]
        for row in others:
            row.price_cents, row.aid_cents = line.pay_cents, line.aid_cents


def _count(asked: _Asked, rows: Sequence[Enrolment]) -> None:
    """One ledger row per seat; voucher, aid and, where the session has a cap, the company's tally (its row is locked)."""
    money.count(asked.session, [row for row in rows if row.status is EnrolmentStatus.CONFIRMED], asked.now)
    for pool_id in sorted({row.pool_id for row in rows}):
        seated = [r.id for r in rows if r.pool_id == pool_id and r.status is not EnrolmentStatus.WAITING]
        seats.write_ledger(pool_id, seated, 1, LedgerReason.ENROLLED)
    if asked.session.company_cap is not None:
        tallies.take(queries.cap_key(asked.session.id, asked.company), len(rows), None)
