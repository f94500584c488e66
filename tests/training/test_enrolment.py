"""Enrolling by the rules of RULES section 2; each test names its rule."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa

from lift.content.models import ModuleVersion
from lift.core import clock, events
from lift.core.actor import Actor, Role, Scope
from lift.core.db import db
from lift.core.errors import Conflict, Forbidden, NotFound, Refused
from lift.core.models import MailMessage
from lift.people.models import Organisation, Person
from lift.people.services import end_membership
from lift.training import services as verbs
from lift.training.enums import EnrolmentStatus, Fit
from lift.training.models import Enrolment, PilotSession, Pool, PoolLedger
from lift.training.policy import EnrolRequest
from lift.training.services import enrolment, notices, places, promotion, seats
from tests.factories.people import actor_for, give_role, make_company, make_owner, make_person
from tests.factories.training import add_pool, make_session
from workers import core as _core  # noqa: F401 registers the job handlers
from workers import training as _training  # noqa: F401

pytestmark = pytest.mark.usefixtures("database")


class Firm:
    """A company with an owner and some people."""

    def __init__(self, people: int = 3) -> None:
        self.company: Organisation = make_company()
        self.owner: Person = make_person("Ada Finzione", self.company)
        give_role(self.owner, self.company, Role.OWNER, Scope.COMPANY, self.company.id)
        self.people = [make_person(f"Persona {n}", self.company) for n in range(people)]
        self.actor: Actor = actor_for(self.owner, self.company)
        db.session.commit()

    def ask(self, *people: int, nameless: int = 0, fit: Fit = Fit.SOME) -> EnrolRequest:
        return EnrolRequest(tuple(self.people[n].id for n in people), nameless, fit)


def pool_of(session: PilotSession) -> Pool:
    return db.session.scalars(
        sa.select(Pool).filter_by(session_id=session.id), execution_options={"populate_existing": True}
    ).one()


def ledger_sum(pool: Pool) -> int:
    return (
        db.session.scalar(sa.select(sa.func.coalesce(sa.func.sum(PoolLedger.change), 0)).filter_by(pool_id=pool.id))
        or 0
    )


def rules(refusal: Refused) -> list[str]:
    return [problem.rule for problem in refusal.problems]


def test_e4_enrolling_two_people_takes_two_seats_and_two_ledger_rows() -> None:
    firm, session = Firm(), make_session(5)
    result = verbs.enrol(session.id, firm.ask(0, 1), actor=firm.actor)
    assert [e.status for e in result.seated] == [EnrolmentStatus.CONFIRMED] * 2
    assert (pool_of(session).taken, ledger_sum(pool_of(session)), result.waiting) == (2, 2, ())


def test_e7_as_many_as_fit_seats_some_and_tells_the_position_of_the_rest() -> None:
    firm, other, session = Firm(), Firm(), make_session(2)
    verbs.enrol(session.id, other.ask(0), actor=other.actor)
    first = verbs.enrol(session.id, firm.ask(0, 1), actor=firm.actor)
    second = verbs.enrol(session.id, firm.ask(2), actor=firm.actor)
    assert (len(first.seated), [ahead for _, ahead in first.waiting]) == (1, [0])
    assert (second.seated, [ahead for _, ahead in second.waiting]) == ((), [1])
    assert pool_of(session).taken == 2


def test_e7_all_or_none_that_does_not_fit_takes_nothing_and_names_two_ways_on() -> None:
    firm, session = Firm(), make_session(2)
    with pytest.raises(Refused) as refused:
        verbs.enrol(session.id, firm.ask(0, 1, 2, fit=Fit.ALL), actor=firm.actor)
    assert (rules(refused.value), refused.value.problems[0].passes, len(refused.value.problems[0].ways)) == (
        ["E7"],
        2,
        2,
    )
    assert (pool_of(session).taken, db.session.query(Enrolment).count()) == (0, 0)


def test_e3_the_same_person_twice_is_refused() -> None:
    firm, session = Firm(), make_session(5)
    verbs.enrol(session.id, firm.ask(0), actor=firm.actor)
    with pytest.raises(Refused) as refused:
        verbs.enrol(session.id, firm.ask(0), actor=firm.actor)
    assert rules(refused.value) == ["E3"]
    assert pool_of(session).taken == 1


def test_e3_a_person_in_another_session_at_that_time_is_refused_by_name() -> None:
    firm, session, other = Firm(), make_session(5), make_session(5)
    verbs.enrol(other.id, firm.ask(0), actor=firm.actor)
    with pytest.raises(Refused) as refused:
        verbs.enrol(session.id, firm.ask(0), actor=firm.actor)
    assert refused.value.problems[0].text.params["name"] == "Persona 0"


def test_e2_a_person_of_another_company_is_refused() -> None:
    firm, other, session = Firm(), Firm(), make_session(5)
    with pytest.raises(Refused) as refused:
        verbs.enrol(session.id, other.ask(0), actor=firm.actor)
    assert rules(refused.value) == ["E2"]


def test_e1_after_the_last_day_is_refused_with_the_day() -> None:
    firm = Firm()
    session = make_session(5, enrol_until=clock.now() - timedelta(minutes=1))
    with pytest.raises(Refused) as refused:
        verbs.enrol(session.id, firm.ask(0), actor=firm.actor)
    assert (rules(refused.value), refused.value.problems[0].passes) == (["E1"], session.enrol_until)


def test_problems_are_told_all_at_once() -> None:
    firm, other = Firm(), Firm()
    session = make_session(5, enrol_until=clock.now() - timedelta(minutes=1))
    with pytest.raises(Refused) as refused:
        verbs.enrol(session.id, other.ask(0, 1), actor=firm.actor)
    assert rules(refused.value) == ["E1", "E2", "E2"]


def test_pa1_an_owner_of_another_company_or_a_plain_employee_may_not_enrol() -> None:
    firm, session = Firm(), make_session(5)
    with pytest.raises(Forbidden):
        verbs.enrol(session.id, firm.ask(0), actor=actor_for(firm.people[0], firm.company))
    with pytest.raises(NotFound):
        verbs.enrol(session.id, firm.ask(0), actor=Actor(None, None, None))


def test_e5_the_most_specific_pool_with_a_seat_is_taken_first_then_the_general_one() -> None:
    firm, session = Firm(), make_session(5)
    special = add_pool(session, 1, "mine", company=str(firm.company.id))
    add_pool(session, 5, "others", company="somebody else")
    result = verbs.enrol(session.id, firm.ask(0), actor=firm.actor)
    again = verbs.enrol(session.id, firm.ask(1), actor=firm.actor)
    assert [result.seated[0].pool_id, again.seated[0].pool.name] == [special.id, "general"]


def test_pool_of_size_zero_has_no_seat_and_one_without_size_has_all() -> None:
    firm, none, endless = Firm(), make_session(0), make_session(None)
    assert verbs.enrol(none.id, firm.ask(0), actor=firm.actor).seated == ()
    assert len(verbs.enrol(endless.id, EnrolRequest((), 20), actor=firm.actor).seated) == 20


def test_e14_withdrawing_frees_the_seat_once_and_offers_it_to_the_first_in_line() -> None:
    firm, other, session = Firm(), Firm(), make_session(1)
    seat = verbs.enrol(session.id, firm.ask(0), actor=firm.actor).seated[0]
    waiting = verbs.enrol(session.id, other.ask(0), actor=other.actor).waiting[0][0]
    behind = verbs.enrol(session.id, other.ask(1), actor=other.actor).waiting[0][0]
    assert verbs.withdraw(seat.id, actor=firm.actor).status is EnrolmentStatus.WITHDRAWN_IN_TIME
    with pytest.raises(Conflict):
        verbs.withdraw(seat.id, actor=firm.actor)
    db.session.refresh(waiting)
    db.session.refresh(behind)
    assert (waiting.status, behind.status) == (EnrolmentStatus.OFFERED, EnrolmentStatus.WAITING)
    assert (pool_of(session).taken, ledger_sum(pool_of(session))) == (1, 1)


def test_e10_nobody_overtakes_while_somebody_waits() -> None:
    firm, other, late, session = Firm(), Firm(), Firm(), make_session(1)
    seat = verbs.enrol(session.id, firm.ask(0), actor=firm.actor).seated[0]
    verbs.enrol(session.id, other.ask(0), actor=other.actor)
    db.session.execute(
        sa.update(Enrolment).where(Enrolment.id == seat.id).values(status=EnrolmentStatus.WITHDRAWN_LATE)
    )
    db.session.execute(sa.update(Pool).where(Pool.session_id == session.id).values(taken=0))
    result = verbs.enrol(session.id, late.ask(0), actor=late.actor)
    assert (result.seated, [ahead for _, ahead in result.waiting]) == ((), [1])


def test_e9_an_offer_is_accepted_in_time_and_refused_afterwards() -> None:
    firm, other, session = Firm(), Firm(), make_session(1)
    seat = verbs.enrol(session.id, firm.ask(0), actor=firm.actor).seated[0]
    waiting = verbs.enrol(session.id, other.ask(0), actor=other.actor).waiting[0][0]
    verbs.withdraw(seat.id, actor=firm.actor)
    assert verbs.accept_offer(waiting.id, actor=other.actor).status is EnrolmentStatus.CONFIRMED
    with pytest.raises(Refused):
        verbs.accept_offer(waiting.id, actor=other.actor)


def test_expired_offer_never_keeps_a_seat_from_anybody_even_without_a_worker() -> None:
    firm, other, late, session = Firm(), Firm(), Firm(), make_session(1)
    seat = verbs.enrol(session.id, firm.ask(0), actor=firm.actor).seated[0]
    waiting = verbs.enrol(session.id, other.ask(0), actor=other.actor).waiting[0][0]
    verbs.withdraw(seat.id, actor=firm.actor)
    db.session.execute(
        sa.update(Enrolment).where(Enrolment.id == waiting.id).values(expires_at=clock.now() - timedelta(seconds=1))
    )
    assert len(verbs.enrol(session.id, late.ask(0), actor=late.actor).seated) == 1
    assert (pool_of(session).taken, ledger_sum(pool_of(session))) == (1, 1)


def test_sweep_works_by_state_and_twice_is_once() -> None:
    firm, other, session = Firm(), Firm(), make_session(1)
    seat = verbs.enrol(session.id, firm.ask(0), actor=firm.actor).seated[0]
    waiting = verbs.enrol(session.id, other.ask(0), actor=other.actor).waiting[0][0]
    verbs.withdraw(seat.id, actor=firm.actor)
    later = clock.now() + timedelta(days=9)
    assert [verbs.sweep(later), verbs.sweep(later)] == [1, 0]
    db.session.refresh(waiting)
    assert (waiting.status, pool_of(session).taken) == (EnrolmentStatus.EXPIRED, 0)


def test_stranger_sees_no_enrolment_to_withdraw() -> None:
    firm, other, session = Firm(), Firm(), make_session(1)
    seat = verbs.enrol(session.id, firm.ask(0), actor=firm.actor).seated[0]
    with pytest.raises(NotFound):
        verbs.withdraw(seat.id, actor=other.actor)


def test_events_of_training_stand_in_the_table() -> None:
    assert {enrolment.ENROLLED, enrolment.ASKED, promotion.SEAT_FREED, seats.CLOCK_ENDED, places.REFUSED} <= set(
        events._subscribers
    )


@pytest.mark.parametrize(("own", "contact", "told"), [
    ("giulia@lift.example", "office@lift.example", "giulia@lift.example"),
    (None, "office@lift.example", "office@lift.example"),
])  # fmt: skip
def test_l14_an_offer_is_told_once_to_the_person_or_to_the_company_of_who_has_no_address(
    run_jobs: Callable[[], int], own: str | None, contact: str, told: str
) -> None:
    firm, session = Firm(), make_session(1)
    company = make_company(contact_email=contact)
    owner = make_owner(company)
    person = make_person("Giulia Prova", company, email=own)
    db.session.commit()
    seat = verbs.enrol(session.id, firm.ask(0), actor=firm.actor).seated[0]
    waiting = verbs.enrol(session.id, EnrolRequest((person.id,)), actor=actor_for(owner, company)).waiting[0][0]
    verbs.withdraw(seat.id, actor=firm.actor)
    run_jobs()
    notices.tell_offer(waiting.id, public_url="http://lift.test")
    mails = db.session.scalars(sa.select(MailMessage).filter_by(kind="training.offer")).all()
    assert [(m.recipient, m.subject) for m in mails] == [(told, f"A seat is free: {told_title(session)}")]
    where = "/my-training" if own else f"/sessions/{session.code}/places"
    assert ("Giulia Prova" in mails[0].body, f"http://lift.test{where}\n" in mails[0].body) == (True, True)


def told_title(session: PilotSession) -> str:
    title: str = db.session.get_one(ModuleVersion, session.version_id).title["en"]
    return title


def test_s3_a_seat_that_was_given_up_takes_no_name() -> None:
    firm, session = Firm(), make_session(5)
    seat = verbs.enrol(session.id, firm.ask(nameless=1), actor=firm.actor).seated[0]
    verbs.withdraw(seat.id, actor=firm.actor)
    with pytest.raises(Conflict):
        verbs.name_seat(seat.id, firm.people[0].id, actor=firm.actor)
    db.session.refresh(seat)
    assert (seat.person_id, seat.status) == (None, EnrolmentStatus.WITHDRAWN_IN_TIME)


def test_r9_who_leaves_one_of_two_firms_loses_the_places_of_that_firm_only() -> None:
    firm, other, first, second = (
        Firm(),
        Firm(),
        make_session(5),
        make_session(5, starts_at=clock.now() + timedelta(days=20)),
    )
    both = make_person("Doppia Finzione", [firm.company, other.company])
    db.session.commit()
    left = verbs.enrol(first.id, EnrolRequest((both.id,)), actor=firm.actor).seated[0]
    kept = verbs.enrol(second.id, EnrolRequest((both.id,)), actor=other.actor).seated[0]
    end_membership(firm.actor, firm.company.id, both.id)
    for row in (left, kept):
        db.session.refresh(row)
    assert (left.status, kept.status) == (EnrolmentStatus.WITHDRAWN_IN_TIME, EnrolmentStatus.CONFIRMED)
