"""What becomes of a place: the company's yes or no, an offer's, giving up, a name, a substitute, the accountant's figure.

Each begins by ``_entered``: session held, tallies, vouchers and pools locked, what is over ended, the row fresh.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from lift.core import audit, clock, events
from lift.core.actor import SYSTEM, Actor
from lift.core.db import db, savepoint, transaction
from lift.core.errors import Conflict, NotFound, Problem, Refused, refuse_if, require, require_found
from lift.core.i18n import At, Text
from lift.training import queries, texts
from lift.training.enums import LIVE, SEATED, AidAnswer, EnrolmentStatus, LedgerReason
from lift.training.models import Enrolment
from lift.training.permissions import can_enrol_for, can_teach, can_withdraw
from lift.training.policy import EnrolRequest, Standing, enrolment_problems
from lift.training.policy.clocks import place_ends
from lift.training.services import money, seats
from lift.training.services.promotion import promote_waiting

REFUSED = "training.seat_refused"
DOOR_OPEN = timedelta(minutes=30)
MOST_DECLINES = 2
_MOMENT = timedelta(microseconds=1)


def withdraw(enrolment_id: UUID, *, actor: Actor, reason: str = "") -> Enrolment:
    """Give a place up: its seat is freed exactly once and offered to who waits. Raises Conflict when it was given up already."""
    now = clock.now()
    with transaction():
        enrolment = _entered(enrolment_id, actor, now)
        session, before = enrolment.session, enrolment.status
        if now >= session.starts_at:
            raise Refused(Problem("E14", Text(texts.WITHDRAW_TOO_LATE), owner="training"))
        late = now >= session.withdraw_until and before not in (EnrolmentStatus.WAITING, EnrolmentStatus.OFFERED)
        status = EnrolmentStatus.WITHDRAWN_LATE if late else EnrolmentStatus.WITHDRAWN_IN_TIME
        if before not in LIVE or not seats.leave(enrolment, status, LedgerReason.WITHDRAWN, now):
            raise Conflict(Problem("E14", Text(texts.ALREADY_OVER), owner="training"))
        promote_waiting(session.id, now=now)
        audit.record(actor, "training.withdraw", "enrolment", enrolment.id,
                     before={"status": before}, after={"status": status}, reason=reason or None)  # fmt: skip
        return enrolment


def accept_offer(enrolment_id: UUID, *, actor: Actor) -> Enrolment:
    """Take an offered seat; aid and voucher count from now. Raises Refused when the offer is over."""
    now = clock.now()
    with transaction():
        enrolment = _entered(enrolment_id, actor, now)
        _may_confirm(enrolment, actor)
        if enrolment.status is not EnrolmentStatus.OFFERED:
            raise Refused(Problem("E9", Text(texts.OFFER_OVER), owner="training"))
        _confirm(enrolment, now)
        audit.record(actor, "training.accept_offer", "enrolment", enrolment.id)
        return enrolment


def decline_offer(enrolment_id: UUID, *, actor: Actor) -> Enrolment:
    """Say no to an offered seat: once keeps the place in the queue, twice leaves it (E12). Raises Refused when it is over."""
    now = clock.now()
    with transaction():
        enrolment = _entered(enrolment_id, actor, now)
        if enrolment.status is not EnrolmentStatus.OFFERED:
            raise Refused(Problem("E9", Text(texts.OFFER_OVER), owner="training"))
        declines = enrolment.declines + 1
        if declines >= MOST_DECLINES:
            seats.leave(enrolment, EnrolmentStatus.DECLINED, LedgerReason.DECLINED, now)
        else:
            seats.swap(
                enrolment, EnrolmentStatus.OFFERED, EnrolmentStatus.WAITING, declines=declines, **seats.CLOCK_STOPS
            )
            seats.give_back(enrolment.pool_id, 1)
            seats.write_ledger(enrolment.pool_id, [enrolment.id], -1, LedgerReason.DECLINED)
        promote_waiting(enrolment.session_id, now=now, but=enrolment.id)
        audit.record(actor, "training.decline_offer", "enrolment", enrolment.id, after={"status": enrolment.status})
        db.session.refresh(enrolment)
        return enrolment


def say_yes(enrolment_id: UUID, *, actor: Actor, aid: AidAnswer, declared: int | None = None) -> Enrolment:
    """The company's yes to an employee's own request, with its answer about aid (S5). Raises Conflict when it is over."""
    now = clock.now()
    with transaction():
        enrolment = _entered(enrolment_id, actor, now, aid)
        require(can_enrol_for(actor, enrolment.organisation_id), _not_yours())
        if enrolment.status is not EnrolmentStatus.AWAITING_COMPANY:
            raise Conflict(Problem("S5", Text(texts.ANSWERED_ALREADY), owner="training"))
        enrolment.aid, enrolment.aid_declared_cents = aid, declared
        db.session.flush()
        _confirm(enrolment, now)
        audit.record(actor, "training.say_yes", "enrolment", enrolment.id)
        return enrolment


def say_no(enrolment_id: UUID, *, actor: Actor, reason: str = "") -> Enrolment:
    """The company's no: the seat is freed, the employee is told. Raises Conflict when it is over."""
    now = clock.now()
    with transaction():
        enrolment = _entered(enrolment_id, actor, now)
        require(can_enrol_for(actor, enrolment.organisation_id), _not_yours())
        if enrolment.status is not EnrolmentStatus.AWAITING_COMPANY:
            raise Conflict(Problem("S5", Text(texts.ANSWERED_ALREADY), owner="training"))
        seats.leave(enrolment, EnrolmentStatus.REFUSED, LedgerReason.REFUSED, now)
        promote_waiting(enrolment.session_id, now=now)
        audit.record(actor, "training.say_no", "enrolment", enrolment.id, reason=reason or None)
        events.announce(REFUSED, enrolment_id=enrolment.id)
        return enrolment


