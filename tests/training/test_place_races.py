"""One place under rivals in several processes: each race beside its control, which takes the guard away and must break."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch
from uuid import UUID

import pytest
import sqlalchemy as sa
from apiflask import APIFlask
from flask import current_app
from sqlalchemy.exc import IntegrityError

from lift.core import clock
from lift.core.actor import SYSTEM
from lift.core.db import db
from lift.core.errors import Conflict, Refused
from lift.people.models import Organisation, Person
from lift.training import queries
from lift.training import services as verbs
from lift.training.enums import LIVE, AidAnswer, EnrolmentStatus, LedgerReason
from lift.training.models import Enrolment, Pool, PoolLedger
from lift.training.policy import EnrolRequest
from lift.training.services import deciding, places, seats
from tests.factories.people import actor_for, make_token
from tests.racing import race
from tests.training.rivals import PAUSE, one_firm, slowly, the_owner, the_session, totals

pytestmark = pytest.mark.race


def read_only(model: Any, keys: Any) -> list[Any]:
    """Fresh rows as ``lock_rows`` returns them, but anybody may change them meanwhile."""
    query = sa.select(model).where(model.id.in_(list(keys)))
    return list(db.session.scalars(query, execution_options={"populate_existing": True}))


@contextmanager
def unguarded() -> Iterator[None]:
    """No pool is locked, and time passes between reading a place and writing it."""
    with patch.object(seats, "lock_rows", read_only), patch.object(places, "_entered", slowly(places._entered)):
        yield


def offered(app: APIFlask) -> None:
    """One offered seat, warned of; its owner had given up another."""
    stage = one_firm(app, 1)
    with app.app_context():
        first = verbs.enrol(stage.session_id, EnrolRequest((), 2), actor=the_owner()).seated
        waiting = db.session.scalars(sa.select(Enrolment).filter_by(status=EnrolmentStatus.WAITING)).one()
        verbs.withdraw(first[0].id, actor=the_owner())
        db.session.refresh(waiting)
        assert waiting.status is EnrolmentStatus.OFFERED
        waiting.warned_at = waiting.clock_began_at
        db.session.commit()


def the_place() -> Enrolment:
    gone = Enrolment.status == EnrolmentStatus.WITHDRAWN_IN_TIME
    return db.session.scalars(sa.select(Enrolment).where(~gone)).one()


def accept_or_decline(number: int) -> str:
    try:
        (verbs.accept_offer if number % 2 else verbs.decline_offer)(the_place().id, actor=the_owner())
    except Refused:
        return "over"
    return "accepted" if number % 2 else "declined"


def accept_or_decline_unguarded(number: int) -> str:
    with unguarded():
        return accept_or_decline(number)


def test_s11_race_of_accept_and_decline_in_two_tabs_has_one_answer(committed: APIFlask) -> None:
    offered(committed)
    answers = race(committed, accept_or_decline, 2)
    assert Counter(answers) in ({"accepted": 1, "over": 1}, {"declined": 1, "over": 1})
    with committed.app_context():
        seats_left = 1 if "accepted" in answers else 0
        assert totals() == (seats_left, seats_left)


def test_s11_race_control_without_the_pool_lock_says_yes_to_both_tabs(committed: APIFlask) -> None:
    offered(committed)
    assert Counter(race(committed, accept_or_decline_unguarded, 2)) == {"accepted": 1, "declined": 1}


def accept_or_expire(number: int) -> str:
    row = the_place()
    if number % 2:
        verbs.sweep(row.expires_at or clock.now())
        return "swept"
    try:
        verbs.accept_offer(row.id, actor=the_owner())
    except Refused:
        return "over"
    return "accepted"


def accept_while_it_expires(number: int) -> str:
    """The sweep comes in the middle of the pause."""
    if number % 2:
        time.sleep(PAUSE / 2)
        return accept_or_expire(number)
    with unguarded():
        return accept_or_expire(number)


def test_e9_race_of_confirm_and_expire_leaves_counter_and_rows_alike(committed: APIFlask) -> None:
    offered(committed)
    answers = race(committed, accept_or_expire, 8, processes=8)
    with committed.app_context():
        row = db.session.scalars(sa.select(Enrolment).where(Enrolment.ended_at.is_(None))).one_or_none()
        seated = 1 if row is not None else 0
        assert (totals(), answers.count("accepted")) == ((seated, seated), seated)


def test_e9_race_control_without_the_pool_lock_confirms_a_seat_that_is_gone(committed: APIFlask) -> None:
    offered(committed)
    answers = race(committed, accept_while_it_expires, 2)
    with committed.app_context():
        assert (Counter(answers), totals()) == ({"accepted": 1, "swept": 1}, (0, 0))


def asked_for(app: APIFlask) -> None:
    """An employee's own request that awaits the company's yes."""
    stage = one_firm(app, 3, people=1)
    with app.app_context():
        person = db.session.scalars(sa.select(Person).filter_by(name="Persona 0")).one()
        company = db.session.get_one(Organisation, stage.company_id)
        verbs.ask_for_seat(stage.session_id, actor=actor_for(person, company))


def approve(number: int) -> str:
    try:
        verbs.say_yes(the_place().id, actor=the_owner(), aid=AidAnswer.FULL_PRICE)
    except Conflict:
        return "answered"
    return "yes"


def approve_unguarded(number: int) -> str:
    with unguarded():
        return approve(number)


def test_s5_race_of_two_who_approve_one_request_has_one_yes(committed: APIFlask) -> None:
    asked_for(committed)
    answers = race(committed, approve, 6, processes=6)
    with committed.app_context():
        assert (Counter(answers), totals()) == ({"yes": 1, "answered": 5}, (1, 1))


def test_s5_race_control_without_the_pool_lock_says_yes_twice(committed: APIFlask) -> None:
    asked_for(committed)
    assert race(committed, approve_unguarded, 2) == ["yes", "yes"]


def withdraw_or_promote(number: int) -> str:
    try:
        if number % 2:
            verbs.promote_waiting(the_session(), now=clock.now())
            return "promoted"
        mine = db.session.scalars(sa.select(Enrolment.id).where(Enrolment.status.in_(LIVE)).order_by(Enrolment.ticket))
        verbs.withdraw(mine.all()[number // 2], actor=the_owner())
    except Conflict:
        return "gone"
    return "withdrawn"


slow_waiting = slowly(queries.waiting_in)


def promote_unguarded(number: int) -> list[UUID]:
    with patch.object(seats, "lock_rows", read_only), patch.object(queries, "waiting_in", slow_waiting):
        return verbs.promote_waiting(the_session(), now=clock.now())


def seats_added(app: APIFlask) -> None:
    """Fourteen asked for two seats; four more seats stand free before anybody was told."""
    stage = one_firm(app, 2)
    with app.app_context():
        verbs.enrol(stage.session_id, EnrolRequest((), 14), actor=the_owner())
        db.session.execute(sa.update(Pool).values(size=6))
        db.session.commit()


def offers() -> Counter[Any]:
    """How often each place was promoted, by the ledger."""
    return Counter(db.session.scalars(sa.select(PoolLedger.enrolment_id).filter_by(reason=LedgerReason.PROMOTED)))


def test_e11_race_of_cancel_and_promote_offers_each_freed_seat_once(committed: APIFlask) -> None:
    seats_added(committed)
    race(committed, withdraw_or_promote, 8, processes=8)
    with committed.app_context():
        assert (totals(), max(offers().values())) == ((6, 6), 1)


def test_e11_race_control_without_the_pool_lock_offers_to_one_person_twice(committed: APIFlask) -> None:
    seats_added(committed)
    offered_by = race(committed, promote_unguarded, 2)
    with committed.app_context():
        assert (offered_by[0], set(offers().values())) == (offered_by[1], {2})


def sweep_now(number: int) -> str:
    ends = db.session.scalars(sa.select(Enrolment.expires_at).where(Enrolment.expires_at.is_not(None))).first()
    try:
        verbs.sweep(ends or clock.now())
    except IntegrityError:
        return "broken"
    return "swept"


def swap_anyway(enrolment: Enrolment, before: EnrolmentStatus, after: EnrolmentStatus, **values: object) -> bool:
    """The status moves whatever it is by now."""
    time.sleep(PAUSE)
    db.session.execute(sa.update(Enrolment).filter_by(id=enrolment.id).values(status=after, **values))
    db.session.refresh(enrolment)
    return True


def sweep_unguarded(number: int) -> str:
    with patch.object(seats, "lock_rows", read_only), patch.object(seats, "swap", swap_anyway):
        return sweep_now(number)


def nameless_over(app: APIFlask, number: int) -> None:
    """So many nameless seats, warned of, whose deadline the sweepers bring with them."""
    stage = one_firm(app, number)
    with app.app_context():
        verbs.enrol(stage.session_id, EnrolRequest((), number), actor=the_owner())
        db.session.execute(sa.update(Enrolment).values(warned_at=Enrolment.clock_began_at))
        db.session.commit()


def test_s3_race_of_two_sweepers_ends_each_nameless_seat_once(committed: APIFlask) -> None:
    nameless_over(committed, 6)
    answers = race(committed, sweep_now, 4, processes=4)
    with committed.app_context():
        ended = db.session.scalar(sa.select(sa.func.sum(PoolLedger.change)).where(PoolLedger.change < 0))
        assert (answers.count("swept"), totals(), ended) == (4, (0, 0), -6)


def test_s3_race_control_without_lock_and_comparison_frees_a_seat_twice(committed: APIFlask) -> None:
    nameless_over(committed, 1)
    assert sorted(race(committed, sweep_unguarded, 2)) == ["broken", "swept"]


def cut_or_enrol(number: int) -> str:
    if number == 0:
        pool_id = db.session.scalars(sa.select(Pool.id)).one()
        try:
            verbs.resize_pool(pool_id, 1, actor=SYSTEM)
        except Refused:
            return "refused"
        except IntegrityError:
            return "broken"
        return "cut"
    return "seat" if verbs.enrol(the_session(), EnrolRequest((), 1), actor=the_owner()).seated else "waiting"


def cut_unguarded(number: int) -> str:
    """Whoever cuts reads what is taken and thinks; the seats are sold meanwhile."""
    if number:
        time.sleep(PAUSE / 2)
        return cut_or_enrol(number)
    slow_refresh = patch.object(db.session, "refresh", slowly(db.session.refresh, 3 * PAUSE))
    with patch.object(deciding, "lock_rows", read_only), patch.object(seats, "lock_rows", read_only), slow_refresh:
        return cut_or_enrol(number)


def test_e4_race_of_a_capacity_cut_and_enrolling_never_seats_more_than_the_size(committed: APIFlask) -> None:
    one_firm(committed, 4)
    answers = race(committed, cut_or_enrol, 8, processes=8)
    with committed.app_context():
        pool = db.session.scalars(sa.select(Pool)).one()
        assert (pool.size, answers.count("seat")) in {(1, 0), (1, 1), (4, 4)}
        assert totals() == (answers.count("seat"), answers.count("seat"))


def test_e4_race_control_without_locks_cuts_below_what_was_sold(committed: APIFlask) -> None:
    one_firm(committed, 4)
    assert race(committed, cut_unguarded, 3) == ["broken", "seat", "seat"]


HEADERS: dict[str, str] = {}


def post_enrolment(number: int) -> int:
    """One nameless seat over the API."""
    path = f"/api/v1/sessions/{the_session()}/enrolments"
    return current_app.test_client().post(path, json={"nameless": 1}, headers=HEADERS).status_code


def caller(app: APIFlask, key: str | None) -> None:
    """The forked processes find the headers of one caller."""
    stage = one_firm(app, 30)
    with app.app_context():
        person = db.session.get_one(Person, the_owner().person_id)
        company = db.session.get_one(Organisation, stage.company_id)
        scopes = ("sessions:read", "enrolments:read", "enrolments:write")
        HEADERS.clear()
        HEADERS.update(make_token(person, scopes, company), **({"Idempotency-Key": key} if key else {}))
        db.session.commit()


def test_i2_race_of_one_key_twenty_times_enrols_once(committed: APIFlask) -> None:
    caller(committed, "once")
    answers = Counter(race(committed, post_enrolment, 20, processes=10))
    with committed.app_context():
        assert (totals(), answers[201] + answers[409], answers[201] > 0) == ((1, 1), 20, True)


def test_i2_race_control_without_the_key_enrols_every_time(committed: APIFlask) -> None:
    caller(committed, None)
    assert race(committed, post_enrolment, 4) == [201] * 4
    with committed.app_context():
        assert totals() == (4, 4)
