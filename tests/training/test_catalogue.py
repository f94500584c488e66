"""V1, V8: the catalogue without an account, prices for a firm, filters with AND, and nothing personal."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from lift.core import clock
from lift.core.db import db
from lift.people.enums import SizeClass
from lift.people.models import Person
from lift.training import queries
from lift.training.enums import EnrolmentStatus, SeatsBand, SessionMode, SessionStatus
from lift.training.models import PilotSession, Pool
from lift.training.queries import SessionFilters, rows
from tests.factories.content import make_group, make_version
from tests.factories.people import make_company, make_owner, make_person
from tests.factories.training import add_pool, make_enrolment, make_host_lab, make_session

pytestmark = pytest.mark.usefixtures("database")


def codes(filters: SessionFilters | None = None) -> list[str]:
    return [card.code for card in queries.session_catalogue(filters or SessionFilters()).cards]


def take(session: PilotSession, seats: int) -> None:
    db.session.query(Pool).filter_by(session_id=session.id).update({"taken": seats})
    db.session.commit()


def test_v1_only_published_sessions_to_come_are_listed_soonest_first() -> None:
    now = clock.now()
    later = make_session(5, starts_at=now + timedelta(days=20))
    sooner = make_session(5, starts_at=now + timedelta(days=3))
    make_session(5, status=SessionStatus.DRAFT)
    make_session(5, status=SessionStatus.CANCELLED)
    make_session(5, starts_at=now - timedelta(days=3), status=SessionStatus.OVER)
    assert codes() == [sooner.code, later.code]


def test_v1_filters_of_different_groups_combine_with_and_those_of_one_group_with_or() -> None:
    robots = make_version(group=make_group("robots"))
    data = make_version(group=make_group("data"))
    italian = make_session(5, version=robots, language="it")
    german = make_session(5, version=robots, language="de")
    make_session(5, version=data, language="it")
    topic = frozenset({"robots"})
    assert codes(SessionFilters(topic=topic, language=frozenset({"it"}))) == [italian.code]
    assert codes(SessionFilters(topic=topic, language=frozenset({"it", "de"}))) == [italian.code, german.code]
    assert codes(SessionFilters(topic=topic, language=frozenset({"fr"}))) == []


def test_v8_price_and_length_are_filters_and_zero_is_a_price() -> None:
    free = make_session(5)
    dear = make_session(5, list_price_cents=42000, partner_price_cents=21000)
    assert codes(SessionFilters(price=0)) == [free.code]
    assert codes(SessionFilters(price=21000)) == [free.code, dear.code]
    assert codes(SessionFilters(price=20999)) == [free.code]
    assert codes(SessionFilters(length=frozenset({"two_days"}))) == []
    row = rows.session_row(queries.session_catalogue(SessionFilters()).cards[0], url="")
    assert row["price"] == "EUR 0"


def test_rail_counts_say_what_each_choice_of_its_group_would_show() -> None:
    version = make_version(group=make_group("robots"))
    for language in ("it", "it", "de"):
        make_session(5, version=version, language=language)
    make_session(5, language="it", mode=SessionMode.REMOTE)
    found = queries.session_catalogue(SessionFilters(topic=frozenset({"robots"}), language=frozenset({"de"})))
    assert (found.counts["language"], found.counts["mode"], found.total) == ({"it": 2, "de": 1}, {"on_site": 1}, 4)


@pytest.mark.parametrize(
    ("size", "taken", "band"),
    [
        (10, 0, SeatsBand.PLENTY), (10, 5, SeatsBand.FREE), (10, 8, SeatsBand.FEW), (10, 10, SeatsBand.FULL),
        (1, 0, SeatsBand.FEW), (0, 0, SeatsBand.FULL),
    ],
)  # fmt: skip
def test_v1_seats_are_told_as_a_band(size: int, taken: int, band: SeatsBand) -> None:
    session = make_session(size)
    take(session, taken)
    assert [c.band for c in queries.session_catalogue(SessionFilters()).cards] == [band]


def test_v1_a_free_seat_for_which_somebody_waits_is_not_shown_as_free() -> None:
    session = make_session(10)
    make_enrolment(session, make_company().id, status=EnrolmentStatus.WAITING)
    db.session.commit()
    assert [c.band for c in queries.session_catalogue(SessionFilters()).cards] == [SeatsBand.FULL]


def test_v1_after_the_last_day_the_band_is_closed() -> None:
    make_session(10, enrol_until=clock.now() - timedelta(minutes=1))
    assert [c.band for c in queries.session_catalogue(SessionFilters()).cards] == [SeatsBand.CLOSED]


def test_e5_seats_kept_for_others_do_not_count_as_free_for_a_visitor() -> None:
    session = make_session(0)
    add_pool(session, 9, "kept", hub="somebody")
    assert [c.band for c in queries.session_catalogue(SessionFilters()).cards] == [SeatsBand.FULL]


@pytest.mark.parametrize(("size", "cents"), [(SizeClass.SMALL, 21000), (SizeClass.LARGE, 42000)])
def test_v8_the_price_is_the_one_for_a_firm_like_mine(size: SizeClass, cents: int) -> None:
    make_session(5, list_price_cents=42000, partner_price_cents=21000)
    company = make_company(size_class=size)
    found = queries.session_catalogue(SessionFilters(), queries.firm_of(company.id))
    assert [card.price_cents for card in found.cards] == [cents]


def test_v8_row_says_hours_pattern_place_language_what_to_bring_and_last_day(database: object) -> None:
    make_session(5, hours=4, place={"en": "Milano, Italy"}, bring={"en": "A laptop"}, list_price_cents=18000,
                 partner_price_cents=9000)  # fmt: skip
    row = rows.session_row(queries.session_catalogue(SessionFilters()).cards[0], url="/x")
    assert (row["place"], row["bring"], row["price"], row["language"]) == (
        "Milano, Italy", "A laptop", "EUR 90", "English",
    )  # fmt: skip
    assert row["when"].endswith("4 hours")
    assert row["deadline"].startswith("Enrol until ")
    assert row["price_note"] == "With aid, if you qualify. List price EUR 180; the rest counts as public aid."


def test_v1_anonymous_pages_and_csv_carry_no_person_and_no_number_of_seats(client: FlaskClient) -> None:
    session, company = make_session(7), make_company("Torneria Nascosta")
    make_enrolment(session, company.id, make_person("Nome Segreto", company).id)
    take(session, 1)
    for address in ("/sessions", "/sessions.csv", f"/sessions/{session.code}"):
        answer = client.get(address)
        assert answer.status_code == 200
        assert "Nome Segreto" not in answer.text
        assert "Torneria Nascosta" not in answer.text
        assert "6 seats" not in answer.text


def test_session_list_costs_the_same_number_of_statements_for_one_and_for_three(
    client: FlaskClient, count_queries: Callable[[], int]
) -> None:
    costs = []
    for more in (1, 2):
        for _ in range(more):
            make_session(5)
        client.get("/sessions")
        count_queries()
        assert client.get("/sessions").status_code == 200
        costs.append(count_queries())
    assert costs[0] == costs[1]


def test_unknown_and_draft_sessions_are_not_found(client: FlaskClient) -> None:
    draft = make_session(5, status=SessionStatus.DRAFT)
    assert [client.get(f"/sessions/{code}").status_code for code in ("NOSUCH", draft.code)] == [404, 404]


def test_filters_that_make_no_sense_are_left_out(client: FlaskClient) -> None:
    session = make_session(5)
    answer = client.get("/sessions?price=abc&mode=flying&since=yesterday&page=-3&length=%00")
    assert (answer.status_code, session.code in answer.text) == (200, True)


def test_list_pages_on_the_server_and_keeps_the_filters(client: FlaskClient) -> None:
    lab, version = make_host_lab(), make_version()
    for _ in range(9):
        make_session(5, lab=lab, version=version, language="it")
    first = client.get("/sessions?language=it").text
    assert "1 to 8 of 9" in first
    assert "/sessions?language=it&amp;page=2" in first
    assert "9 to 9 of 9" in client.get("/sessions?language=it&page=2").text


def test_next_sessions_leave_out_what_is_closed() -> None:
    closed = make_session(5, enrol_until=clock.now() - timedelta(minutes=1))
    session = make_session(5)
    assert [card.code for card in queries.next_sessions(3)] == [session.code]
    assert closed.code not in [card.code for card in queries.next_sessions(3)]


def test_firm_line_names_size_and_country(client: FlaskClient, sign_in: Callable[..., FlaskClient]) -> None:
    company = make_company(heads=24)
    owner: Person = make_owner(company)
    make_session(5, list_price_cents=42000, partner_price_cents=21000)
    text = sign_in(client, owner).get("/sessions").text
    assert "small (24 people), Italy" in text
    assert "applies to 1 of 1 sessions" in text
