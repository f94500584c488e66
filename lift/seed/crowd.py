"""The people of the demo world, who leads which group, and what cluster officers wrote."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from lift.clusters import queries as hubs
from lift.clusters import services as clusters
from lift.core import clock
from lift.core.actor import SYSTEM, Grant, Role, Scope
from lift.core.ids import name_id
from lift.labs.enums import AccessClass, ResourceKind
from lift.labs.services import ensure_resource, grant_qualification
from lift.network import queries as groups
from lift.network import services as network
from lift.people import queries as people
from lift.people import services as people_verbs
from lift.people.models import Person
from lift.seed.files import world

DEMO_PASSWORD = "lift-demo"  # noqa: S105 shown on the sign-in page, in demo mode only


def enter_people(labs: dict[str, UUID]) -> dict[str, Person]:
    """Everybody, by the key of ``people.toml``; those with an account sign in with the demo password."""
    slugs = people.organisation_ids()
    crowd = {row["key"]: _enter(row, slugs, labs) for row in world("people")["people"]}
    _name_leads(crowd)
    _make_trainers_bookable(crowd)
    return crowd


def _enter(row: dict[str, Any], slugs: dict[str, UUID], labs: dict[str, UUID]) -> Person:
    own = slugs[row["organisation"]]
    grants = [Grant(Role(r["role"]), Scope(r["scope"]), scope_id(r, slugs, labs)) for r in row.get("roles", [])]
    homes = [own, *(slugs[slug] for slug in row.get("also", []))]
    return people_verbs.enter_person(
        row["name"], homes, grants, actor=SYSTEM, email=row.get("email"),
        password=DEMO_PASSWORD if row.get("account") else None, language=row["language"], job_title=row.get("job_title", ""),
    )  # fmt: skip


def scope_id(role: dict[str, str], slugs: dict[str, UUID], labs: dict[str, UUID]) -> UUID | None:
    """What a role of ``people.toml`` is bound to."""
    scope, of = Scope(role["scope"]), role.get("of", "")
    if scope is Scope.NETWORK:
        return None
    if scope is Scope.LAB:
        return labs[of]
    if scope is Scope.WORKING_GROUP:
        return groups.group_id(of)
    if scope is Scope.ASSET_TYPE:
        return name_id("asset_type", of)
    return slugs[of]


def _name_leads(crowd: dict[str, Person]) -> None:
    for row in world("people")["people"]:
        for role in row.get("roles", []):
            group = groups.group_id(role["of"]) if role["role"] == "lead" else None
            if group is not None:
                network.name_lead(group, crowd[row["key"]].id, None, actor=SYSTEM)


def _make_trainers_bookable(crowd: dict[str, Person]) -> None:
    """A trainer's time is a resource, and a trainer holds what learners must show first."""
    for row in world("people")["people"]:
        if any(role["role"] == "trainer" for role in row.get("roles", [])):
            person = crowd[row["key"]]
            ensure_resource(ResourceKind.PERSON, person.name, person_id=person.id)
            grant_qualification(person.id, "machining-cell", access=AccessClass.FREE, item="twin_check", actor=SYSTEM)


def write_hub_texts(crowd: dict[str, Person]) -> None:
    """Outlooks are written by people and signed, never computed (C9)."""
    today = clock.now().date()
    for row in world("hubs")["hubs"]:
        found = hubs.hub(row["slug"])
        assert found is not None
        for text in row.get("texts", []):
            author = crowd[text["author"]]
            clusters.write_text(
                found.hub.id, text["kind"], text["text"], actor=SYSTEM, author_id=author.id, author_name=author.name,
                written_on=today - timedelta(days=text["days_ago"]),
            )  # fmt: skip
