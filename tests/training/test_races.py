"""Seats under rivals in several processes, and the control that oversells."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch
from uuid import UUID

import pytest
import sqlalchemy as sa
from apiflask import APIFlask
from sqlalchemy.exc import IntegrityError

from lift.core import clock
from lift.core.actor import SYSTEM, Actor, Role, Scope
from lift.core.db import db, transaction
from lift.core.errors import Conflict, Refused
from lift.people.models import Membership, Organisation, Person, RoleGrant
from lift.training import queries
from lift.training import services as verbs
from lift.training.enums import LIVE, SEATED, EnrolmentStatus, Fit
from lift.training.models import Enrolment, PilotSession, Pool, PoolLedger
from lift.training.policy import EnrolRequest
from lift.training.services import seats
from tests.factories.people import actor_for, give_role, make_company, make_person
from tests.factories.training import add_pool, make_session
from tests.racing import race

pytestmark = pytest.mark.race

RIVALS = 50


def prepare(app: APIFlask, seats: int) -> None:
    """One session, and RIVALS companies with an owner each."""
    with app.app_context():
        make_session(seats)
        for number in range(RIVALS):
            company = make_company()
            owner = make_person(f"Owner {number:02}", company)
            give_role(owner, company, Role.OWNER, Scope.COMPANY, company.id)
        db.session.commit()


def owner_number(number: int) -> tuple[Actor, UUID]:
    query = sa.select(RoleGrant.person_id, RoleGrant.organisation_id).where(RoleGrant.role == Role.OWNER)
    person_id, company_id = db.session.execute(query.order_by(RoleGrant.id).offset(number).limit(1)).one()
    membership = db.session.scalars(
        sa.select(Membership).filter_by(person_id=person_id, organisation_id=company_id)
    ).one()
    return actor_for(membership.person, membership.organisation), person_id


def enrol_one(number: int) -> str:
    actor, person = owner_number(number)
    session_id = db.session.scalars(sa.select(PilotSession.id)).one()
    result = verbs.enrol(session_id, EnrolRequest((person,)), actor=actor)
    return "seat" if result.seated else "waiting"


def count_then_take(number: int) -> str:
    """The control: counts rows, thinks, inserts. No pool row is moved."""
    with transaction() as session:
        pool = session.scalars(sa.select(Pool)).one()
        taken = session.scalar(sa.select(sa.func.count()).select_from(Enrolment)) or 0
        session.execute(sa.text("SELECT pg_sleep(0.2)"))
        status = EnrolmentStatus.CONFIRMED if taken < (pool.size or 0) else EnrolmentStatus.WAITING
        _, person = owner_number(number)
        company = session.scalars(sa.select(Membership.organisation_id).filter_by(person_id=person)).one()
        session.add(
            Enrolment(
                session_id=pool.session_id, pool_id=pool.id, organisation_id=company, status=status, ticket=number
            )
        )
        return status.value


def test_race_of_fifty_people_for_the_last_seat_gives_it_to_exactly_one(committed: APIFlask) -> None:
    prepare(committed, 1)
    answers = race(committed, enrol_one, RIVALS, processes=10)
    assert (answers.count("seat"), answers.count("waiting")) == (1, RIVALS - 1)
    with committed.app_context():
        pool = db.session.scalars(sa.select(Pool)).one()
        tickets = list(db.session.scalars(sa.select(Enrolment.ticket).order_by(Enrolment.ticket)))
        assert (pool.taken, tickets) == (1, list(range(1, RIVALS + 1)))


def test_race_control_that_counts_rows_oversells(committed: APIFlask) -> None:
    prepare(committed, 1)
    answers = race(committed, count_then_take, 10)
    assert answers.count("confirmed") > 1


CROWD = 200
SEATS = 20


def enrol_some(number: int) -> int:
    """Each rival asks for one seat of the crowd's session; the owners take turns."""
    actor, _ = owner_number(number % RIVALS)
    session_id = db.session.scalars(sa.select(PilotSession.id)).one()
    return len(verbs.enrol(session_id, EnrolRequest((), 1), actor=actor).seated)


