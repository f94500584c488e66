"""People without an address: card, PIN, lock, a new card (L14); the shared computer (L15)."""

from __future__ import annotations

import io
import json
import time
import zipfile
from collections.abc import Callable
from uuid import uuid4

import pytest
import sqlalchemy as sa
import time_machine
from apiflask import APIFlask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from lift.core import events, jobs
from lift.core.db import db
from lift.core.errors import Forbidden, Invalid, NotFound, Refused
from lift.core.models import AuditEntry, Job
from lift.people import proofs, queries, services
from lift.people.models import Account, DataExport, Organisation, Person, SharedSignIn, SignInCard
from tests.factories.people import account_of, actor_for, make_company, make_learner, make_owner
from workers.people import end_idle_sign_ins

pytestmark = pytest.mark.integration
SignIn = Callable[..., FlaskClient]
PROBE = jobs.JobKind("test.people_signed_out")


@pytest.fixture
def firm(database: object) -> Organisation:
    return make_company("Officina Prova")


def issue(firm: Organisation, person: Person) -> str:
    return services.issue_card(actor_for(make_owner(firm)), firm.id, person.id).code


def by_card(client: FlaskClient, code: str, pin: str = "2846", *, first: bool = False) -> TestResponse:
    client.post("/card", data={"code": code})
    return client.post("/card/pin", data={"pin": pin, **({"again": pin} if first else {})})


def actions() -> list[str]:
    return list(db.session.scalars(sa.select(AuditEntry.action).order_by(AuditEntry.id)))


def test_l14_employee_needs_name_and_language_only(client: FlaskClient, firm: Organisation, sign_in: SignIn) -> None:
    sign_in(client, make_owner(firm))
    answer = client.post("/my-company/people", data={"name": "  Bruno   Senza ", "language": "it", "email": ""})
    assert answer.status_code == 302
    person = db.session.scalars(sa.select(Person).where(Person.name == "Bruno Senza")).one()
    account = account_of(person)
    assert (person.language, account.email, account.password) == ("it", None, None)
    assert {g.role.value for g in actor_for(person).grants} == {"learner"}


def test_l14_card_from_print_to_first_use_and_next_use(
    client: FlaskClient, app: APIFlask, firm: Organisation, sign_in: SignIn
) -> None:
    person = make_learner(firm, "Bruno Senza")
    owner = sign_in(app.test_client(), make_owner(firm))
    to = owner.post(f"/my-company/people/{person.id}/card").headers["Location"]
    with owner.session_transaction() as cookie:
        code = cookie["new_card"]["code"]
    page = owner.get(to)
    assert (f"{code[:4]} {code[4:]}" in page.text, page.headers["Cache-Control"]) == (True, "no-store")
    assert page.text.count("<svg") > 0
    pdf = owner.get(f"{to}.pdf")
    assert (pdf.mimetype, pdf.data[:5]) == ("application/pdf", b"%PDF-")

    assert client.get(f"/card?code={code}").headers["Location"] == "/card/pin"
    assert "Choose a PIN" in client.get("/card/pin").text
    assert client.post("/card/pin", data={"pin": "2846", "again": "2846"}).status_code == 302
    assert "Bruno Senza" in client.get("/me").text
    assert client.post("/sign-out").headers["Location"] == "/card?done=1"

    assert by_card(client, code.lower()).status_code == 302
    assert "Bruno Senza" in client.get("/me").text


def test_card_keeps_hashes_only(firm: Organisation) -> None:
    code = issue(firm, make_learner(firm))
    services.set_pin(code, "2846")
    card = db.session.scalars(sa.select(SignInCard)).one()
    assert (card.code_hash, card.code_hash == code) == (proofs.card_code_hash(code), False)
    assert card.pin_hash.startswith("$argon2id$")


@pytest.mark.parametrize("pin", ["", "123", "123456789", "12a4", "1111", "1234", "4321", "١٢٣٥"])
def test_pin_that_is_not_acceptable_is_refused(firm: Organisation, pin: str) -> None:
    code = issue(firm, make_learner(firm))
    with pytest.raises(Invalid):
        services.set_pin(code, pin)
    assert db.session.scalars(sa.select(SignInCard)).one().pin_hash is None


