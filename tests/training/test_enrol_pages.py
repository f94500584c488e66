"""S1 and V8 on the page: three questions, the split told before, refusals inline, the position told after."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from lift.core import clock
from lift.core.db import db
from lift.people.models import Organisation, Person
from lift.training import queries
from lift.training import services as verbs
from lift.training.enums import AidAnswer, EnrolmentStatus
from lift.training.models import Enrolment, PilotSession, Pool
from lift.training.policy import EnrolRequest
from tests.factories.people import actor_for, make_company, make_owner, make_person
from tests.factories.training import make_session

pytestmark = pytest.mark.usefixtures("database")
SignIn = Callable[..., FlaskClient]


@dataclass
class Office:
    """A signed-in owner with two people."""

    client: FlaskClient
    company: Organisation
    owner: Person
    people: list[Person]

    def send(self, session: PilotSession, path: str = "enrol", **fields: Any) -> TestResponse:
        data = {
            "acting": str(self.company.id),
            "fit": "some",
            "aid": "with_aid",
            "declared": "0",
            "nameless": "0",
            **fields,
        }
        return self.client.post(f"/sessions/{session.code}/{path}", data=data)


@pytest.fixture
def office(client: FlaskClient, sign_in: SignIn) -> Office:
    company = make_company("Torneria Inventata")
    owner = make_owner(company)
    people = [make_person("Giulia Prova", company), make_person("Marco Finto", company)]
    db.session.commit()
    return Office(sign_in(client, owner), company, owner, people)


def statuses(session: PilotSession) -> list[EnrolmentStatus]:
    query = sa.select(Enrolment.status).filter_by(session_id=session.id).order_by(Enrolment.ticket)
    return list(db.session.scalars(query))


def fill(session: PilotSession) -> None:
    """Another company takes every seat of the general pool, and one of it waits."""
    other = make_company()
    owner = make_owner(other)
    db.session.commit()
    size = db.session.scalars(sa.select(Pool.size).filter_by(session_id=session.id)).one() or 0
    verbs.enrol(session.id, EnrolRequest((), size + 1), actor=actor_for(owner, other))


def test_s1_confirming_takes_the_seats_and_the_page_says_so(office: Office) -> None:
    session = make_session(5, list_price_cents=42000, partner_price_cents=21000)
    answer = office.send(session, people=[str(p.id) for p in office.people], declared="38000")
    assert (answer.status_code, answer.location) == (302, f"/sessions/{session.code}/places")
    page = office.client.get(answer.location).text
    assert "2 seats are yours." in page
    assert ("Giulia Prova" in page, "Marco Finto" in page) == (True, True)
    row = db.session.scalars(sa.select(Enrolment).filter_by(session_id=session.id)).first()
    assert row is not None
    assert (row.price_cents, row.aid_cents, row.aid, row.aid_declared_cents) == (
        21000, 21000, AidAnswer.WITH_AID, 3_800_000,
    )  # fmt: skip


def test_s1_the_split_and_the_price_are_told_before_and_nothing_is_written(office: Office) -> None:
    session = make_session(1, list_price_cents=42000, partner_price_cents=21000)
    people = [str(p.id) for p in office.people]
    panel = office.send(session, "enrol/preview", people=people).text
    assert "Confirm 1 seat, 1 waiting" in panel
    assert "EUR 210" in panel
    assert office.send(session, people=people, look="1").status_code == 200
    assert statuses(session) == []


def test_s8_without_aid_the_full_price_is_told_and_kept(office: Office) -> None:
    session = make_session(5, list_price_cents=42000, partner_price_cents=21000)
    assert "EUR 420" in office.send(session, "enrol/preview", nameless="1", aid="full_price").text
    office.send(session, nameless="1", aid="full_price")
    row = db.session.scalars(sa.select(Enrolment).filter_by(session_id=session.id)).one()
    assert (row.price_cents, row.aid_cents, row.aid_declared_cents) == (42000, 0, None)


def test_s8_i_do_not_know_keeps_the_seat(office: Office) -> None:
    session = make_session(5, list_price_cents=42000, partner_price_cents=21000)
    office.send(session, nameless="1", aid="accountant")
    row = db.session.scalars(sa.select(Enrolment).filter_by(session_id=session.id)).one()
    assert (row.status, row.aid) == (EnrolmentStatus.CONFIRMED, AidAnswer.ACCOUNTANT)


def test_aid_question_is_not_asked_where_there_is_no_aid(office: Office) -> None:
    free, dear = make_session(5), make_session(5, list_price_cents=42000, partner_price_cents=21000)
    pages = [office.client.get(f"/sessions/{s.code}/enrol").text for s in (free, dear)]
    assert ["Public aid: one question" in page for page in pages] == [False, True]


def test_e10_on_a_full_session_the_person_waits_and_the_position_is_told(office: Office) -> None:
    session = make_session(1)
    fill(session)
    preview = office.send(session, "enrol/preview", people=[str(office.people[0].id)]).text
    assert ("1 is ahead of you in the list." in preview, "Join the waiting list" in preview) == (True, True)
    answer = office.send(session, people=[str(office.people[0].id)])
    page = office.client.get(answer.location).text
    assert "One person waits, 1 ahead." in page
    assert "1 ahead of you" in page


def test_e7_all_or_none_that_does_not_fit_is_refused_inline_and_what_was_typed_is_kept(office: Office) -> None:
    session = make_session(1)
    answer = office.send(session, people=[str(office.people[0].id)], nameless="2", fit="all")
    assert answer.status_code == 409
    assert "Only 1 of 3 seats are free, and you asked for all or none." in answer.text
    assert "Take what is free and wait for the rest" in answer.text
    assert "Rule E7" in answer.text
    assert f'value="{office.people[0].id}" checked' in answer.text
    assert statuses(session) == []


def test_e3_a_person_in_another_session_is_shown_as_not_free_and_refused_with_two_ways(office: Office) -> None:
    session, other = make_session(5), make_session(5)
    giulia = str(office.people[0].id)
    office.send(other, people=[giulia])
    assert "not free, in" in office.client.get(f"/sessions/{session.code}/enrol").text
    answer = office.send(session, people=[giulia])
    assert answer.status_code == 409
    assert f'href="/sessions/{other.code}/places"' in answer.text


def test_wrong_number_names_the_field_and_keeps_what_was_typed(office: Office) -> None:
    session = make_session(5, list_price_cents=42000, partner_price_cents=21000)
    answer = office.send(session, people=[str(office.people[0].id)], declared="a lot", nameless="99")
    assert answer.status_code == 422
    assert 'value="a lot"' in answer.text
    assert f'value="{office.people[0].id}" checked' in answer.text
    assert statuses(session) == []


def test_people_of_others_and_unknown_people_are_no_choice(office: Office) -> None:
    session = make_session(5)
    stranger = make_person("Estranea", make_company())
    db.session.commit()
    for person in (str(stranger.id), str(uuid4()), "x"):
        assert office.send(session, people=[person]).status_code == 422
    assert statuses(session) == []


def test_pa1_acting_organisation_that_changed_meanwhile_is_409_and_writes_nothing(office: Office) -> None:
    session = make_session(5)
    answer = office.send(session, people=[str(office.people[0].id)], acting=str(uuid4()))
    assert (answer.status_code, statuses(session)) == (409, [])


def test_r3_only_owners_enrol_others_are_told_the_rule(client: FlaskClient, sign_in: SignIn) -> None:
    session, company = make_session(5), make_company()
    employee = make_person("Impiegato", company)
    db.session.commit()
    assert client.get(f"/sessions/{session.code}/enrol").location.startswith("/sign-in?next=")
    answer = sign_in(client, employee).get(f"/sessions/{session.code}/enrol")
    assert (answer.status_code, "R2" in answer.text) == (403, True)


def test_e1_after_the_last_day_the_page_refuses_with_the_day(office: Office) -> None:
    session = make_session(5, enrol_until=clock.now() - timedelta(minutes=1))
    answer = office.send(session, nameless="1")
    assert (answer.status_code, "Enrolment ended on" in answer.text) == (409, True)


def test_e14_giving_a_place_up_frees_it_and_twice_is_409(office: Office) -> None:
    session = make_session(1)
    office.send(session, people=[str(office.people[0].id)])
    row = db.session.scalars(sa.select(Enrolment).filter_by(session_id=session.id)).one()
    acting = {"acting": str(office.company.id)}
    assert office.client.post(f"/places/{row.id}/withdraw", data=acting).status_code == 302
    assert office.client.post(f"/places/{row.id}/withdraw", data=acting).status_code == 409
    assert db.session.scalars(sa.select(Pool.taken).filter_by(session_id=session.id)).one() == 0


def test_strangers_find_no_place_to_withdraw_accept_or_name(office: Office) -> None:
    session = make_session(1)
    fill(session)
    row = db.session.scalars(sa.select(Enrolment).filter_by(session_id=session.id)).first()
    assert row is not None
    acting = {"acting": str(office.company.id), "person": str(office.people[0].id)}
    answers = [
        office.client.post(f"/places/{row.id}/{act}", data=acting).status_code for act in ("withdraw", "accept", "name")
    ]
    assert answers == [404, 404, 404]


@pytest.mark.parametrize(
    ("aid", "declared", "field"), [("", "", "aid"), ("with_aid", "", "declared"), ("with_aid", " ", "declared")]
)
def test_e21_an_empty_answer_about_aid_is_no_declaration(office: Office, aid: str, declared: str, field: str) -> None:
    session = make_session(5, list_price_cents=90_000, partner_price_cents=45_000)
    answer = office.send(session, nameless="1", aid=aid, declared=declared)
    assert (answer.status_code, f'id="{field}' in answer.text) == (422, True)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Enrolment)) == 0
    shown = office.send(session, "enrol/preview", nameless="1", aid=aid, declared=declared)
    assert ("You pay" in shown.text, "you told us" in shown.text) == (True, False)


def test_e21_i_do_not_know_needs_no_amount_and_zero_is_an_answer(office: Office) -> None:
    session = make_session(5, list_price_cents=90_000, partner_price_cents=45_000)
    assert office.send(session, nameless="1", aid="accountant", declared="").status_code == 302
    assert office.send(session, nameless="1", aid="with_aid", declared="0").status_code == 302
    told = db.session.scalars(sa.select(Enrolment.aid_declared_cents).order_by(Enrolment.id)).all()
    assert told == [None, 0]


def test_s3_a_nameless_seat_gets_a_name_once(office: Office) -> None:
    session = make_session(5)
    office.send(session, nameless="1")
    row = db.session.scalars(sa.select(Enrolment).filter_by(session_id=session.id)).one()
    data = {"acting": str(office.company.id), "person": str(office.people[0].id)}
    assert office.client.post(f"/places/{row.id}/name", data=data).status_code == 302
    db.session.refresh(row)
    assert row.person_id == office.people[0].id
    assert office.client.post(f"/places/{row.id}/name", data=data).status_code == 409


def test_team_places_of_a_company_in_one_statement_with_position(
    office: Office, count_queries: Callable[[], int]
) -> None:
    session = make_session(1)
    office.send(session, nameless="3")
    company = office.company.id
    count_queries()
    places = queries.team_places(company)
    assert (count_queries(), [(p.enrolment.status, p.ahead) for p in places]) == (
        1,
        [(EnrolmentStatus.CONFIRMED, 0), (EnrolmentStatus.WAITING, 0), (EnrolmentStatus.WAITING, 1)],
    )


def a_place(session: PilotSession, **status: Any) -> Enrolment:
    query = sa.select(Enrolment).filter_by(session_id=session.id, **status).order_by(Enrolment.ticket)
    return db.session.scalars(query, execution_options={"populate_existing": True}).first() or pytest.fail("no place")


def test_strangers_cannot_answer_swap_or_tell_aid_of_a_place(office: Office) -> None:
    session = make_session(1, list_price_cents=90_000, partner_price_cents=45_000)
    fill(session)
    data = {"acting": str(office.company.id), "person": str(office.people[0].id), "aid": "full_price", "declared": "0"}
    acts = ("decline", "yes", "no", "substitute", "aid")
    answers = [office.client.post(f"/places/{a_place(session).id}/{act}", data=data).status_code for act in acts]
    assert answers == [404] * 5


def test_s5_an_employee_asks_on_the_page_and_the_owner_says_yes(client: FlaskClient, sign_in: SignIn) -> None:
    session, company = make_session(5, list_price_cents=90_000, partner_price_cents=45_000), make_company()
    owner, employee = make_owner(company), make_person("Impiegata", company)
    db.session.commit()
    asking = sign_in(client, employee)
    acting = {"acting": str(company.id)}
    assert "Ask for a seat" in asking.get(f"/sessions/{session.code}").text
    assert asking.post(f"/sessions/{session.code}/ask", data=acting).location == "/my-training"
    assert asking.post(f"/sessions/{session.code}/ask", data=acting).status_code == 409
    place = a_place(session)
    assert asking.post(f"/places/{place.id}/yes", data={**acting, "aid": "full_price"}).status_code == 403
    saying = sign_in(client, owner)
    assert "waiting for your yes" in saying.get(f"/sessions/{session.code}/places").text
    unanswered = saying.post(f"/places/{place.id}/yes", data={**acting, "aid": "with_aid", "declared": ""})
    assert (unanswered.status_code, "Write the amount" in unanswered.text) == (422, True)
    answer = saying.post(f"/places/{place.id}/yes", data={**acting, "aid": "with_aid", "declared": "100"})
    assert (answer.status_code, a_place(session).status) == (302, EnrolmentStatus.CONFIRMED)
    assert saying.post(f"/places/{place.id}/no", data=acting).status_code == 409


def test_s6_the_owner_swaps_a_colleague_on_the_page(office: Office) -> None:
    session = make_session(5)
    office.send(session, people=[str(office.people[0].id)])
    assert "Who comes instead of" in office.client.get(f"/sessions/{session.code}/places").text
    data = {"acting": str(office.company.id), "person": str(office.people[1].id)}
    answer = office.client.post(f"/places/{a_place(session).id}/substitute", data=data)
    assert (answer.status_code, a_place(session).person_id) == (302, office.people[1].id)
    data["person"] = "nobody"
    assert office.client.post(f"/places/{a_place(session).id}/substitute", data=data).status_code == 404


def test_s11_a_group_waits_together_and_the_page_says_so(office: Office) -> None:
    session = make_session(1)
    people = [str(p.id) for p in office.people]
    assert "2 waiting" in office.send(session, "enrol/preview", people=people, fit="together").text
    assert office.send(session, people=people, fit="together").status_code == 302
    assert statuses(session) == [EnrolmentStatus.WAITING] * 2
    assert "as one group" in office.client.get(f"/sessions/{session.code}/places").text


def test_e12_an_offer_is_declined_on_the_page(office: Office) -> None:
    session = make_session(1)
    fill(session)
    office.send(session, nameless="1")
    db.session.execute(sa.update(Pool).where(Pool.session_id == session.id).values(size=2))
    db.session.commit()
    for _ in range(2):
        verbs.sweep(clock.now())
    mine = {"organisation_id": office.company.id}
    first = a_place(session, status=EnrolmentStatus.OFFERED)
    assert first.organisation_id != office.company.id
    db.session.execute(sa.update(Pool).where(Pool.session_id == session.id).values(size=3))
    db.session.commit()
    verbs.sweep(clock.now())
    place, acting = a_place(session, **mine), {"acting": str(office.company.id)}
    assert "No, thank you" in office.client.get(f"/sessions/{session.code}/places").text
    seen = []
    for _ in range(2):
        assert office.client.post(f"/places/{place.id}/decline", data=acting).status_code == 302
        seen.append(a_place(session, **mine).status)
        verbs.sweep(clock.now())
    assert seen == [EnrolmentStatus.WAITING, EnrolmentStatus.DECLINED]
    assert office.client.post(f"/places/{place.id}/decline", data=acting).status_code == 409


@pytest.mark.parametrize(
    ("field", "said"), [("code", "This code opens no seats"), ("voucher", "This voucher does not count")]
)
def test_n2_an_unknown_code_or_voucher_is_told_and_what_was_typed_is_kept(
    office: Office, field: str, said: str
) -> None:
    session = make_session(5)
    answer = office.send(session, nameless="1", **{field: "WRONG-1"})
    assert (answer.status_code, said in answer.text, "WRONG-1" in answer.text) == (409, True, True)
    assert statuses(session) == []
