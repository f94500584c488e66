"""Roles: who may give what, when they count, how they end; navigation by the person's jobs."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
import time_machine
from flask.testing import FlaskClient

from lift.core import clock
from lift.core.actor import SYSTEM, Actor, Grant, Role, Scope
from lift.core.db import db
from lift.core.errors import Forbidden, NotFound, Refused
from lift.core.models import AuditEntry
from lift.front import chrome
from lift.people import services
from lift.people.models import Organisation, Person, RoleGrant
from lift.people.services import directory
from tests.factories.people import actor_for, give_role, make_company, make_organisation, make_owner, make_person

pytestmark = pytest.mark.integration
SignIn = Callable[..., FlaskClient]
GROUP, OTHER_GROUP = UUID(int=1), UUID(int=2)


@pytest.fixture
def university(database: object) -> Organisation:
    return make_organisation("Ente Guida")


@pytest.fixture
def lead(university: Organisation) -> Person:
    return make_person("Livia Guida", university, [(Role.LEAD, Scope.WORKING_GROUP, GROUP)])


def test_lead_gives_author_in_the_own_group_and_the_audit_says_why(university: Organisation, lead: Person) -> None:
    person = make_person("Autore", university)
    actor = actor_for(lead)
    row = services.grant_role(
        actor, person.id, university.id, Role.AUTHOR, Scope.WORKING_GROUP, GROUP, reason="writes module 3"
    )
    assert actor_for(person).has(Role.AUTHOR, Scope.WORKING_GROUP, GROUP)
    entry = db.session.scalars(sa.select(AuditEntry).where(AuditEntry.thing_id == str(row.id))).one()
    assert (entry.action, entry.who, entry.reason) == ("people.role_given", lead.pseudonym, "writes module 3")


@pytest.mark.parametrize(
    ("role", "scope", "scope_id", "rule"),
    [
        (Role.AUTHOR, Scope.WORKING_GROUP, OTHER_GROUP, "R5"),
        (Role.LAB_MANAGER, Scope.LAB, GROUP, "R5"),
        (Role.AUTHOR, Scope.NETWORK, None, "R5"),
        (Role.COORDINATOR, Scope.NETWORK, None, "R5"),
    ],
)
def test_r5_lead_gives_nothing_beyond_the_own_group(
    university: Organisation, lead: Person, role: Role, scope: Scope, scope_id: UUID | None, rule: str
) -> None:
    person = make_person("Autore", university)
    with pytest.raises(Forbidden) as refused:
        services.grant_role(actor_for(lead), person.id, university.id, role, scope, scope_id)
    assert [p.rule for p in refused.value.problems] == [rule]
    assert actor_for(person).grants == frozenset()


def test_r4_nobody_gives_a_role_to_themselves(university: Organisation, lead: Person) -> None:
    with pytest.raises(Forbidden) as refused:
        services.grant_role(actor_for(lead), lead.id, university.id, Role.AUTHOR, Scope.WORKING_GROUP, GROUP)
    assert [p.rule for p in refused.value.problems] == ["R4"]


def test_pa1_lead_acting_for_another_organisation_gives_nothing(university: Organisation, lead: Person) -> None:
    elsewhere = make_organisation("Ente Altro")
    services.join(SYSTEM, lead.id, elsewhere.id)
    person = make_person("Autore", [university, elsewhere])
    actor = actor_for(lead, elsewhere)
    with pytest.raises(NotFound):
        services.grant_role(actor, person.id, university.id, Role.AUTHOR, Scope.WORKING_GROUP, GROUP)
    with pytest.raises(Forbidden):
        services.grant_role(actor, person.id, elsewhere.id, Role.AUTHOR, Scope.WORKING_GROUP, GROUP)


def test_same_role_twice_is_one_grant(university: Organisation, lead: Person) -> None:
    person = make_person("Autore", university)
    for _ in range(2):
        services.grant_role(actor_for(lead), person.id, university.id, Role.AUTHOR, Scope.WORKING_GROUP, GROUP)
    assert db.session.scalar(sa.select(sa.func.count()).where(RoleGrant.person_id == person.id)) == 1


def test_role_counts_until_its_end_and_not_after(university: Organisation) -> None:
    person = make_person("Docente", university)
    ends = clock.now() + timedelta(hours=1)
    services.grant_role(
        SYSTEM, person.id, university.id, Role.TRAINER, Scope.LAB, GROUP, reason="summer school", ends_at=ends
    )
    assert actor_for(person).has(Role.TRAINER)
    with time_machine.travel(time.time() + 3601, tick=False):
        assert not actor_for(person).has(Role.TRAINER)


def test_ending_a_role_takes_it_away_at_once(university: Organisation, lead: Person) -> None:
    person = make_person("Autore", university)
    row = services.grant_role(actor_for(lead), person.id, university.id, Role.AUTHOR, Scope.WORKING_GROUP, GROUP)
    services.end_role(actor_for(lead), row.id, "module 3 is done")
    assert actor_for(person).grants == frozenset()


def test_ending_a_role_of_another_organisation_is_not_found(university: Organisation, lead: Person) -> None:
    person = make_person("Autore", university)
    row = services.grant_role(actor_for(lead), person.id, university.id, Role.AUTHOR, Scope.WORKING_GROUP, GROUP)
    with pytest.raises(NotFound):
        services.end_role(actor_for(make_owner(make_company())), row.id)


def test_r6_last_owner_keeps_the_role(database: object) -> None:
    firm = make_company()
    owner = make_owner(firm)
    row = db.session.scalars(sa.select(RoleGrant).where(RoleGrant.person_id == owner.id)).one()
    with pytest.raises(Refused):
        services.end_role(actor_for(owner), row.id)
    assert actor_for(owner).has(Role.OWNER)


def test_pa3_office_enters_people_without_roles_beyond_its_own(university: Organisation) -> None:
    leader = make_person("Leader", university, [(Role.ACTIVITY_LEADER, Scope.NETWORK, None)])
    with pytest.raises(Forbidden):
        directory.enter_person(
            "Nuovo", [university.id], [Grant(Role.COORDINATOR, Scope.NETWORK)], actor=actor_for(leader)
        )
    assert directory.enter_person("Nuovo", [university.id], [], actor=actor_for(leader)).name == "Nuovo"
    with pytest.raises(Forbidden):
        directory.enter_person("Nuovo", [university.id], [], actor=actor_for(make_person("Nessuno", university)))


def test_system_may_enter_what_two_coordinators_decided(university: Organisation) -> None:
    person = make_person("Coordinatrice", university)
    services.grant_role(SYSTEM, person.id, university.id, Role.COORDINATOR, Scope.NETWORK, reason="minutes of 3 Nov")
    assert actor_for(person).has(Role.COORDINATOR, Scope.LAB, uuid4())


@pytest.mark.parametrize("role", list(Role))
def test_navigation_has_at_most_seven_entries_for_every_role(app: object, role: Role) -> None:
    actor = Actor(uuid4(), uuid4(), uuid4(), grants=frozenset({Grant(role, Scope.NETWORK)}))
    with app.test_request_context("/"):
        labels = [place.label for place in chrome.places(actor)]
    assert 4 <= len(labels) <= 7
    assert len(labels) == len(set(labels))


def test_navigation_marks_the_page_and_what_lies_under_it(client: FlaskClient, sign_in: SignIn) -> None:
    firm = make_company()
    page = sign_in(client, make_owner(firm)).get("/my-company").text
    assert '<a href="/my-company" aria-current="page">My company</a>' in page


def test_bar_shows_the_acting_organisation_with_its_kind(client: FlaskClient, sign_in: SignIn) -> None:
    firm, university = make_company("Ditta Barra"), make_organisation("Ente Barra")
    person = make_person("Tina Doppia", [firm, university])
    give_role(person, firm, Role.LEARNER, Scope.COMPANY, firm.id)
    sign_in(client, person, university)
    page = client.get("/me").text
    assert 'aria-label="You act for Ente Barra, university"' in page
    assert "small firm" in page


def test_language_follows_the_person_to_another_computer(client: FlaskClient, app: object, sign_in: SignIn) -> None:
    person = make_person("Tina", make_organisation(), language="en")
    answer = sign_in(client, person).get("/language/it?next=/me")
    assert answer.headers["Location"] == "/me"
    other = sign_in(app.test_client(), person)
    assert '<html lang="it"' in other.get("/me").text


def test_language_that_is_not_offered_is_not_found(client: FlaskClient) -> None:
    assert client.get("/language/xx").status_code == 404