def test_pin_is_chosen_once(firm: Organisation) -> None:
    code = issue(firm, make_learner(firm))
    services.set_pin(code, "2846")
    with pytest.raises(Refused):
        services.set_pin(code, "9753")
    assert services.use_card(code, "2846").person_id


def test_pins_that_differ_name_the_field(client: FlaskClient, firm: Organisation) -> None:
    client.post("/card", data={"code": issue(firm, make_learner(firm))})
    answer = client.post("/card/pin", data={"pin": "2846", "again": "2847"})
    assert (answer.status_code, "The two do not agree" in answer.text) == (422, True)


def test_l14_fifth_wrong_pin_locks_the_card_for_15_minutes(client: FlaskClient, firm: Organisation) -> None:
    code = issue(firm, make_learner(firm))
    services.set_pin(code, "2846")
    said = [by_card(client, code, "1357") for _ in range(5)]
    assert [a.status_code for a in said] == [409] * 5
    assert ["tries are left" in a.text for a in said] == [True] * 4 + [False]
    assert "Five wrong PINs" in said[-1].text
    assert by_card(client, code, "2846").status_code == 409
    assert actions().count("people.pin_wrong") == 5
    assert actions().count("people.card_locked") == 1
    with time_machine.travel(time.time() + 15 * 60 + 1, tick=False):
        assert by_card(client, code, "2846").status_code == 302


def test_right_pin_starts_the_count_again(firm: Organisation) -> None:
    code = issue(firm, make_learner(firm))
    services.set_pin(code, "2846")
    for pin in ["1357"] * 4 + ["2846"] + ["1357"] * 4:
        if pin == "2846":
            services.use_card(code, pin)
        else:
            with pytest.raises(Refused):
                services.use_card(code, pin)
    assert services.use_card(code, "2846")


def test_new_card_makes_the_old_one_dead_and_has_no_pin_yet(firm: Organisation) -> None:
    person = make_learner(firm)
    old = issue(firm, person)
    services.set_pin(old, "2846")
    new = issue(firm, person)
    with pytest.raises(Refused):
        services.use_card(old, "2846")
    assert services.usable_card(new).pin_hash is None


def test_blocked_card_opens_nothing(client: FlaskClient, app: APIFlask, firm: Organisation, sign_in: SignIn) -> None:
    person = make_learner(firm)
    code = issue(firm, person)
    owner = sign_in(app.test_client(), make_owner(firm))
    assert owner.post(f"/my-company/people/{person.id}/card/revoke").status_code == 302
    assert client.post("/card", data={"code": code}).status_code == 409


def test_unknown_code_is_refused_and_kept_in_the_form(client: FlaskClient) -> None:
    answer = client.post("/card", data={"code": "AAAA 2345"})
    assert (answer.status_code, 'value="AAAA 2345"' in answer.text) == (409, True)


def test_card_tries_are_limited_per_computer(client: FlaskClient) -> None:
    seen = [client.post("/card", data={"code": ""}).status_code for _ in range(31)]
    assert seen == [422] * 30 + [429]


def test_card_of_other_company_is_not_found_and_of_colleague_forbidden(firm: Organisation) -> None:
    person, stranger = make_learner(firm), make_owner(make_company("Ditta Altra"))
    with pytest.raises(NotFound):
        services.issue_card(actor_for(stranger), firm.id, person.id)
    with pytest.raises(Forbidden):
        services.issue_card(actor_for(person), firm.id, person.id)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(SignInCard)) == 0


def test_l15_card_sign_in_leaves_nothing_behind(client: FlaskClient, firm: Organisation) -> None:
    code = issue(firm, make_learner(firm))
    by_card(client, code, first=True)
    assert client.get("/me").headers["Cache-Control"] == "no-store"
    assert "Done, next person" in client.get("/me").text
    answer = client.post("/sign-out")
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    with client.session_transaction() as cookie:
        assert dict(cookie) == {}


def test_l15_copy_of_the_cookie_is_worthless_after_done(client: FlaskClient, app: APIFlask, firm: Organisation) -> None:
    by_card(client, issue(firm, make_learner(firm)), first=True)
    with client.session_transaction() as cookie:
        kept = dict(cookie)
    client.post("/sign-out")
    thief = app.test_client()
    with thief.session_transaction() as cookie:
        cookie.update(kept)
    assert thief.get("/me").headers["Location"].startswith("/sign-in")


