"""Seats under rivals in several processes, and the control that oversells."""

from __future__ import annotations

from uuid import UUID

import pytest
import sqlalchemy as sa
from apiflask import APIFlask

from lift.core.actor import Actor, Role, Scope
from lift.core.db import db, transaction
from lift.core.errors import Conflict
from lift.people.models import Membership, Organisation, Person, RoleGrant
from lift.training import services as verbs
from lift.training.enums import EnrolmentStatus
from lift.training.models import Enrolment, PilotSession, Pool, PoolLedger
from lift.training.policy import EnrolRequest
from tests.factories.people import actor_for, give_role, make_company, make_person
from tests.factories.training import make_session
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
