"""My company: size by the European rule, people, the end of a membership; and nothing of it for strangers (PA1)."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
import time_machine
from flask.testing import FlaskClient

from lift.core import clock
from lift.core.actor import Actor, Role, Scope
from lift.core.db import db
from lift.core.errors import Forbidden, NotFound, Refused
from lift.core.models import AuditEntry, MailMessage
from lift.people import policy, queries, services
from lift.people.enums import OrganisationKind, SizeClass
from lift.people.models import Membership, Organisation, Person, RoleGrant, SignInCard, SizeDeclaration
from tests.factories.people import (
    account_of,
    actor_for,
    give_role,
    make_company,
    make_learner,
    make_organisation,
    make_owner,
    make_person,
    make_token,
)

pytestmark = pytest.mark.integration
SignIn = Callable[..., FlaskClient]


@pytest.mark.parametrize(
    ("heads", "turnover", "balance", "found"),
    [
        (9, 2, 99, SizeClass.MICRO),
        (9, 99, 2, SizeClass.MICRO),
        (9, 2.1, 2.1, SizeClass.SMALL),
        (10, 2, 2, SizeClass.SMALL),
        (49, 10, 10, SizeClass.SMALL),
        (49, 10.1, 10.1, SizeClass.MEDIUM),
        (50, 1, 1, SizeClass.MEDIUM),
        (249, 50, 99, SizeClass.MEDIUM),
        (249, 99, 43, SizeClass.MEDIUM),
        (249, 50.1, 43.1, SizeClass.LARGE),
        (250, 1, 1, SizeClass.LARGE),
    ],
)
def test_size_class_follows_heads_and_one_of_two_ceilings(
    heads: int, turnover: float, balance: float, found: SizeClass
) -> None:
    assert policy.size_class(policy.SizeAnswers(heads, turnover, balance)) == found


def test_s2_declaring_size_keeps_the_history(client: FlaskClient, sign_in: SignIn) -> None:
    firm = make_company(size_class=SizeClass.UNKNOWN)
    sign_in(client, make_owner(firm))
    data = {"heads": "24", "turnover_meur": "3.5", "balance_meur": "2"}
    today = clock.now().date()
    assert client.post("/my-company/size", data=data).status_code == 302
    with time_machine.travel(time.time() + 20 * 86_400, tick=False):
        client.post("/my-company/size", data={**data, "heads": "61"})
        page = client.get("/my-company").text
    rows = [(r.size_class, r.heads, r.declared_on) for r in queries.size_history(firm.id)]
    assert rows == [(SizeClass.MEDIUM, 61, today + timedelta(days=20)), (SizeClass.SMALL, 24, today)]
    assert (firm.company.size_class, firm.company.heads) == (SizeClass.MEDIUM, 61)
    assert ("medium firm" in page, "2003/361/EC" in page, "61 people" in page, "24 people" in page) == (True,) * 4


def test_size_form_with_words_for_numbers_keeps_them_and_writes_nothing(client: FlaskClient, sign_in: SignIn) -> None:
    firm = make_company()
    sign_in(client, make_owner(firm))
    answer = client.post("/my-company/size", data={"heads": "two dozen", "turnover_meur": "3,5", "balance_meur": "NaN"})
    assert (answer.status_code, 'value="two dozen"' in answer.text, 'value="3,5"' in answer.text) == (422, True, True)
    assert answer.text.count("Write a whole number, for example 24.") == 2  # in the list of faults and at the field
    assert queries.size_history(firm.id) == []


def test_size_form_takes_comma_and_spaces_as_people_write_them(client: FlaskClient, sign_in: SignIn) -> None:
    firm = make_company()
    sign_in(client, make_owner(firm))
    client.post("/my-company/size", data={"heads": "1 200", "turnover_meur": "3,5", "balance_meur": "2.25"})
    assert queries.size_history(firm.id)[0].answers == {"heads": 1200, "turnover_meur": 3.5, "balance_meur": 2.25}


def test_employee_form_without_name_keeps_what_was_typed(client: FlaskClient, sign_in: SignIn) -> None:
    sign_in(client, make_owner(make_company()))
    answer = client.post("/my-company/people", data={"name": "", "language": "it", "email": "not an address"})
    assert (answer.status_code, 'value="not an address"' in answer.text) == (422, True)
    assert "Write the name as it should stand on the certificate." in answer.text


def test_employee_with_address_gets_a_mail_in_their_language(client: FlaskClient, sign_in: SignIn) -> None:
    sign_in(client, make_owner(make_company("Officina Prova")))
    client.post("/my-company/people", data={"name": "Ada Nuova", "language": "en", "email": " Ada@Ditta.example"})
    mail = db.session.scalars(sa.select(MailMessage)).one()
    assert (mail.recipient, "Officina Prova made an account for you" in mail.body) == ("ada@ditta.example", True)
    assert "http://lift.test/sign-in/new-password/" in mail.body


def test_employee_with_a_taken_address_is_refused_with_the_way_on(client: FlaskClient, sign_in: SignIn) -> None:
    make_person("Somebody", make_organisation(), email="taken@ditta.example")
    firm = make_company()
    sign_in(client, make_owner(firm))
    answer = client.post("/my-company/people", data={"name": "Ada", "language": "en", "email": "Taken@ditta.example"})
    assert (answer.status_code, "Leave it out and print a card" in answer.text) == (409, True)
    assert [c.person.name for c in queries.colleagues(firm.id)] == ["Olga Padrona"]


def test_my_company_lists_people_in_a_constant_number_of_statements(
    client: FlaskClient, sign_in: SignIn, count_queries: Callable[[], int]
) -> None:
    firm = make_company()
    sign_in(client, make_owner(firm))
    client.get("/my-company")
    count_queries()
    client.get("/my-company")
    with_one = count_queries()
    for number in range(3):
        make_learner(firm, f"Tecnico {number}")
    count_queries()
    assert client.get("/my-company").text.count("Tecnico") >= 3
    assert count_queries() == with_one


def test_leaving_ends_roles_tokens_card_and_cookies(client: FlaskClient, app: object, sign_in: SignIn) -> None:
    firm = make_company()
    owner, person = make_owner(firm), make_learner(firm)
    headers = make_token(person, ["organisations:read"])
    code = services.issue_card(actor_for(owner), firm.id, person.id).code
    sign_in(client, person)
    assert client.get("/me").status_code == 200
    services.end_membership(actor_for(owner), firm.id, person.id)
    db.session.expire_all()
    assert client.get("/me").status_code == 302
    assert client.get("/api/v1/organisations", headers=headers).status_code == 401
    assert actor_for(person).grants == frozenset()
    assert not queries.is_live_code(person.id, code)
    assert db.session.scalars(sa.select(Membership.ended_on).where(Membership.person_id == person.id)).one() is not None


def test_r6_last_owner_cannot_leave_without_a_successor(client: FlaskClient, sign_in: SignIn) -> None:
    firm = make_company()
    owner, heir = make_owner(firm), make_learner(firm, "Erede Prova")
    sign_in(client, owner)
    answer = client.post(f"/my-company/people/{owner.id}/end")
    assert (answer.status_code, "Give that role to somebody else first" in answer.text) == (409, True)
    assert client.post(f"/my-company/people/{heir.id}/owner").status_code == 302
    assert client.post(f"/my-company/people/{owner.id}/end").status_code == 302
    assert queries.admins_of(firm.id) == {heir.id}


def test_owner_of_a_company_gives_nobody_more_than_owners_may_pass_on() -> None:
    firm, other = uuid4(), uuid4()
    owner = Actor(uuid4(), uuid4(), firm, grants=frozenset({services_grant(Role.OWNER, firm)}))
    fine = policy.grant_problems(owner, services_grant(Role.LEARNER, firm), to_self=False)
    rules = [
        [p.rule for p in policy.grant_problems(owner, wanted, to_self=to_self)]
        for wanted, to_self in [
            (services_grant(Role.LEARNER, other), False),
            (services_grant(Role.TRAINER, firm), False),
            (services_grant(Role.OWNER, firm), True),
            (policy.Grant(Role.COORDINATOR, Scope.NETWORK), False),
        ]
    ]
    assert (fine, rules) == ([], [["R5"], ["R5"], ["R4"], ["R5"]])


def services_grant(role: Role, organisation_id: UUID) -> policy.Grant:
    return policy.Grant(role, Scope.COMPANY, organisation_id)


# ---- two organisations: every verb, every kind of stranger


@dataclass(frozen=True)
class Two:
    """Two firms with an owner and a learner each; ``both`` is owner in B and a plain member of A."""

    a: Organisation
    b: Organisation
    owner_a: Person
    learner_a: Person
    owner_b: Person
    both: Person


@pytest.fixture
def two(database: object) -> Two:
    a, b = make_company("Ditta A"), make_company("Ditta B")
    both = make_person("Bifronte", [a, b])
    give_role(both, b, Role.OWNER, Scope.COMPANY, b.id)
    return Two(a, b, make_owner(a, "Olga A"), make_learner(a, "Tino A"), make_owner(b, "Olga B"), both)


ANSWERS = policy.SizeAnswers(5, 1, 1)
VERBS: dict[str, Callable[[Actor, Two], object]] = {
    "declare_size": lambda who, two: services.declare_size(who, two.a.id, ANSWERS),
    "change_profile": lambda who, two: services.change_profile(
        who, two.a.id, contact_email=None, website=None, city="X"
    ),
    "add_employee": lambda who, two: services.add_employee(who, two.a.id, services.NewEmployee("Nuova")),
    "issue_card": lambda who, two: services.issue_card(who, two.a.id, two.learner_a.id),
    "revoke_card": lambda who, two: services.revoke_card(who, two.a.id, two.learner_a.id),
    "make_owner": lambda who, two: services.make_owner(who, two.a.id, two.learner_a.id),
    "end_membership": lambda who, two: services.end_membership(who, two.a.id, two.learner_a.id),
    "grant_role": lambda who, two: services.grant_role(
        who, two.learner_a.id, two.a.id, Role.OWNER, Scope.COMPANY, two.a.id
    ),
}


def written() -> tuple[int, ...]:
    tables = (Person, Membership, RoleGrant, SignInCard, SizeDeclaration, AuditEntry)
    return tuple(db.session.scalar(sa.select(sa.func.count()).select_from(t)) or 0 for t in tables)


@pytest.mark.parametrize("verb", VERBS)
def test_pa1_owner_may(two: Two, verb: str) -> None:
    before = written()
    VERBS[verb](actor_for(two.owner_a), two)
    assert (written() == before) is (verb == "revoke_card")  # nothing to revoke: nothing written


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize(
    ("who", "refusal"),
    [
        ("owner_b", NotFound),
        ("both acting for b", NotFound),
        ("both acting for a", Forbidden),
        ("colleague_a", Forbidden),
        ("anonymous", NotFound),
    ],
)
def test_pa1_others_may_not(two: Two, verb: str, who: str, refusal: type[Exception]) -> None:
    actors = {
        "owner_b": actor_for(two.owner_b),
        "both acting for b": actor_for(two.both, two.b),
        "both acting for a": actor_for(two.both, two.a),
        "colleague_a": actor_for(make_learner(two.a, "Collega A")),
        "anonymous": Actor(None, None, None),
    }
    before = written()
    with pytest.raises(refusal):
        VERBS[verb](actors[who], two)
    assert written() == before


@pytest.mark.parametrize("verb", ["issue_card", "revoke_card", "make_owner", "end_membership"])
def test_pa1_owner_does_not_reach_a_person_of_another_firm_through_the_own_one(two: Two, verb: str) -> None:
    actor, foreign = actor_for(two.owner_a), make_learner(two.b, "Tino B")
    before = written()
    with pytest.raises(NotFound):
        getattr(services, verb)(actor, two.a.id, foreign.id)
    assert written() == before


PATHS = ["card", "card/revoke", "owner", "end"]


@pytest.mark.parametrize("path", PATHS)
def test_pa1_pages_of_another_firms_person_are_not_found(
    client: FlaskClient, sign_in: SignIn, two: Two, path: str
) -> None:
    sign_in(client, two.owner_b)
    assert client.post(f"/my-company/people/{two.learner_a.id}/{path}").status_code == 404


def test_my_company_is_forbidden_for_learners_and_unknown_to_universities(
    client: FlaskClient, sign_in: SignIn, two: Two
) -> None:
    answer = sign_in(client, two.learner_a).get("/my-company")
    assert (answer.status_code, "Only an owner or HR" in answer.text, "R3" in answer.text) == (403, True, True)
    prof = make_person("Prof", make_organisation(kind=OrganisationKind.UNIVERSITY))
    assert sign_in(client, prof).get("/my-company").status_code == 404


def test_form_opened_for_another_organisation_is_refused_and_writes_nothing(
    client: FlaskClient, sign_in: SignIn, two: Two
) -> None:
    sign_in(client, two.both, two.b)
    before = written()
    data = {"acting": str(two.a.id), "name": "Ada", "language": "en"}
    answer = client.post("/my-company/people", data=data)
    assert (answer.status_code, "You now act for another organisation" in answer.text) == (409, True)
    assert written() == before


def test_refused_grant_names_rule_and_owner(two: Two) -> None:
    with pytest.raises(Forbidden) as refused:
        services.grant_role(actor_for(two.owner_a), two.learner_a.id, two.a.id, Role.TRAINER, Scope.COMPANY, two.a.id)
    assert [(p.rule, p.owner) for p in refused.value.problems] == [("R5", "LIFT network")]


def test_role_is_given_to_members_only(two: Two) -> None:
    with pytest.raises(Refused):
        services.grant_role(actor_for(two.owner_a), two.owner_b.id, two.a.id, Role.LEARNER, Scope.COMPANY, two.a.id)
    assert account_of(two.owner_b).active
