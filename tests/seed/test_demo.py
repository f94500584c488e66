"""The demo world comes up through the ordinary verbs, once."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from lift.clusters import queries as hubs
from lift.content.queries import published_modules
from lift.core.db import db
from lift.network.queries import partners, working_groups
from lift.people.enums import OrganisationKind
from lift.people.models import Account, Organisation
from lift.seed.demo import seed_demo
from lift.seed.files import document
from lift.twins.models import Twin

pytestmark = pytest.mark.usefixtures("database")

ACCOUNTS = (
    "technician",
    "owner",
    "author",
    "reviewer",
    "trainer",
    "lab",
    "partner",
    "leader",
    "business",
    "officer",
    "admin",
)


def count(kind: OrganisationKind) -> int:
    return db.session.scalar(sa.select(sa.func.count()).where(Organisation.kind == kind)) or 0


def test_demo_world_holds_what_the_issue_names_and_comes_up_once() -> None:
    assert seed_demo()
    assert (len([p for p in partners() if p.partner.in_agreement]), len(working_groups())) == (12, 9)
    assert (count(OrganisationKind.COMPANY), len(hubs.hubs())) == (6, 3)
    assert [c.module.slug for c in published_modules()] == ["from-counters-to-oee", "where-is-the-bottleneck"]
    emails = set(db.session.scalars(sa.select(Account.email).where(Account.password.is_not(None))))
    assert {f"{name}@lift.example" for name in ACCOUNTS} <= emails
    row = hubs.hub("afil")
    assert row is not None
    assert row.hub.profile == document("afil_profile")
    assert [text.kind for text in row.hub.texts] == ["outlook"]
    assert [twin.model_key for twin in db.session.scalars(sa.select(Twin))] == ["machining"]  # step 3 needs it
    assert not seed_demo()