def test_race_of_two_hundred_requests_for_twenty_seats_seats_exactly_twenty(committed: APIFlask) -> None:
    prepare(committed, SEATS)
    answers = race(committed, enrol_some, CROWD, processes=8)
    assert (sum(answers), len(answers)) == (SEATS, CROWD)
    with committed.app_context():
        pool = db.session.scalars(sa.select(Pool)).one()
        waiting = db.session.scalar(sa.select(sa.func.count()).where(Enrolment.status == EnrolmentStatus.WAITING))
        tickets = list(db.session.scalars(sa.select(Enrolment.ticket).order_by(Enrolment.ticket)))
        assert (pool.taken, waiting, tickets) == (SEATS, CROWD - SEATS, list(range(1, CROWD + 1)))
        ledger = db.session.scalar(sa.select(sa.func.sum(PoolLedger.change)))
        assert ledger == SEATS


def name_the_seat(number: int) -> str:
    """Each rival gives the one nameless seat to another colleague."""
    seat = db.session.scalars(sa.select(Enrolment)).one()
    people = db.session.scalars(
        sa.select(Membership.person_id).filter_by(organisation_id=seat.organisation_id).order_by(Membership.id)
    ).all()
    owner = db.session.get_one(Person, people[0])
    actor = actor_for(owner, db.session.get_one(Organisation, seat.organisation_id))
    try:
        verbs.name_seat(seat.id, people[number], actor=actor)
    except Conflict:
        return "named before"
    return "named"


def test_race_of_ten_names_for_one_nameless_seat_leaves_the_first(committed: APIFlask) -> None:
    with committed.app_context():
        company = make_company()
        owner = make_person("Owner", company)
        give_role(owner, company, Role.OWNER, Scope.COMPANY, company.id)
        for number in range(10):
            make_person(f"Persona {number}", company)
        session = make_session(5)
        db.session.commit()
        verbs.enrol(session.id, EnrolRequest((), 1), actor=actor_for(owner, company))
    answers = race(committed, name_the_seat, 10, processes=10)
    assert (answers.count("named"), answers.count("named before")) == (1, 9)


# Each rival below races through the product's own verbs; each control takes one guard away and must break.


@dataclass(frozen=True)
class Stage:
    """A firm with people and a session; what the rivals are told is read from the database."""

    session_id: UUID
    company_id: UUID


def one_firm(app: APIFlask, size: int, people: int = 0, **session: Any) -> Stage:
    with app.app_context():
        company = make_company()
        owner = make_person("Owner", company)
        give_role(owner, company, Role.OWNER, Scope.COMPANY, company.id)
        for number in range(people):
            make_person(f"Persona {number}", company)
        row = make_session(size, **session)
        db.session.commit()
        return Stage(row.id, company.id)


def the_owner() -> Actor:
    return owner_number(0)[0]


def the_session() -> UUID:
    return db.session.scalars(sa.select(PilotSession.id)).one()


def totals() -> tuple[int, int]:
    """Seats taken by the pools' counters, and live seats by the rows."""
    taken = db.session.scalar(sa.select(sa.func.sum(Pool.taken))) or 0
    rows = db.session.scalar(sa.select(sa.func.count()).where(Enrolment.status.in_(SEATED))) or 0
    return taken, rows


def enrol_under_cap(number: int) -> str:
    try:
        verbs.enrol(the_session(), EnrolRequest((), 1), actor=the_owner())
    except Refused as refused:
        return refused.problems[0].rule
    return "seat"


def slow_standing(*args: Any) -> Any:
    """Read what the company has, then think: makes the gap wide enough to be seen."""
    found = REAL_STANDING(*args)
    time.sleep(0.3)
    return found


REAL_STANDING = queries.standing_for


def enrol_without_tally_lock(number: int) -> str:
    with patch("lift.core.tallies.lock"), patch.object(queries, "standing_for", slow_standing):
        return enrol_under_cap(number)


def test_s4_race_of_twenty_requests_of_one_company_under_a_cap_of_three_seats_exactly_three(
    committed: APIFlask,
) -> None:
    one_firm(committed, 20, company_cap=3)
    answers = race(committed, enrol_under_cap, 20, processes=10)
    assert Counter(answers) == {"seat": 3, "E6": 17}


