"""S2: one VAT number is one company; ties to other firms are dated declarations with history."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from flask.testing import FlaskClient

from lift.core import clock
from lift.core.db import db
from lift.people import policy, queries
from lift.people.enums import LinkKind, VatState
from lift.people.models import Company
from tests.factories.people import make_company, make_learner, make_organisation, make_owner

pytestmark = pytest.mark.integration
SignIn = Callable[..., FlaskClient]
NUMBER, OTHER = "IT00743110157", "DE136695976"
LINK = {"link_name": "Madre S.p.A.", "link_vat_number": OTHER, "kind": "linked"}


@pytest.mark.parametrize(
    ("typed", "fits"),
    [
        (NUMBER, True),
        ("IT00743110158", False),  # check digit
        ("00743110157", False),  # no country
        (OTHER, True),
        ("DE13669597", False),
        ("ATU13585627", True),
        ("AT13585627", False),
        ("FR40303265045", True),
        ("NL004495445B01", True),
        ("US123456789", False),
        ("IT00743110157\u0661", False),
        ("", False),
    ],
)
def test_s2_vat_number_is_held_to_the_form_of_its_state(typed: str, fits: bool) -> None:
    assert (policy.vat_problems(typed) == []) is fits


def test_s2_number_is_kept_canonical_and_not_yet_checked(client: FlaskClient, sign_in: SignIn) -> None:
    firm = make_company()
    company = db.session.get_one(Company, firm.id)
    company.vat_state, company.vat_checked_at = VatState.VALID, clock.now()
    db.session.commit()
    sign_in(client, make_owner(firm))
    assert client.post("/my-company/vat", data={"vat_number": " it 007431-10157"}).status_code == 302
    db.session.expire_all()
    kept = db.session.get_one(Company, firm.id)
    assert (kept.vat_number, kept.vat_state, kept.vat_checked_at) == (NUMBER, VatState.UNCHECKED, None)
    assert "Not yet checked in the register; that costs nobody a seat." in client.get("/my-company").text


def test_s2_number_of_wrong_form_comes_back_as_typed(client: FlaskClient, sign_in: SignIn) -> None:
    firm = make_company()
    sign_in(client, make_owner(firm))
    answer = client.post("/my-company/vat", data={"vat_number": "IT 123"})
    assert (answer.status_code, 'value="IT 123"' in answer.text) == (422, True)
    assert "This is no VAT number of the European Union." in answer.text
    assert db.session.get_one(Company, firm.id).vat_number is None


def test_s2_same_number_cannot_make_two_companies(client: FlaskClient, sign_in: SignIn) -> None:
    make_company(vat_number=NUMBER)
    firm = make_company(vat_number=OTHER)
    sign_in(client, make_owner(firm))
    answer = client.post("/my-company/vat", data={"vat_number": NUMBER})
    assert (answer.status_code, "A firm with this VAT number is here already." in answer.text) == (409, True)
    db.session.expire_all()
    assert db.session.get_one(Company, firm.id).vat_number == OTHER


def test_s2_links_are_dated_declarations_and_keep_their_history(
    client: FlaskClient, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    firm = make_company(vat_number=NUMBER)
    sign_in(client, make_owner(firm))
    now = clock.now()
    assert client.post("/my-company/links", data=LINK).status_code == 302
    assert client.post("/my-company/links", data=LINK).status_code == 409
    first = queries.links_of(firm.id)[0]
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(days=3))
    assert client.post(f"/my-company/links/{first.id}/end").status_code == 302
    assert client.post(f"/my-company/links/{first.id}/end").status_code == 404
    client.post("/my-company/links", data={**LINK, "kind": "partner"})
    today, later = now.date(), (now + timedelta(days=3)).date()
    db.session.expire_all()
    assert [(x.kind, x.vat_number, x.declared_on, x.ended_on) for x in queries.links_of(firm.id)] == [
        (LinkKind.PARTNER, OTHER, later, None),
        (LinkKind.LINKED, OTHER, today, later),
    ]
    page = client.get("/my-company").text
    assert page.count("Madre S.p.A.") == 2


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"link_vat_number": NUMBER}, "This is your own VAT number."),
        ({"link_vat_number": "nonsense"}, "This is no VAT number of the European Union."),
        ({"link_name": " "}, "Write the name of the firm."),
        ({"kind": "friend"}, "Not a valid choice"),
    ],
)
def test_s2_link_with_bad_input_keeps_what_was_typed_and_writes_nothing(
    client: FlaskClient, sign_in: SignIn, change: dict[str, str], words: str
) -> None:
    firm = make_company(vat_number=NUMBER)
    sign_in(client, make_owner(firm))
    answer = client.post("/my-company/links", data={**LINK, **change})
    kept = {**LINK, **change}["link_vat_number"]
    assert (answer.status_code, words in answer.text, f'value="{kept}"' in answer.text) == (422, True, True)
    assert queries.links_of(firm.id) == []


def post_all(client: FlaskClient, link_id: UUID) -> list[int]:
    answers = (
        client.post("/my-company/vat", data={"vat_number": OTHER}),
        client.post("/my-company/links", data=LINK),
        client.post(f"/my-company/links/{link_id}/end"),
    )
    return [answer.status_code for answer in answers]


def test_s2_strangers_change_neither_number_nor_links(client: FlaskClient, sign_in: SignIn) -> None:
    firm = make_company(vat_number=NUMBER)
    sign_in(client, make_owner(firm))
    client.post("/my-company/links", data=LINK)
    link_id = queries.links_of(firm.id)[0].id
    sign_in(client, make_learner(firm))
    assert post_all(client, link_id) == [403, 403, 403]
    sign_in(client, make_learner(make_organisation()))
    assert post_all(client, link_id) == [404, 404, 404]
    sign_in(client, make_owner(make_company()))
    assert client.post(f"/my-company/links/{link_id}/end").status_code == 404
    assert client.post(f"/my-company/links/{uuid4()}/end").status_code == 404
    assert (db.session.get_one(Company, firm.id).vat_number, queries.links_of(firm.id)[0].ended_on) == (
        NUMBER,
        None,
    )
