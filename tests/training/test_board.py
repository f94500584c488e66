"""The host's board: go or no-go, seats of a pool, accounting; the company's team view. Strangers see none of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from lift.core import clock
from lift.core.actor import Role, Scope
from lift.core.db import db
from lift.core.models import MailMessage
from lift.people.models import Organisation, Person
from lift.training import queries
from lift.training import services as verbs
from lift.training.enums import AidAnswer, Decision, EnrolmentStatus, SessionStatus
from lift.training.models import Enrolment, PilotSession, Pool
from lift.training.policy import EnrolRequest
from lift.training.queries import places
from lift.training.queries.board import board_rows
from lift.training.services import notices
from lift.training.views import board
from tests.factories.people import actor_for, give_role, make_company, make_owner, make_person
from tests.factories.training import make_session

pytestmark = pytest.mark.usefixtures("database")
SignIn = Callable[..., FlaskClient]


def host_of(session: PilotSession) -> tuple[Organisation, Person]:
    host = db.session.get_one(Organisation, session.organisation_id)
    manager = make_person("Ada Direttrice", host)
    give_role(manager, host, Role.PARTNER_ADMIN, Scope.PARTNER, host.id)
    return host, manager


def fill(session: PilotSession, seats: int) -> Organisation:
    company = make_company()
    owner = make_owner(company, email=f"{session.code}@firm.example".lower())
    db.session.commit()
    verbs.enrol(
        session.id,
        EnrolRequest((), seats, aid=AidAnswer.WITH_AID, aid_declared_cents=0),
        actor=actor_for(owner, company),
    )
    return company


def test_t8_the_board_takes_go_once_and_a_stranger_nothing(client: FlaskClient, sign_in: SignIn) -> None:
    session = make_session(5, minimum=2, decide_at=clock.now() - timedelta(minutes=1))
    host, manager = host_of(session)
    company = fill(session, 1)
    pool = db.session.scalars(sa.select(Pool).filter_by(session_id=session.id)).one()
    acting = {"acting": str(host.id)}
    mine = sign_in(client, manager)
    page = mine.get("/sessions/board").text
    assert ("decide now" in page, "1 confirmed, at least 2 wanted" in page) == (True, True)
    assert mine.post(f"/sessions/{session.id}/go", data=acting).status_code == 302
    assert mine.post(f"/sessions/{session.id}/go", data=acting).status_code == 409
    assert mine.post(f"/pools/{pool.id}/size", data={**acting, "size": "0"}).status_code == 409
    assert mine.post(f"/pools/{pool.id}/size", data={**acting, "size": "many"}).status_code == 422
    assert mine.post(f"/pools/{pool.id}/size", data={**acting, "size": "7"}).status_code == 302
    assert mine.post(f"/sessions/{session.id}/cancel", data={**acting, "reason": ""}).status_code == 422
    other_host, stranger = host_of(make_session(5))
    theirs = {"acting": str(other_host.id), "size": "9", "reason": "No."}
    other = sign_in(client, stranger)
    assert session.code not in other.get("/sessions/board").text
    acts = (f"/sessions/{session.id}/go", f"/sessions/{session.id}/cancel", f"/pools/{pool.id}/size")
    assert [other.post(act, data=theirs).status_code for act in acts] == [403] * 3
    employee = sign_in(client, make_owner(company))
    assert [employee.get(p).status_code for p in ("/sessions/board", "/sessions/accounting.csv")] == [403] * 2


def test_t8_cancelling_frees_every_place_and_tells_each_once() -> None:
    session = make_session(5)
    host, manager = host_of(session)
    fill(session, 2)
    verbs.decide_cancel(session.id, actor=actor_for(manager, host), reason="The machine is away.")
    told = [notices.tell_cancelled(session.id, public_url="http://lift.test") for _ in range(2)]
    mails = db.session.scalars(sa.select(MailMessage.body).filter_by(kind="training.cancelled")).all()
    assert (told, ["The machine is away." in body for body in mails]) == ([2, 2], [True, True])
    pool = db.session.scalars(sa.select(Pool.taken).filter_by(session_id=session.id)).one()
    assert (pool, session.status, session.decision) == (0, SessionStatus.CANCELLED, Decision.CANCEL)


@pytest.mark.parametrize(("seats", "auto", "decision"), [
    (2, False, Decision.GO), (1, False, None), (1, True, Decision.CANCEL), (0, True, Decision.CANCEL),
])  # fmt: skip
def test_t8_at_its_instant_only_confirmed_seats_count(seats: int, auto: bool, decision: Decision | None) -> None:
    now = clock.now()
    session = make_session(5, minimum=2, auto_cancel=auto, decide_at=now)
    if seats:
        fill(session, seats)
    verbs.decide_due(now)
    verbs.decide_due(now)
    db.session.refresh(session)
    assert session.decision == decision


def test_e13_more_seats_are_offered_at_once_to_who_waits() -> None:
    session = make_session(1)
    host, manager = host_of(session)
    fill(session, 3)
    pool = db.session.scalars(sa.select(Pool).filter_by(session_id=session.id)).one()
    verbs.resize_pool(pool.id, 2, actor=actor_for(manager, host))
    found = db.session.scalars(sa.select(Enrolment.status).order_by(Enrolment.ticket)).all()
    assert found == [EnrolmentStatus.CONFIRMED, EnrolmentStatus.OFFERED, EnrolmentStatus.WAITING]


def test_e20_the_figures_leave_as_csv_without_names(client: FlaskClient, sign_in: SignIn) -> None:
    session = make_session(5, list_price_cents=90_000, partner_price_cents=45_000)
    company = fill(session, 1)
    _host, manager = host_of(session)
    lines = sign_in(client, manager).get("/sessions/accounting.csv").text.splitlines()
    assert len(lines) == 2
    assert lines[1].startswith(f"{session.code},")
    assert lines[1].endswith("900.0,,0.0,450.0,450.0")
    assert company.name in lines[1]


def test_n4_the_board_asks_as_many_questions_for_three_sessions_as_for_one(count_queries: Callable[[], int]) -> None:
    first = make_session(5)
    host, _manager = host_of(first)
    counted = []
    for _ in range(2):
        count_queries()
        board_rows(host.id, None, clock.now())
        counted.append(count_queries())
        for _n in range(2):
            lab = db.session.get_one(type(queries.host_lab(first.lab_id)), first.lab_id)
            make_session(5, lab=lab)
    assert counted[0] == counted[1]


def test_s10_the_team_view_has_pages_and_asks_as_much_for_each(
    client: FlaskClient, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch, count_queries: Callable[[], int]
) -> None:
    monkeypatch.setattr(places, "TEAM_PAGE", 2)
    monkeypatch.setattr(board, "TEAM_PAGE", 2)
    session, company = make_session(5), make_company()
    people = [make_person(f"Rosa {number}", company) for number in range(3)]
    owner = make_owner(company)
    db.session.commit()
    verbs.enrol(session.id, EnrolRequest(tuple(p.id for p in people)), actor=actor_for(owner, company))
    owners, shown, counted = sign_in(client, owner), {}, []
    owners.get("/my-company/team")
    for number in ("1", "2", "3", "x"):
        count_queries()
        page = owners.get(f"/my-company/team?page={number}").text
        counted.append(count_queries())
        shown[number] = ([p.name for p in people if p.name in page], "page=2" in page)
    expected = {
        "1": (["Rosa 0", "Rosa 1"], True),
        "2": (["Rosa 2"], False),
        "3": ([], True),
        "x": (["Rosa 0", "Rosa 1"], True),
    }
    assert (shown, len(set(counted))) == (expected, 1)


def test_s10_the_team_view_shows_states_and_no_answers(client: FlaskClient, sign_in: SignIn) -> None:
    session, company = make_session(5), make_company()
    owner, person = make_owner(company), make_person("Rosa Prova", company)
    db.session.commit()
    verbs.enrol(session.id, EnrolRequest((person.id,)), actor=actor_for(owner, company))
    page = sign_in(client, owner).get("/my-company/team").text
    assert ("Rosa Prova" in page, "enrolled" in page) == (True, True)
    stranger = sign_in(client, person).get("/my-company/team")
    assert (stranger.status_code, "R2" in stranger.text) == (403, True)
