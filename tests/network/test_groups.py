"""N12: working groups with members by partner, outcomes with state, modules; what is in the making only for its people."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from lift.content.enums import ReviewDecision, VersionState
from lift.content.models import ModuleReview
from lift.core.actor import Role, Scope
from lift.core.db import db
from lift.network.enums import GroupStanding, OutcomeKind, OutcomeState
from lift.network.models import WorkingGroup
from lift.people.models import Person
from tests.factories.content import make_group, make_version
from tests.factories.network import join_group, make_outcome, make_partner
from tests.factories.people import make_organisation, make_person
from tests.page_reading import main_of, rows_of

pytestmark = pytest.mark.usefixtures("database")


def insider(group: WorkingGroup, role: Role) -> Person:
    return make_person("Livia Dentro", make_organisation(), [(role, Scope.WORKING_GROUP, group.id)])


def test_group_page_shows_topic_methods_members_and_outcomes_with_their_state(client: FlaskClient) -> None:
    group = make_group(
        "robots", topic={"en": "Robots beside people"}, methods={"en": "Half a day at the cell"}, basis="seed"
    )
    lead, other = make_partner("Praha", body={"slug": "praha", "short_name": "CTU"}), make_partner("Göteborg")
    join_group(group, other)
    join_group(group, lead, GroupStanding.LEAD)
    make_outcome(group, "Ten questions", OutcomeState.ACCEPTED, licence="CC-BY-4.0", contributors=["praha"])
    make_outcome(group, "Data of a week", OutcomeState.IN_THE_MAKING, kind=OutcomeKind.DATA)
    answer = client.get("/groups/robots")
    page = main_of(answer)
    assert rows_of(answer) == [
        ["Ten questions", "report", "CTU", "CC-BY-4.0", "accepted"],
        ["Data of a week", "data", "", "not stated", "in the making"],
    ]
    assert "Robots beside people" in page
    assert "Half a day at the cell The article on the network names this topic." in page
    assert page.index("Praha leads") < page.index("Göteborg member")


def test_group_whose_topic_we_propose_says_so(client: FlaskClient) -> None:
    make_group("clouds", basis="proposal")
    assert "Our proposal: the article on the network does not name this topic." in main_of(client.get("/groups/clouds"))
    assert "topic proposed by us" in main_of(client.get("/groups"))


def test_group_page_of_an_unknown_group_is_404(client: FlaskClient) -> None:
    assert client.get("/groups/nobody").status_code == 404


@pytest.mark.parametrize("role", [Role.LEAD, Role.AUTHOR, Role.REVIEWER])
def test_group_shows_modules_in_the_making_to_its_people(
    client: FlaskClient, sign_in: Callable[..., FlaskClient], role: Role
) -> None:
    group = make_group("robots")
    version = make_version(group=group, state=VersionState.DRAFT, title="First cell")
    version.state = VersionState.REVIEW
    body = make_partner("Darmstadt", body={"short_name": "TUD"})
    reviewer = make_person("Henrik Vite", body)
    db.session.add(
        ModuleReview(
            version_id=version.id, reviewer_id=reviewer.id, organisation_id=body.id, decision=ReviewDecision.ASKED
        )
    )
    db.session.commit()
    sign_in(client, insider(group, role))
    assert "First cell version 1 in review Henrik Vite, TUD: asked, no answer yet" in main_of(
        client.get("/groups/robots")
    )


def test_group_hides_modules_in_the_making_and_the_lead_from_others(
    client: FlaskClient, sign_in: Callable[..., FlaskClient]
) -> None:
    lead = make_person("Pavel Guida", make_organisation())
    group = make_group("robots", lead_person_id=lead.id)
    make_version(group=group, state=VersionState.DRAFT, title="First cell")
    make_version(group=group, title="Second cell")
    stranger = insider(make_group("clouds"), Role.LEAD)
    for client_is in ("visitor", "of another group"):
        if client_is != "visitor":
            sign_in(client, stranger)
        page = main_of(client.get("/groups/robots"))
        assert ("First cell" in page, "In the making" in page, "Pavel Guida" in page) == (False, False, False)
        assert "Second cell" in page


def test_groups_of_an_author_stand_first(client: FlaskClient, sign_in: Callable[..., FlaskClient]) -> None:
    make_group("alpha")
    mine = make_group("zeta")
    assert "Your groups" not in main_of(client.get("/groups"))
    sign_in(client, insider(mine, Role.AUTHOR))
    page = main_of(client.get("/groups"))
    assert page.index("Your groups Zeta") < page.index("The other groups Alpha")


@pytest.mark.parametrize("path", ["/groups", "/groups/robots"])
def test_groups_pages_ask_the_database_as_often_for_three_as_for_one(
    client: FlaskClient, count_queries: Callable[[], int], path: str
) -> None:
    group = make_group("robots")

    def grow(n: int) -> None:
        join_group(group, make_partner(f"Partner {n}"))
        make_outcome(group, f"Outcome {n}", contributors=[f"partner-{n}"])
        make_version(group=group)
        make_group(f"topic-{n}")

    grow(1)
    client.get(path)
    count_queries()
    client.get(path)
    one = count_queries()
    grow(2)
    grow(3)
    count_queries()
    client.get(path)
    assert count_queries() == one