def name_seat(enrolment_id: UUID, person_id: UUID, *, actor: Actor) -> Enrolment:
    """Give a nameless seat (or place in the queue) to one of the company's people, by the rules of enrolling them."""
    now = clock.now()
    with transaction():
        enrolment = _entered(enrolment_id, actor, now)
        if enrolment.person_id is not None:
            raise Conflict(Problem("E7", Text(texts.NAMED_ALREADY), owner="training"))
        _judge_person(enrolment, person_id, now)
        _put_name(enrolment, None, person_id)
        _start_clock(enrolment, now)
        audit.record(actor, "training.name_seat", "enrolment", enrolment.id)
        return enrolment


def substitute(enrolment_id: UUID, person_id: UUID, *, actor: Actor) -> Enrolment:
    """Another colleague takes the seat; number and price stay (S6). By the company until the start, by a trainer of the
    session at the door until 30 minutes after. Raises Refused, Conflict when somebody changed the name meanwhile."""
    now = clock.now()
    with transaction():
        enrolment = _entered(enrolment_id, actor, now, sees=_sees_or_teaches)
        session = enrolment.session
        at_door = can_teach(actor, session, queries.trainers_of(session.id))
        require(at_door or can_enrol_for(actor, enrolment.organisation_id), _not_yours())
        until = session.starts_at + (DOOR_OPEN if at_door else timedelta(0))
        if enrolment.status not in SEATED or enrolment.person_id is None:
            raise Conflict(Problem("E14", Text(texts.ALREADY_OVER), owner="training"))
        if now >= until:
            told = Text(texts.SUBSTITUTE_TOO_LATE, {"until": At(until, session.zone)})
            raise Refused(Problem("E14", told, owner="training", passes=until))
        _judge_person(enrolment, person_id, now)
        _put_name(enrolment, enrolment.person_id, person_id)
        audit.record(actor, "training.substitute", "enrolment", enrolment.id)
        return enrolment