def test_l15_sign_in_ends_after_15_idle_minutes_and_says_so(client: FlaskClient, firm: Organisation) -> None:
    by_card(client, issue(firm, make_learner(firm)), first=True)
    start = time.time()
    with time_machine.travel(start + 14 * 60, tick=False):
        assert client.get("/me").status_code == 200
    with time_machine.travel(start + 28 * 60, tick=False):
        assert client.get("/me").status_code == 200
    with time_machine.travel(start + 44 * 60, tick=False):
        answer = client.get("/me")
        assert (answer.status_code, answer.headers["Clear-Site-Data"]) == (302, '"cache", "storage"')
        assert "Nobody touched this computer" in client.get("/sign-in").text


def test_l15_page_that_beats_by_itself_does_not_keep_the_sign_in(client: FlaskClient, firm: Organisation) -> None:
    by_card(client, issue(firm, make_learner(firm)), first=True)
    start = time.time()
    with time_machine.travel(start + 10 * 60, tick=False):
        assert client.get("/me", headers={"Sec-Fetch-Mode": "cors"}).status_code == 200
    with time_machine.travel(start + 16 * 60, tick=False):
        assert client.get("/me").status_code == 302


def test_l15_reading_on_keeps_the_sign_in(client: FlaskClient, firm: Organisation) -> None:
    by_card(client, issue(firm, make_learner(firm)), first=True)
    start = time.time()
    with time_machine.travel(start + 14 * 60, tick=False):
        assert client.post("/sign-in/still-here", headers={"Sec-Fetch-Mode": "cors"}).status_code == 204
    with time_machine.travel(start + 20 * 60, tick=False):
        assert client.get("/me").status_code == 200


def test_l15_clock_ends_idle_sign_ins_without_any_browser_and_tells_the_benches(
    client: FlaskClient, firm: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(events._subscribers, "people.signed_out", (PROBE.name,))
    person = make_learner(firm)
    by_card(client, issue(firm, person), first=True)
    assert end_idle_sign_ins() == 0
    with time_machine.travel(time.time() + 16 * 60, tick=False):
        assert end_idle_sign_ins() == 1
        assert end_idle_sign_ins() == 0
    told = db.session.scalars(sa.select(Job.arguments).where(Job.kind == PROBE.name)).all()
    assert told == [{"person_id": str(person.id)}]
    assert db.session.scalars(sa.select(SharedSignIn)).one().ended_at is not None


def test_l15_done_tells_the_benches_before_the_cookie_is_gone(
    client: FlaskClient, firm: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(events._subscribers, "people.signed_out", (PROBE.name,))
    person = make_learner(firm)
    by_card(client, issue(firm, person), first=True)
    client.post("/sign-out")
    told = db.session.scalars(sa.select(Job.arguments).where(Job.kind == PROBE.name)).all()
    assert told == [{"person_id": str(person.id)}]


def test_person_on_two_shared_computers_ends_one_only(client: FlaskClient, app: APIFlask, firm: Organisation) -> None:
    code = issue(firm, make_learner(firm))
    by_card(client, code, first=True)
    other = app.test_client()
    by_card(other, code)
    client.post("/sign-out")
    assert other.get("/me").status_code == 200


def test_l14_export_works_without_an_address(client: FlaskClient, firm: Organisation) -> None:
    by_card(client, issue(firm, make_learner(firm, "Bruno Senza")), first=True)
    client.post("/me/data")
    export = db.session.scalars(sa.select(DataExport)).one()
    services.pack_export(export.id)
    with client.get(f"/me/data/{export.id}.zip") as answer:
        held = json.loads(zipfile.ZipFile(io.BytesIO(answer.data)).read("people.json"))
    assert (held["name"], held["email"]) == ("Bruno Senza", None)


def test_card_page_of_another_person_is_not_found(client: FlaskClient, firm: Organisation, sign_in: SignIn) -> None:
    sign_in(client, make_owner(firm))
    assert client.get(f"/my-company/people/{uuid4()}/card").status_code == 404
    assert client.get(f"/my-company/people/{make_learner(firm).id}/card").status_code == 404


def test_lookup_of_a_card_finds_the_live_one_only(firm: Organisation) -> None:
    person = make_learner(firm)
    first, second = issue(firm, person), issue(firm, person)
    assert [queries.is_live_code(person.id, code) for code in (first, second)] == [False, True]
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Account).where(Account.person_id == person.id)) == 1
