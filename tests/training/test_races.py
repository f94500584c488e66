"""Seats under rivals in several processes, and the control that oversells."""

from __future__ import annotations

from collections import Counter
from unittest.mock import patch
from uuid import UUID

import pytest
import sqlalchemy as sa
from apiflask import APIFlask
from sqlalchemy.exc import IntegrityError

from lift.core.actor import SYSTEM, Role, Scope
from lift.core.db import db, transaction
from lift.core.errors import Conflict, Refused
from lift.people.models import Membership, Organisation, Person
from lift.training import queries
from lift.training import services as verbs
from lift.training.enums import LIVE, EnrolmentStatus, Fit
from lift.training.models import Enrolment, PilotSession, Pool, PoolLedger
from lift.training.policy import EnrolRequest
from lift.training.services import seats
from tests.factories.people import actor_for, give_role, make_company, make_person
from tests.factories.training import add_pool, make_session
from tests.racing import race
from tests.training.rivals import one_firm, owner_number, slow_standing, the_owner, the_session, totals

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


def enrol_under_cap(number: int) -> str:
    try:
        verbs.enrol(the_session(), EnrolRequest((), 1), actor=the_owner())
    except Refused as refused:
        return refused.problems[0].rule
    return "seat"


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
