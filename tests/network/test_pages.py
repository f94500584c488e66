"""N1, N11: partners in public and for the office, every fact with its source."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from lift.core import clock
from lift.core.actor import SYSTEM, Role, Scope
from lift.core.db import db
from lift.network import services
from lift.network.enums import PartnerState
from lift.people.enums import ConsentPurpose, OrganisationKind
from lift.people.models import Consent, Person
from tests.factories.content import make_group, make_version
from tests.factories.labs import make_lab
from tests.factories.network import join_group, make_partner
from tests.factories.people import make_organisation, make_person
from tests.factories.training import make_session
from tests.page_reading import links_of, main_of, rows_of, words_of

pytestmark = pytest.mark.usefixtures("database")

ARTICLE = "The article of EIT Manufacturing on the network (2020)"
UNVERIFIED = "General knowledge, not checked against a register"
SEED = "seed: partner, role; public page: mecc.example FactoryBricks; gk: coordinates"


def office(role: Role = Role.ACTIVITY_LEADER) -> Person:
    return make_person("Nora Ufficio", make_organisation(), [(role, Scope.NETWORK, None)])


def names(client: FlaskClient, path: str = "/partners") -> list[str]:
    page = client.get(path).get_data(as_text=True)
    cards = page.split('<article class="l-card l-card--choice l-body-card">')[1:]
    return [words_of(card[card.index("<h3>") : card.index("</h3>")]) for card in cards]


def test_partners_in_public_are_those_agreed_or_active(client: FlaskClient) -> None:
    for state in PartnerState:
        make_partner(f"Body {state.value}", state)
    assert names(client) == ["Body active", "Body agreed"]
    assert names(client, "/partners?state=applied") == ["Body active", "Body agreed"]


@pytest.mark.parametrize("role", [Role.ACTIVITY_LEADER, Role.BUSINESS_OWNER])
def test_partners_for_the_office_show_every_state_with_clock_and_owner(
    client: FlaskClient, sign_in: Callable[..., FlaskClient], role: Role
) -> None:
    make_partner("Capo", network_role="activity_leader")
    make_partner("Affari", network_role="business_owner", kind=OrganisationKind.COMPETENCE_CENTRE)
    make_partner("Aspirante", PartnerState.APPLIED, since=clock.now() - timedelta(days=3), reason="Asked to join.")
    make_partner(
        "Laboratorio", PartnerState.TRIAL, kind=OrganisationKind.LABORATORY, since=clock.now() - timedelta(days=41)
    )
    sign_in(client, office(role))
    page = main_of(client.get("/partners"))
    assert "Applied 1 Aspirante university, , Italy Asked to join. activity leader, Capo 3 days" in page
    assert "On trial 1 Laboratorio laboratory, , Italy business owner, Affari 41 days" in page
    assert names(client, "/partners?state=trial") == ["Laboratorio"]
    assert names(client, "/partners?state=nonsense") == ["Affari", "Aspirante", "Capo", "Laboratorio"]


def test_partners_on_the_way_are_404_for_strangers_and_open_for_the_office(
    client: FlaskClient, sign_in: Callable[..., FlaskClient]
) -> None:
    body = make_partner("Aspirante", PartnerState.APPLIED, reason="Asked to join.")
    assert client.get(f"/partners/{body.slug}").status_code == 404
    assert client.get("/partners/nobody").status_code == 404
    sign_in(client, office())
    assert "Steps on the way in seen by the network’s office only Applied Asked to join." in main_of(
        client.get(f"/partners/{body.slug}")
    )


def test_partner_page_shows_every_fact_with_its_source(client: FlaskClient) -> None:
    body = make_partner(
        "Politecnico Immaginario", network_role="activity_leader", in_agreement=True, agreement_version="LIFT 2020",
        body={"source": SEED, "city": "Milano", "website": "https://poli.example/"},
    )  # fmt: skip
    assert rows_of(client.get(f"/partners/{body.slug}")) == [
        ["What it is", "University", ARTICLE],
        ["Role in the network", "Partner and activity leader: answers academic bodies that want to join", ARTICLE],
        ["Agreement", "Signed, version LIFT 2020. The source gives no day.", ARTICLE],
        ["Place", "Milano, Italy", UNVERIFIED],
        ["Web address", "https://poli.example/", UNVERIFIED],
    ]


def test_partner_of_the_demo_world_is_said_to_be_invented(client: FlaskClient) -> None:
    body = make_partner(
        "Inventato", PartnerState.AGREED, body={"source": "demo world", "city": "Kassel", "country": "DE"}
    )
    assert {cells[2] for cells in rows_of(client.get(f"/partners/{body.slug}"))} == {"Invented for the demo world"}


def test_partner_page_leads_to_its_labs_groups_modules_and_sessions(client: FlaskClient) -> None:
    body = make_partner("Casa", body={"source": SEED})
    lab = make_lab(body, slug="casa-lab", name="Casa Lab", source="public page: casa.example")
    group = make_group("robots")
    join_group(group, body)
    version = make_version(group=group, title="Turn it", credits={body.slug: 70, "nobody": 30})
    session = make_session(version=version, lab=lab)
    answer = client.get(f"/partners/{body.slug}")
    assert {"/labs/casa-lab", "/groups/robots", f"/modules/{version.module.slug}", f"/sessions/{session.code}"} <= set(
        links_of(answer)
    )
    assert "Source: public page: casa.example" in main_of(answer)
    assert "Turn it 70 %" in main_of(answer)


def test_partner_names_a_contact_only_who_agreed_and_the_role_address_always(client: FlaskClient) -> None:
    body = make_partner("Capo", network_role="activity_leader", role_address="join@capo.example")
    make_person("Silente Riservata", body, [(Role.ACTIVITY_LEADER, Scope.NETWORK, None)])
    open_one = make_person("Aperta Disponibile", body, [(Role.ACTIVITY_LEADER, Scope.NETWORK, None)])
    gone = make_person("Ritirato Consenso", body, [(Role.ACTIVITY_LEADER, Scope.NETWORK, None)])
    for person, withdrawn in ((open_one, None), (gone, clock.now())):
        db.session.add(
            Consent(
                person_id=person.id, purpose=ConsentPurpose.PUBLIC_CONTACT, text_version="1", withdrawn_at=withdrawn
            )
        )
    db.session.commit()
    page = main_of(client.get(f"/partners/{body.slug}"))
    assert "Academic bodies that want to join ask here. Aperta Disponibile join@capo.example" in page
    assert ("Silente" in page, "Ritirato" in page) == (False, False)


def test_partners_page_says_what_the_network_is_for_with_its_source(client: FlaskClient) -> None:
    services.state_fact("objective", {"en": "learn at real machines"}, "Article X", actor=SYSTEM)
    services.state_fact("timeline-0", {"en": "agreement signed"}, "Article X", {"when": "2020"}, actor=SYSTEM)
    page = main_of(client.get("/partners"))
    assert "What the network is for learn at real machines Source: Article X" in page
    assert "agreement signed 2020 Source: Article X" in page


@pytest.mark.parametrize("signed_in", [False, True], ids=["public", "office"])
def test_partners_page_asks_the_database_as_often_for_three_as_for_one(
    client: FlaskClient, sign_in: Callable[..., FlaskClient], count_queries: Callable[[], int], signed_in: bool
) -> None:
    if signed_in:
        sign_in(client, office())
    make_partner("One", PartnerState.ACTIVE)
    make_partner("One asks", PartnerState.APPLIED)
    client.get("/partners")
    count_queries()
    client.get("/partners")
    one = count_queries()
    for name in ("Two", "Three"):
        make_partner(name, PartnerState.ACTIVE)
        make_partner(f"{name} asks", PartnerState.APPLIED)
    count_queries()
    client.get("/partners")
    assert count_queries() == one


def test_partner_page_asks_the_database_as_often_for_three_as_for_one(
    client: FlaskClient, count_queries: Callable[[], int]
) -> None:
    body = make_partner("Casa")

    def grow(n: int) -> None:
        group = make_group(f"topic-{n}")
        join_group(group, body)
        version = make_version(group=group, credits={body.slug: 100})
        make_session(version=version, lab=make_lab(body))

    grow(1)
    client.get(f"/partners/{body.slug}")
    count_queries()
    client.get(f"/partners/{body.slug}")
    one = count_queries()
    grow(2)
    grow(3)
    count_queries()
    client.get(f"/partners/{body.slug}")
    assert count_queries() == one
