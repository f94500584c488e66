"""Acting organisation and language: kept in the session, shown, switched only among one's own."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from lift.core.actor import Role, Scope
from tests.factories.people import actor_for, give_role, make_company, make_organisation, make_person

pytestmark = pytest.mark.integration
SignIn = Callable[..., FlaskClient]


def test_role_held_in_one_organisation_gives_nothing_in_another(database: object) -> None:
    a, b = make_company("Ditta A"), make_company("Ditta B")
    person = make_person("Olga Padrona", [a, b], [(Role.OWNER, Scope.COMPANY, a.id)])
    assert actor_for(person, a).has(Role.OWNER, Scope.COMPANY, a.id)
    assert not actor_for(person, b).has(Role.OWNER)
    give_role(person, b, Role.LEARNER, Scope.COMPANY, b.id)
    assert {g.role for g in actor_for(person, b).grants} == {Role.LEARNER}


def test_act_for_own_organisation_switches_the_session(client: FlaskClient, sign_in: SignIn) -> None:
    a, b = make_organisation("Ente A"), make_organisation("Ente B")
    sign_in(client, make_person("Tina", [a, b]))
    answer = client.post("/act-for", data={"acting": str(a.id), "organisation_id": str(b.id), "next": "/sessions"})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/sessions")
    with client.session_transaction() as cookie:
        assert cookie["acting"] == str(b.id)


@pytest.mark.parametrize("wanted", ["", "not-an-id", "018f0000-0000-7000-8000-000000000000"])
def test_act_for_unknown_organisation_is_not_found(client: FlaskClient, sign_in: SignIn, wanted: str) -> None:
    a = make_organisation("Ente A")
    sign_in(client, make_person("Tina", a))
    assert client.post("/act-for", data={"organisation_id": wanted}).status_code == 404


def test_act_for_foreign_organisation_is_not_found_and_changes_nothing(client: FlaskClient, sign_in: SignIn) -> None:
    a, foreign = make_organisation("Ente A"), make_organisation("Ente B")
    sign_in(client, make_person("Tina", a))
    assert client.post("/act-for", data={"organisation_id": str(foreign.id)}).status_code == 404
    with client.session_transaction() as cookie:
        assert "acting" not in cookie