def answer_aid(enrolment_id: UUID, declared: int, *, actor: Actor) -> Enrolment:
    """The figure that the accountant told: aid is granted as far as it is left (S8). Raises Conflict when nothing is asked."""
    now = clock.now()
    with transaction():
        enrolment = _entered(enrolment_id, actor, now, AidAnswer.WITH_AID)
        if enrolment.status is not EnrolmentStatus.CONFIRMED or enrolment.aid is not AidAnswer.ACCOUNTANT:
            raise Conflict(Problem("S8", Text(texts.AID_ANSWERED), owner="training"))
        country = queries.country_of(enrolment.session.organisation_id)
        left = max(0, queries.aid_room(enrolment.organisation_id, country, now, declared).left)
        full, aid = enrolment.price_cents + enrolment.aid_cents, min(enrolment.aid_cents, left)
        enrolment.aid, enrolment.aid_declared_cents = AidAnswer.WITH_AID, declared
        enrolment.aid_cents, enrolment.price_cents = aid, full - aid
        money.grant(enrolment, country, now)
        _start_clock(enrolment, now)
        audit.record(actor, "training.answer_aid", "enrolment", enrolment.id)
        return enrolment


def _sees(actor: Actor, enrolment: Enrolment) -> bool:
    return actor == SYSTEM or can_withdraw(actor, enrolment)


def _sees_or_teaches(actor: Actor, enrolment: Enrolment) -> bool:
    trainers = queries.trainers_of(enrolment.session_id)
    return can_withdraw(actor, enrolment) or can_teach(actor, enrolment.session, trainers)


def _entered(
    enrolment_id: UUID,
    actor: Actor,
    now: datetime,
    aid: AidAnswer | None = None,
    sees: Callable[[Actor, Enrolment], bool] = _sees,
) -> Enrolment:
    """Raises NotFound for who may not even see the place."""
    enrolment = require_found(db.session.get(Enrolment, enrolment_id, populate_existing=True))
    if not sees(actor, enrolment):
        raise NotFound
    session = require_found(queries.enrollable_session(enrolment.session_id, held=True))
    money.lock_aid(session, enrolment.organisation_id, aid or enrolment.aid)
    vouchers = [enrolment.voucher_id] if enrolment.voucher_id else []
    seats.enter(session, now, enrolment.organisation_id, vouchers=vouchers)
    db.session.refresh(enrolment)
    return enrolment


def _may_confirm(enrolment: Enrolment, actor: Actor) -> None:
    """Where the employee asked, the company says yes."""
    allowed = not enrolment.needs_yes or can_enrol_for(actor, enrolment.organisation_id)
    require(allowed, Problem("S5", Text(texts.COMPANY_SAYS_YES), owner="people"))


def _confirm(enrolment: Enrolment, now: datetime) -> None:
    seats.swap(enrolment, enrolment.status, EnrolmentStatus.CONFIRMED, confirmed_at=now, **seats.CLOCK_STOPS)
    money.price(enrolment.session, [enrolment], now)
    money.count(enrolment.session, [enrolment], now)
    _start_clock(enrolment, now)


def _start_clock(enrolment: Enrolment, now: datetime) -> None:
    """The clock of the state that the place is in now, from now."""
    ends = place_ends(enrolment, enrolment.session, queries.country_of(enrolment.organisation_id), now)
    for name, value in seats.clock_of(ends, now).items():
        setattr(enrolment, name, value)
    db.session.flush()


def _judge_person(enrolment: Enrolment, person_id: UUID, now: datetime) -> None:
    """The rules of enrolling this person; the window to enrol and the cap were passed when the place was taken."""
    session = enrolment.session
    request = EnrolRequest((person_id,))
    standing = Standing(queries.candidates(session, request.people, enrolment.organisation_id), has=-1)
    problems = enrolment_problems(session, request, standing, now=min(now, session.enrol_until - _MOMENT))
    refuse_if([p for p in problems if p.rule in ("E2", "E3")] if now >= session.starts_at else problems)


def _put_name(enrolment: Enrolment, before: UUID | None, person_id: UUID) -> None:
    """Only where the place still stands and nobody was faster. Raises Conflict, also for a person who is in already."""
    free = sa.and_(
        Enrolment.id == enrolment.id, Enrolment.person_id.is_not_distinct_from(before), Enrolment.status.in_(LIVE)
    )
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


def _not_yours() -> Problem:
    return Problem("R2", Text(texts.NOT_YOURS), owner="people")