def test_s4_race_control_without_the_tally_lock_passes_the_cap(committed: APIFlask) -> None:
    one_firm(committed, 20, company_cap=3)
    answers = race(committed, enrol_without_tally_lock, 10, processes=10)
    assert answers.count("seat") > 3


def enrol_fit_all(number: int) -> str:
    try:
        verbs.enrol(the_session(), EnrolRequest((), 1, fit=Fit.ALL), actor=the_owner())
    except Refused as refused:
        return refused.problems[0].rule
    return "seat"


def enrol_without_pool_lock(number: int) -> str:
    with patch.object(seats, "lock_rows", lambda model, keys: []), patch.object(queries, "standing_for", slow_standing):
        try:
            return enrol_fit_all(number)
        except IntegrityError:
            return "broken"


def two_pools(app: APIFlask) -> None:
    stage = one_firm(app, 1)
    with app.app_context():
        add_pool(db.session.get_one(PilotSession, stage.session_id), 1, "country", country="IT")


def test_n2_race_for_the_last_seats_of_two_pools_seats_exactly_two(committed: APIFlask) -> None:
    two_pools(committed)
    answers = race(committed, enrol_fit_all, 20, processes=10)
    assert Counter(answers) == {"seat": 2, "E7": 18}
    with committed.app_context():
        assert totals() == (2, 2)


def test_n2_race_control_without_the_pool_locks_breaks_the_count(committed: APIFlask) -> None:
    two_pools(committed)
    answers = race(committed, enrol_without_pool_lock, 10, processes=10)
    assert answers.count("seat") > 2


def offered(app: APIFlask) -> None:
    """One offer that is over now by a hair and was warned of, and somebody who waits behind it."""
    stage = one_firm(app, 1)
    with app.app_context():
        first = verbs.enrol(stage.session_id, EnrolRequest((), 2), actor=the_owner()).seated
        waiting = db.session.scalars(sa.select(Enrolment).filter_by(status=EnrolmentStatus.WAITING)).one()
        verbs.withdraw(first[0].id, actor=the_owner())
        db.session.refresh(waiting)
        assert waiting.status is EnrolmentStatus.OFFERED


def confirm_or_decline(number: int) -> str:
    row = db.session.scalars(sa.select(Enrolment).where(Enrolment.status != EnrolmentStatus.WITHDRAWN_IN_TIME)).one()
    try:
        (verbs.accept_offer if number % 2 else verbs.decline_offer)(row.id, actor=the_owner())
    except Refused:
        return "over"
    return "accepted" if number % 2 else "declined"


def test_s11_race_of_accept_and_decline_in_two_tabs_has_one_answer(committed: APIFlask) -> None:
    offered(committed)
    answers = race(committed, confirm_or_decline, 2)
    assert Counter(answers) in ({"accepted": 1, "over": 1}, {"declined": 1, "over": 1})
    with committed.app_context():
        seats_left = 1 if "accepted" in answers else 0
        assert totals() == (seats_left, seats_left)


def confirm_or_expire(number: int) -> str:
    row = db.session.scalars(sa.select(Enrolment).where(Enrolment.status != EnrolmentStatus.WITHDRAWN_IN_TIME)).one()
    if number % 2:
        verbs.sweep(row.expires_at or clock.now())
        return "swept"
    try:
        verbs.accept_offer(row.id, actor=the_owner())
    except Refused:
        return "over"
    return "accepted"


def warned(app: APIFlask) -> None:
    offered(app)
    with app.app_context():
        row = db.session.scalars(sa.select(Enrolment).filter_by(status=EnrolmentStatus.OFFERED)).one()
        row.warned_at = row.clock_began_at
        db.session.commit()


def test_e9_race_of_confirm_and_expire_leaves_counter_and_rows_alike(committed: APIFlask) -> None:
    warned(committed)
    answers = race(committed, confirm_or_expire, 8, processes=8)
    with committed.app_context():
        row = db.session.scalars(sa.select(Enrolment).where(Enrolment.ended_at.is_(None))).one_or_none()
        seated = 1 if row is not None else 0
        assert (totals(), answers.count("accepted")) == ((seated, seated), seated)


