"""N12, A15: requests to take part, meetings, outcomes from proposal to accepted; each with a stranger."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from lift.core.actor import Role, Scope
from lift.core.db import db
from lift.core.models import MailMessage
from lift.network.enums import GroupStanding, OutcomeState, RequestState
from lift.network.models import GroupMeeting, GroupMember, GroupRequest, Outcome, WorkingGroup
from lift.people.enums import OrganisationKind
from lift.people.models import Person
from tests.factories.content import make_group
from tests.factories.network import join_group, make_outcome
from tests.factories.people import make_organisation, make_person
from tests.page_reading import main_of
from workers import network as worker

pytestmark = pytest.mark.usefixtures("database")

SignIn = Callable[..., FlaskClient]


@pytest.fixture
def group() -> WorkingGroup:
    row = make_group("robots")
    join_group(row, make_organisation(slug="praha", short_name="CTU"), GroupStanding.LEAD)
    return row


def insider(group: WorkingGroup, role: Role) -> Person:
    return make_person("Livia Dentro", make_organisation(), [(role, Scope.WORKING_GROUP, group.id)])


def outsider(kind: OrganisationKind = OrganisationKind.UNIVERSITY) -> Person:
    return make_person("Odo Fuori", make_organisation(kind=kind, short_name="OUT"))


def office(role: Role) -> Person:
    return make_person(
        "Olga Ufficio", make_organisation(), [(role, Scope.NETWORK, None)], email=f"{role.value}@lift.example"
    )


def test_n12_proposed_outcome_names_what_it_lacks_and_is_accepted_when_whole(
    client: FlaskClient, sign_in: SignIn, group: WorkingGroup
) -> None:
    sign_in(client, insider(group, Role.LEAD))
    answer = client.post("/groups/robots/outcomes", data={"title": "Ten questions", "kind": "report", "licence": ""})
    address = answer.headers["Location"]
    assert answer.status_code == 302
    refused = client.post(f"{address}/accepted")
    assert refused.status_code == 409
    assert "Nothing was changed." in main_of(refused)
    whole = {
        "title": "Ten questions", "kind": "report", "licence": "CC-BY-4.0", "gain": "You choose well.", "contributors": ["praha"],
        "link": "https://example.org/questions",
    }  # fmt: skip
    assert client.post(address, data=whole).status_code == 302
    assert client.post(f"{address}/accepted").status_code == 302
    row = db.session.scalars(sa.select(Outcome)).one()
    assert (row.state, row.gain, row.contributors) == (OutcomeState.ACCEPTED, {"en": "You choose well."}, ["praha"])
    assert "Make a module" in main_of(client.get(address))


def test_n12_outcome_file_of_another_kind_is_refused_and_the_words_are_kept(
    client: FlaskClient, sign_in: SignIn, group: WorkingGroup
) -> None:
    sign_in(client, insider(group, Role.AUTHOR))
    data = {
        "title": "Ten questions",
        "kind": "report",
        "licence": "",
        "file": (BytesIO(b"MZ\x90\x00\xff\xfe"), "setup.exe"),
    }
    answer = client.post("/groups/robots/outcomes", data=data)
    assert answer.status_code == 422
    assert 'value="Ten questions"' in answer.get_data(as_text=True)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Outcome)) == 0


@pytest.mark.parametrize(
    ("path", "data"),
    [
        ("/groups/robots/outcomes", {"title": "Mine", "kind": "report", "licence": ""}),
        ("/groups/robots/meetings", {"held_on": "2026-03-02", "people": "Me", "decisions": "All mine."}),
    ],
)
def test_n12_writing_in_the_group_is_forbidden_to_a_stranger(
    client: FlaskClient, sign_in: SignIn, group: WorkingGroup, path: str, data: dict[str, str]
) -> None:
    sign_in(client, outsider())
    assert client.post(path, data=data).status_code == 403


def test_a15_accepting_is_the_leads_act(client: FlaskClient, sign_in: SignIn, group: WorkingGroup) -> None:
    outcome = make_outcome(group, "Ten questions", OutcomeState.PROPOSED)
    sign_in(client, insider(group, Role.AUTHOR))
    assert client.post(f"/groups/robots/outcomes/{outcome.id}/accepted").status_code == 403


def test_n12_outcome_under_the_address_of_another_group_is_404(client: FlaskClient, group: WorkingGroup) -> None:
    outcome = make_outcome(make_group("clouds"), "Cloud map", OutcomeState.ACCEPTED)
    assert client.get(f"/groups/robots/outcomes/{outcome.id}").status_code == 404


def test_n12_meeting_with_decisions_and_paper_is_seen_by_the_group_only(
    client: FlaskClient, sign_in: SignIn, group: WorkingGroup
) -> None:
    sign_in(client, insider(group, Role.AUTHOR))
    data = {"held_on": "2026-03-02", "people": "Livia, Odo", "decisions": "Film it.\nAsk a lab.",
            "file": (BytesIO(b"%PDF-1.7 notes"), "notes.pdf")}  # fmt: skip
    assert client.post("/groups/robots/meetings", data=data).status_code == 302
    meeting = db.session.scalars(sa.select(GroupMeeting)).one()
    shown = main_of(client.get("/groups/robots"))
    assert "Livia, Odo Film it. Ask a lab." in shown
    with client.get(f"/groups/robots/meetings/{meeting.id}/paper") as paper:
        assert (paper.status_code, paper.get_data()) == (200, b"%PDF-1.7 notes")
        assert paper.headers["Content-Disposition"].startswith("attachment")
    sign_in(client, outsider())
    assert client.get(f"/groups/robots/meetings/{meeting.id}/paper").status_code == 404
    assert "Film it." not in main_of(client.get("/groups/robots"))


def test_n12_request_is_routed_to_the_activity_leader_and_makes_a_contributor(
    client: FlaskClient, sign_in: SignIn, group: WorkingGroup
) -> None:
    leader, asks = office(Role.ACTIVITY_LEADER), outsider()
    sign_in(client, asks)
    assert client.post("/groups/robots/ask", data={"brings": "A robot cell."}).status_code == 302
    assert client.post("/groups/robots/ask", data={"brings": "Again."}).status_code == 409
    row = db.session.scalars(sa.select(GroupRequest)).one()
    worker.tell_request(str(row.id))
    told = db.session.scalars(sa.select(MailMessage.recipient)).all()
    assert told == ["activity_leader@lift.example"]
    sign_in(client, office(Role.BUSINESS_OWNER))
    assert client.post(f"/groups/robots/requests/{row.id}", data={"accept": "yes"}).status_code == 403
    sign_in(client, leader)
    assert "A robot cell." in main_of(client.get("/groups/robots"))
    assert client.post(f"/groups/robots/requests/{row.id}", data={"accept": "yes"}).status_code == 302
    member = db.session.scalars(sa.select(GroupMember).filter_by(organisation_id=row.organisation_id)).one()
    assert (member.standing, db.session.get_one(GroupRequest, row.id).state) == (
        GroupStanding.CONTRIBUTOR,
        RequestState.ACCEPTED,
    )


def test_n12_no_says_why(client: FlaskClient, sign_in: SignIn, group: WorkingGroup) -> None:
    sign_in(client, outsider())
    client.post("/groups/robots/ask", data={"brings": "A robot cell."})
    row = db.session.scalars(sa.select(GroupRequest)).one()
    sign_in(client, office(Role.ACTIVITY_LEADER))
    assert client.post(f"/groups/robots/requests/{row.id}", data={"accept": "no", "answer": ""}).status_code == 422
    assert client.post(f"/groups/robots/requests/{row.id}", data={"accept": "no", "answer": "Full."}).status_code == 302
    assert db.session.get_one(GroupRequest, row.id).answer == "Full."


def test_n12_firm_cannot_ask_to_take_part(client: FlaskClient, sign_in: SignIn, group: WorkingGroup) -> None:
    sign_in(client, outsider(OrganisationKind.COMPANY))
    assert "Ask to take part" not in main_of(client.get("/groups/robots"))
    assert client.post("/groups/robots/ask", data={"brings": "Money."}).status_code == 403
