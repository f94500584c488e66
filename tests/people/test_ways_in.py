"""Invitations, requests to join, members and roles: who lets whom in, and with what (PA2, PA3, R4 to R6)."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
import time_machine
from flask.testing import FlaskClient

from lift.core import clock
from lift.core.actor import SYSTEM, Actor, Grant, Role, Scope
from lift.core.db import db
from lift.core.errors import Forbidden, Invalid, NotFound, Refused
from lift.core.models import MailMessage
from lift.people import queries, services
from lift.people.enums import JoinState
from lift.people.models import Invitation, JoinRequest, Membership, Organisation, Person, RoleGrant, RoleProposal
from tests.factories.people import (
    account_of,
    actor_for,
    give_role,
    make_company,
    make_learner,
    make_organisation,
    make_owner,
    make_person,
)
from workers.people import lapse_join_requests

pytestmark = pytest.mark.integration
SignIn = Callable[..., FlaskClient]
PASSWORD = "four plain words here"


def make_admin(body: Organisation, name: str = "Ada Ministra", email: str | None = None) -> Person:
    return make_person(name, body, [(Role.PARTNER_ADMIN, Scope.PARTNER, body.id)], email=email)


def learner_in(firm: Organisation) -> Grant:
    return Grant(Role.LEARNER, Scope.COMPANY, firm.id)


def invite(actor: Actor, body: Organisation, email: str, grant: Grant) -> str:
    """The token that the mail carries."""
    row = services.invite(actor, body.id, email, grant, lambda token: f"<{token}>")
    mail = db.session.scalars(sa.select(MailMessage).where(MailMessage.event == str(row.id))).one()
    found = re.search(r"<(.+)>", mail.body)
    assert (mail.recipient, found is None) == (email, False)
    return found[1] if found else ""


def roles_of(person: Person, body: Organisation) -> set[Role]:
    return {g.role for g in actor_for(person, body).grants}


def test_pa2_invitation_makes_a_member_with_its_role_and_works_once(database: object) -> None:
    firm = make_company()
    owner, guest = make_owner(firm), make_person("Gina Ospite", email="gina@x.example")
    token = invite(actor_for(owner), firm, "gina@x.example", learner_in(firm))
    services.accept_invitation(actor_for(guest), token)
    assert roles_of(guest, firm) == {Role.LEARNER}
    assert db.session.scalars(sa.select(RoleGrant.granted_by).where(RoleGrant.person_id == guest.id)).one() == owner.id
    with pytest.raises(Refused):
        services.accept_invitation(actor_for(guest), token)


def test_pa2_invitation_is_bound_to_its_address(database: object) -> None:
    firm = make_company()
    token = invite(actor_for(make_owner(firm)), firm, "gina@x.example", learner_in(firm))
    other = make_person("Otto Altro", email="otto@x.example")
    with pytest.raises(Refused):
        services.accept_invitation(actor_for(other), token)
    assert queries.memberships_of(other.id) == []


@pytest.mark.parametrize(("days", "taken"), [(13, True), (14.01, False)])
def test_pa2_invitation_lives_14_days(database: object, days: float, taken: bool) -> None:
    firm = make_company()
    guest = make_person("Gina Ospite", email="gina@x.example")
    token = invite(actor_for(make_owner(firm)), firm, "gina@x.example", learner_in(firm))
    with time_machine.travel(time.time() + days * 86_400, tick=False):
        try:
            services.accept_invitation(actor_for(guest), token)
        except Refused:
            assert not taken
    assert bool(queries.memberships_of(guest.id)) == taken


def test_pa2_second_invitation_of_the_same_address_ends_the_first(database: object) -> None:
    firm = make_company()
    owner, guest = make_owner(firm), make_person("Gina Ospite", email="gina@x.example")
    first = invite(actor_for(owner), firm, "gina@x.example", learner_in(firm))
    second = invite(actor_for(owner), firm, "gina@x.example", learner_in(firm))
    with pytest.raises(Refused):
        services.accept_invitation(actor_for(guest), first)
    services.accept_invitation(actor_for(guest), second)
    assert roles_of(guest, firm) == {Role.LEARNER}


def test_r5_invitation_is_worth_nothing_once_the_inviter_may_not_give_it(database: object) -> None:
    firm = make_company()
    owner, other = make_owner(firm), make_owner(firm, "Olga Due")
    guest = make_person("Gina Ospite", email="gina@x.example")
    token = invite(actor_for(owner), firm, "gina@x.example", Grant(Role.OWNER, Scope.COMPANY, firm.id))
    services.end_membership(actor_for(other), firm.id, owner.id)
    with pytest.raises(Refused):
        services.accept_invitation(actor_for(guest), token)
    assert queries.memberships_of(guest.id) == []


@pytest.mark.parametrize(
    "grant",
    [
        Grant(Role.LEAD, Scope.WORKING_GROUP, UUID(int=1)),
        Grant(Role.COORDINATOR, Scope.NETWORK),
        Grant(Role.OWNER, Scope.COMPANY, UUID(int=2)),
    ],
)
def test_r5_nobody_invites_beyond_what_they_may_give(database: object, grant: Grant) -> None:
    firm = make_company()
    with pytest.raises(Forbidden):
        services.invite(actor_for(make_owner(firm)), firm.id, "gina@x.example", grant, str)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Invitation)) == 0


def test_r4_nobody_invites_their_own_address(database: object) -> None:
    firm = make_company()
    owner = make_owner(firm, email="olga@x.example")
    with pytest.raises(Forbidden) as refused:
        services.invite(actor_for(owner), firm.id, "Olga@x.example", learner_in(firm), str)
    assert [p.rule for p in refused.value.problems] == ["R4"]


def test_pa2_strangers_and_learners_invite_nobody(database: object) -> None:
    firm = make_company()
    with pytest.raises(NotFound):
        services.invite(actor_for(make_owner(make_company())), firm.id, "g@x.example", learner_in(firm), str)
    with pytest.raises(Forbidden):
        services.invite(actor_for(make_learner(firm)), firm.id, "g@x.example", learner_in(firm), str)


def test_pa2_newcomer_makes_an_account_by_the_link(client: FlaskClient) -> None:
    body = make_organisation("Ente Invita")
    grant = Grant(Role.TRAINER, Scope.PARTNER, body.id)
    token = invite(actor_for(make_admin(body)), body, "nuova@x.example", grant)
    assert "Ente Invita" in client.get(f"/invitation/{token}").text
    typed = {"name": "Nuova Docente", "language": "it", "password": "short"}
    again = client.post(f"/invitation/{token}/begin", data=typed)
    assert (again.status_code, "Nuova Docente" in again.text) == (422, True)
    assert client.post(f"/invitation/{token}/begin", data={**typed, "password": PASSWORD}).status_code == 302
    account = services.prove_by_password("nuova@x.example", PASSWORD)
    assert (account.confirmed_at is None, roles_of(account.person, body)) == (False, {Role.TRAINER})
    assert client.get(f"/invitation/{token}").status_code == 409


def test_pa2_link_that_nobody_made_is_not_found(client: FlaskClient) -> None:
    assert client.get("/invitation/guessed").status_code == 404
    typed = {"name": "X Y", "language": "en", "password": PASSWORD}
    assert client.post("/invitation/guessed/begin", data=typed).status_code == 404


def test_pa2_guest_accepts_on_the_page_and_acts_for_the_organisation(client: FlaskClient, sign_in: SignIn) -> None:
    body, firm = make_organisation("Ente Invita"), make_company()
    token = invite(actor_for(make_admin(body)), body, "gina@x.example", Grant(Role.SIGNATORY, Scope.PARTNER, body.id))
    guest = make_person("Gina Ospite", firm, email="gina@x.example")
    sign_in(client, guest)
    data = {"acting": str(firm.id)}
    assert client.post(f"/invitation/{token}/accept", data=data).status_code == 302
    with client.session_transaction() as cookie:
        assert cookie["acting"] == str(body.id)


def test_pa2_taken_back_invitation_opens_nothing(database: object) -> None:
    firm = make_company()
    owner, guest = make_owner(firm), make_person("Gina Ospite", email="gina@x.example")
    token = invite(actor_for(owner), firm, "gina@x.example", learner_in(firm))
    row = db.session.scalars(sa.select(Invitation)).one()
    with pytest.raises(NotFound):
        services.revoke_invitation(actor_for(make_owner(make_company())), row.id)
    services.revoke_invitation(actor_for(owner), row.id)
    with pytest.raises(Refused):
        services.accept_invitation(actor_for(guest), token)


def confirmed(name: str, email: str) -> Person:
    person = make_person(name, email=email)
    account_of(person).confirmed_at = clock.now()
    db.session.commit()
    return person


def test_r6_domain_match_proposes_and_grants_nothing(client: FlaskClient, sign_in: SignIn) -> None:
    firm = make_company("Officina Dominio", website="https://www.officina-d.example/it")
    make_owner(firm, email="olga@officina-d.example")
    person = confirmed("Dora Dominio", "dora@officina-d.example")
    assert [row.id for row in queries.bodies_of_my_domain(person.id)] == [firm.id]
    assert queries.memberships_of(person.id) == []
    assert "Officina Dominio" in sign_in(client, person).get("/me/join").text
    row = services.ask_to_join(actor_for(person), firm.id)
    assert (row.same_domain, queries.memberships_of(person.id)) == (True, [])
    told = db.session.scalars(sa.select(MailMessage.recipient).where(MailMessage.kind == "people.join_asked")).all()
    assert list(told) == ["olga@officina-d.example"]


def test_r6_address_that_was_never_proven_proposes_nothing(database: object) -> None:
    make_company("Officina Dominio", website="https://officina-d.example")
    assert queries.bodies_of_my_domain(make_person("Dora", email="dora@officina-d.example").id) == []


def test_r6_mailbox_of_everybody_proposes_nothing(database: object) -> None:
    make_organisation("Posta", website="https://gmail.com")
    assert queries.bodies_of_my_domain(confirmed("Gino", "gino@gmail.com").id) == []


def test_r10_firm_of_another_domain_does_not_exist_for_who_asks(database: object) -> None:
    firm = make_company()
    with pytest.raises(NotFound):
        services.ask_to_join(actor_for(confirmed("Dora", "dora@x.example")), firm.id)


def test_r6_firm_is_asked_by_vat_number_and_an_unknown_number_looks_the_same(
    client: FlaskClient, sign_in: SignIn
) -> None:
    firm = make_company(vat_number="IT00000000777", contact_email="posta@firm.example")
    person = make_person("Dora", email="dora@x.example")
    sign_in(client, person)
    said = [
        client.post("/me/join/firm", data={"vat_number": number}, follow_redirects=True).text.count("has your request")
        for number in ("it 000.000.00777", "IT99999999999")
    ]
    rows = db.session.scalars(sa.select(JoinRequest)).all()
    assert (said, [(r.person_id, r.organisation_id, r.same_domain) for r in rows]) == (
        [1, 1], [(person.id, firm.id, False)]
    )  # fmt: skip


def test_r6_yes_of_the_owner_makes_a_learner_and_no_leaves_a_stranger(database: object) -> None:
    firm = make_company(vat_number="IT00000000777")
    owner = make_owner(firm)
    yes, no = make_person("Dora Si", email="si@x.example"), make_person("Dora No", email="no@x.example")
    for person, accept in ((yes, True), (no, False)):
        services.ask_firm(actor_for(person), "IT00000000777")
        row = queries.join_requests_of(person.id)[0]
        services.answer_join_request(actor_for(owner), row.id, accept=accept)
    assert (roles_of(yes, firm), queries.memberships_of(no.id)) == ({Role.LEARNER}, [])
    told = {m.recipient: m.body for m in db.session.scalars(sa.select(MailMessage)) if "answered" in m.kind}
    assert ("said yes" in told["si@x.example"], "did not agree" in told["no@x.example"]) == (True, True)


def test_r6_only_who_looks_after_the_people_answers(database: object) -> None:
    body = make_organisation()
    row = services.ask_to_join(actor_for(make_person("Dora", email="d@x.example")), body.id)
    with pytest.raises(NotFound):
        services.answer_join_request(actor_for(make_admin(make_organisation())), row.id, accept=True)
    with pytest.raises(Forbidden):
        services.answer_join_request(actor_for(make_person("Uno", body)), row.id, accept=True)
    with pytest.raises(NotFound):
        services.take_back_join_request(actor_for(make_person("Altro")), row.id)
    services.answer_join_request(actor_for(make_admin(body)), row.id, accept=True)
    assert [m.organisation_id for m in queries.memberships_of(row.person_id)] == [body.id]


def test_r6_request_lapses_after_five_days_and_who_asked_is_told(database: object) -> None:
    body = make_organisation()
    admin, person = make_admin(body), make_person("Dora", email="d@x.example")
    row = services.ask_to_join(actor_for(person), body.id)
    with time_machine.travel(time.time() + 5 * 86_400 - 60, tick=False):
        assert lapse_join_requests() == 0
    with time_machine.travel(time.time() + 5 * 86_400 + 60, tick=False):
        with pytest.raises(Refused):
            services.answer_join_request(actor_for(admin), row.id, accept=True)
        assert lapse_join_requests() == 1
        assert lapse_join_requests() == 0
    db.session.expire_all()
    bodies = db.session.scalars(sa.select(MailMessage.body).where(MailMessage.recipient == "d@x.example")).all()
    assert (row.state, len(bodies), "did not answer" in bodies[0]) == (JoinState.LAPSED, 1, True)
    assert services.ask_to_join(actor_for(person), body.id).id != row.id


def test_r6_asking_twice_is_one_request(database: object) -> None:
    body = make_organisation()
    person = make_person("Dora", email="d@x.example")
    rows = {services.ask_to_join(actor_for(person), body.id).id for _ in range(2)}
    assert len(rows) == 1


def test_r6_last_administrator_of_a_partner_cannot_leave_without_a_successor(database: object) -> None:
    body = make_organisation()
    admin, heir = make_admin(body), make_person("Erede", body)
    with pytest.raises(Refused):
        services.end_membership(actor_for(admin), body.id, admin.id)
    give_role(heir, body, Role.PARTNER_ADMIN, Scope.PARTNER, body.id)
    services.end_membership(actor_for(admin), body.id, admin.id)
    assert queries.admins_of(body.id) == {heir.id}


def test_r9_anybody_may_leave_and_nobody_sends_a_colleague_away(database: object) -> None:
    body = make_organisation()
    make_admin(body)
    one, two = make_person("Uno", body), make_person("Due", body)
    with pytest.raises(Forbidden):
        services.end_membership(actor_for(one), body.id, two.id)
    services.end_membership(actor_for(one), body.id, one.id)
    live = sa.select(Membership.person_id).where(Membership.organisation_id == body.id, Membership.ended_on.is_(None))
    assert one.id not in set(db.session.scalars(live))


def coordinators(body: Organisation, number: int) -> list[Person]:
    return [make_person(f"Coord {n}", body, [(Role.COORDINATOR, Scope.NETWORK, None)]) for n in range(number)]


def test_r5_network_role_needs_two_coordinators(database: object) -> None:
    body = make_organisation()
    (one, two), person = coordinators(body, 2), make_person("Leader", body)
    proposal = services.propose_network_role(actor_for(one), person.id, body.id, Role.ACTIVITY_LEADER, "board, 3 Nov")
    assert roles_of(person, body) == set()
    with pytest.raises(Forbidden):
        services.second_network_role(actor_for(one), proposal.id)
    services.second_network_role(actor_for(two), proposal.id)
    assert roles_of(person, body) == {Role.ACTIVITY_LEADER}
    with pytest.raises(Refused):
        services.second_network_role(actor_for(two), proposal.id)


def test_r4_coordinator_does_not_agree_to_their_own_role(database: object) -> None:
    body = make_organisation()
    one, two = coordinators(body, 2)
    with pytest.raises(Forbidden):
        services.propose_network_role(actor_for(one), one.id, body.id, Role.AUDITOR, "for me")
    proposal = services.propose_network_role(actor_for(one), two.id, body.id, Role.AUDITOR, "for you")
    with pytest.raises(Forbidden):
        services.second_network_role(actor_for(two), proposal.id)


@pytest.mark.parametrize("role", [r for r in Role if r != Role.COORDINATOR])
def test_r5_nobody_but_a_coordinator_proposes_or_agrees(database: object, role: Role) -> None:
    body = make_organisation()
    one, person = coordinators(body, 1)[0], make_person("Leader", body)
    actor = actor_for(make_person("Altro", body, [(role, Scope.NETWORK, None)]))
    with pytest.raises(Forbidden):
        services.propose_network_role(actor, person.id, body.id, Role.AUDITOR, "please")
    proposal = services.propose_network_role(actor_for(one), person.id, body.id, Role.AUDITOR, "please")
    with pytest.raises(Forbidden):
        services.second_network_role(actor, proposal.id)


def test_r5_proposal_of_somebody_who_is_no_coordinator_any_more_is_worth_nothing(database: object) -> None:
    body = make_organisation()
    (one, two, _third), person = coordinators(body, 3), make_person("Leader", body)
    proposal = services.propose_network_role(actor_for(one), person.id, body.id, Role.AUDITOR, "please")
    held = db.session.scalars(sa.select(RoleGrant).where(RoleGrant.person_id == one.id)).one()
    services.end_role(actor_for(two), held.id)
    with pytest.raises(Refused):
        services.second_network_role(actor_for(two), proposal.id)


def test_r6_network_keeps_a_coordinator(database: object) -> None:
    only = coordinators(make_organisation(), 1)[0]
    held = db.session.scalars(sa.select(RoleGrant).where(RoleGrant.person_id == only.id)).one()
    with pytest.raises(Refused):
        services.end_role(actor_for(only), held.id)


def test_r5_proposal_without_a_reason_is_refused_with_the_field_named(database: object) -> None:
    body = make_organisation()
    with pytest.raises(Invalid) as refused:
        services.propose_network_role(
            actor_for(coordinators(body, 1)[0]), make_person("L", body).id, body.id, Role.AUDITOR, " "
        )
    assert [p.field for p in refused.value.problems] == ["reason"]


def test_r5_database_refuses_one_coordinator_in_both_places(database: object) -> None:
    body = make_organisation()
    one, person = coordinators(body, 1)[0], make_person("Leader", body)
    row = services.propose_network_role(actor_for(one), person.id, body.id, Role.AUDITOR, "please")
    with pytest.raises(sa.exc.IntegrityError), db.session.begin_nested():
        db.session.execute(sa.update(RoleProposal).where(RoleProposal.id == row.id).values(seconded_by=one.id))


def test_pa3_members_page_offers_only_what_the_administrator_may_give(client: FlaskClient, sign_in: SignIn) -> None:
    body = make_organisation("Ente Ruoli")
    admin, person = make_admin(body), make_person("Mino Membro", body)
    sign_in(client, admin)
    page = client.get("/members").text
    offered = set(re.findall(r'<option value="([a-z_]+)"', page)) & {r.value for r in Role}
    assert offered == {"trainer", "partner_admin", "signatory"}
    sent = {"acting": str(body.id), "person_id": str(person.id), "role": "coordinator", "reason": "x"}
    assert client.post("/members/roles", data=sent).status_code == 422
    assert client.post("/members/roles", data={**sent, "role": "trainer"}).status_code == 302
    assert roles_of(person, body) == {Role.TRAINER}


def test_pa3_role_for_somebody_of_another_organisation_is_refused(client: FlaskClient, sign_in: SignIn) -> None:
    body, stranger = make_organisation(), make_person("Straniero", make_organisation())
    sign_in(client, make_admin(body))
    sent = {"acting": str(body.id), "person_id": str(stranger.id), "role": "trainer", "reason": "x"}
    assert client.post("/members/roles", data=sent).status_code == 422
    assert actor_for(stranger).grants == frozenset()


def test_members_page_is_for_who_looks_after_the_people(client: FlaskClient, app: object, sign_in: SignIn) -> None:
    body, firm = make_organisation(), make_company()
    allowed = [make_admin(body), make_owner(firm)]
    refused = [make_person("Uno", body), make_learner(firm), make_person("Nessuno")]
    codes = [sign_in(app.test_client(), p).get("/members").status_code for p in (*allowed, *refused)]
    assert codes == [200, 200, 403, 403, 404]
    assert client.get("/members").status_code == 302


def test_members_page_asks_as_often_for_sixty_as_for_three(
    client: FlaskClient, sign_in: SignIn, count_queries: Callable[[], int]
) -> None:
    def statements(number: int) -> int:
        body = make_organisation()
        admin = make_admin(body)
        for n in range(number):
            make_person(f"Membro {n:02}", body, [(Role.TRAINER, Scope.PARTNER, body.id)])
        browser = sign_in(client, admin, body)
        count_queries()
        assert browser.get("/members").status_code == 200
        return count_queries()

    assert statements(3) == statements(60)


def test_members_are_shown_once_each_over_two_pages(client: FlaskClient, sign_in: SignIn) -> None:
    body = make_organisation()
    admin = make_admin(body, "Aaa Ministra")
    wanted = [f"Membro {n:02}" for n in range(55)]
    for name in wanted:
        make_person(name, body)
    first = sign_in(client, admin).get("/members").text
    following = re.search(r'rel="next" href="([^"]+)"', first)
    second = client.get(following[1]).text if following else ""
    rows = re.findall(r'<th scope="row">([^<]+)<', first + second)
    assert [r.strip() for r in rows] == ["Aaa Ministra", *wanted]


def test_two_coordinators_decide_on_the_page(app: object, client: FlaskClient, sign_in: SignIn) -> None:
    body = make_organisation()
    (one, two), person = coordinators(body, 2), make_person("Leader", body)
    for each in (one, two):
        give_role(each, body, Role.PARTNER_ADMIN, Scope.PARTNER, body.id)
    sent = {"acting": str(body.id), "network-person_id": str(person.id), "network-role": "auditor"}
    sent |= {"network-acting": str(body.id), "network-reason": "board"}
    assert sign_in(client, one).post("/members/network-roles", data=sent).status_code == 302
    proposal = queries.open_proposals()[0]
    way = f"/members/network-roles/{proposal.id}/agree"
    assert client.post(way, data={"acting": str(body.id)}).status_code == 403
    assert sign_in(app.test_client(), two).post(way, data={"acting": str(body.id)}).status_code == 302
    assert roles_of(person, body) == {Role.AUDITOR}


def test_office_gives_no_role_in_an_organisation_it_does_not_act_for(database: object) -> None:
    body, other, lab = make_organisation(), make_organisation(), uuid4()
    roles = [(Role.ACTIVITY_LEADER, Scope.NETWORK, None), (Role.LAB_MANAGER, Scope.LAB, lab)]
    actor = actor_for(make_person("Leader", body, roles))
    wanted = [Grant(Role.TRAINER, Scope.LAB, lab)]
    with pytest.raises(NotFound):
        services.enter_person("Nuovo", [other.id], wanted, actor=actor)
    assert roles_of(services.enter_person("Nuovo", [body.id], wanted, actor=actor), body) == {Role.TRAINER}


def test_pa2_invitation_of_the_operator_is_impossible(database: object) -> None:
    with pytest.raises(NotFound):
        services.invite(SYSTEM, uuid4(), "g@x.example", Grant(Role.LEARNER, Scope.COMPANY, uuid4()), str)


def test_pa2_used_invitations_do_not_stand_on_the_page(database: object) -> None:
    firm = make_company()
    owner, guest = make_owner(firm), make_person("Gina", email="gina@x.example")
    token = invite(actor_for(owner), firm, "gina@x.example", learner_in(firm))
    assert [i.email for i in queries.open_invitations(firm.id)] == ["gina@x.example"]
    services.accept_invitation(actor_for(guest), token)
    assert queries.open_invitations(firm.id) == []