def withdraw_or_promote(number: int) -> str:
    if number % 2:
        verbs.promote_waiting(the_session(), now=clock.now())
        return "promoted"
    mine = db.session.scalars(sa.select(Enrolment).where(Enrolment.status.in_(LIVE)).order_by(Enrolment.ticket))
    try:
        verbs.withdraw(mine.all()[number // 2].id, actor=the_owner())
    except Conflict:
        return "gone"
    return "withdrawn"


def test_e11_race_of_cancel_and_promote_offers_each_freed_seat_once(committed: APIFlask) -> None:
    stage = one_firm(committed, 4)
    with committed.app_context():
        verbs.enrol(stage.session_id, EnrolRequest((), 10), actor=the_owner())
    race(committed, withdraw_or_promote, 8, processes=8)
    with committed.app_context():
        verbs.promote_waiting(stage.session_id, now=clock.now())
        assert totals() == (4, 4)


def sweep_now(number: int) -> int:
    ends = db.session.scalars(sa.select(Enrolment.expires_at).where(Enrolment.expires_at.is_not(None))).first()
    return verbs.sweep(ends or clock.now())


def test_s3_race_of_two_sweepers_ends_each_nameless_seat_once(committed: APIFlask) -> None:
    stage = one_firm(committed, 6)
    with committed.app_context():
        verbs.enrol(stage.session_id, EnrolRequest((), 6), actor=the_owner())
        db.session.execute(sa.update(Enrolment).values(warned_at=Enrolment.clock_began_at))
        db.session.commit()
    race(committed, sweep_now, 4, processes=4)
    with committed.app_context():
        ended = db.session.scalar(sa.select(sa.func.sum(PoolLedger.change)).where(PoolLedger.change < 0))
        assert (totals(), ended) == ((0, 0), -6)


def cut_or_enrol(number: int) -> str:
    if number == 0:
        pool_id = db.session.scalars(sa.select(Pool.id)).one()
        try:
            verbs.resize_pool(pool_id, 1, actor=SYSTEM)
        except Refused:
            return "refused"
        return "cut"
    return "seat" if verbs.enrol(the_session(), EnrolRequest((), 1), actor=the_owner()).seated else "waiting"


def test_e4_race_of_a_capacity_cut_and_enrolling_never_seats_more_than_the_size(committed: APIFlask) -> None:
    one_firm(committed, 4)
    answers = race(committed, cut_or_enrol, 8, processes=8)
    with committed.app_context():
        pool = db.session.scalars(sa.select(Pool)).one()
        assert (pool.size, answers.count("seat")) in {(1, 0), (1, 1), (4, 4)}
        assert totals() == (answers.count("seat"), answers.count("seat"))


def cancel_or_enrol(number: int) -> str:
    if number == 0:
        verbs.cancel_session(the_session(), actor=SYSTEM, reason="The machine is away.")
        return "cancelled"
    try:
        verbs.enrol(the_session(), EnrolRequest((), 1), actor=the_owner())
    except Refused:
        return "refused"
    return "seat"


def test_e15_race_of_cancelling_and_enrolling_leaves_no_live_place(committed: APIFlask) -> None:
    one_firm(committed, 20)
    race(committed, cancel_or_enrol, 10, processes=10)
    with committed.app_context():
        live = db.session.scalar(sa.select(sa.func.count()).where(Enrolment.status.in_(LIVE)))
        assert (live, totals()) == (0, (0, 0))


def enrol_unheld(number: int) -> str:
    """The control: the session's row is not held, so a cancel slips between judging and writing."""

    def unheld(session_id: UUID, *, held: bool = False) -> PilotSession | None:
        return REAL_SESSION(session_id)

    with patch.object(queries, "enrollable_session", unheld), patch.object(queries, "standing_for", slow_standing):
        return cancel_or_enrol(number)


REAL_SESSION = queries.enrollable_session


def test_e15_race_control_that_does_not_hold_the_session_leaves_live_places(committed: APIFlask) -> None:
    one_firm(committed, 20)
    race(committed, enrol_unheld, 10, processes=10)
    with committed.app_context():
        assert (db.session.scalar(sa.select(sa.func.count()).where(Enrolment.status.in_(LIVE))) or 0) > 0
