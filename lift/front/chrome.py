"""What the bar shows: the person, for whom they act, their languages, and the way to their jobs (at most seven)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from flask import Flask, current_app, request, url_for

from lift.core import clock, doctor
from lift.core.actor import Actor, Role
from lift.core.i18n import N_
from lift.front.texts import CHECKS
from lift.people import signin
from lift.people.models import Organisation, Person
from lift.people.queries import Presence
from lift.people.texts import kind_label
from lift.web import templating
from lift.web.i18n import gettext as _
from lift.web.i18n import say

MOST = 7
LANGUAGE_NAMES = {"en": "English", "it": "Italiano", "de": "Deutsch"}

PLACES = {
    "training.my": N_("My training"),
    "people.my_company": N_("My company"),
    "people.members": N_("Members and roles"),
    "labs.desk": N_("Lab desk"),
    "network.groups": N_("Working groups"),
    "training.sessions": N_("Sessions"),
    "content.modules": N_("Modules"),
    "labs.labs": N_("Labs"),
    "network.partners": N_("Partners"),
    "clusters.hubs": N_("Hubs"),
    "clusters.eu_data": N_("EU-project data"),
    "live.gateways": N_("Gateways"),
    "insight.operations": N_("Operations"),
    "insight.audit": N_("Audit"),
    "front.how": N_("How LIFT works"),
}

VISITOR = ("training.sessions", "content.modules", "labs.labs", "network.partners", "clusters.hubs", "front.how")
SHARED_TAIL = (
    "training.sessions",
    "content.modules",
    "labs.labs",
    "network.groups",
    "network.partners",
    "clusters.hubs",
)
JOBS: tuple[tuple[frozenset[Role], tuple[str, ...]], ...] = (
    (frozenset({Role.OWNER}), ("people.my_company",)),
    (frozenset({Role.LAB_MANAGER, Role.LAB_TECHNICIAN}), ("labs.desk", "live.gateways")),
    (frozenset({Role.LEAD, Role.AUTHOR, Role.REVIEWER}), ("network.groups", "content.modules")),
    (frozenset({Role.TRAINER, Role.QUALIFIER}), ("training.my", "training.sessions", "labs.desk")),
    (frozenset({Role.PARTNER_ADMIN}), ("people.members",)),
    (frozenset({Role.PARTNER_ADMIN, Role.SIGNATORY}), ("labs.desk", "network.partners")),
    (frozenset({Role.OFFICER}), ("clusters.hubs", "clusters.eu_data", "training.sessions")),
    (frozenset({Role.OPERATOR}), ("insight.operations", "insight.audit", "live.gateways")),
    (
        frozenset({Role.ACTIVITY_LEADER, Role.BUSINESS_OWNER, Role.COORDINATOR}),
        ("network.partners", "network.groups", "training.sessions"),
    ),
    (frozenset({Role.AUDITOR}), ("insight.audit",)),
    (frozenset({Role.LEARNER}), ("training.my",)),
)


@dataclass(frozen=True)
class Place:
    """One entry of the navigation."""

    label: str
    url: str
    active: bool


@dataclass(frozen=True)
class Language:
    """One entry of the language menu; the address switches and comes back."""

    code: str
    label: str
    url: str


@dataclass(frozen=True)
class Body:
    """An organisation as the switcher shows it."""

    id: UUID
    name: str
    initials: str
    kind_label: str


@dataclass(frozen=True)
class Seat:
    """One organisation that the person may act for."""

    organisation: Body


@dataclass(frozen=True)
class Bar:
    """The signed-in person in the bar."""

    person: Person
    organisation: Body | None
    memberships: list[Seat]
    shared: bool


def init_app(app: Flask) -> None:
    """Tell the templates how to fill the bar."""
    templating.use_chrome(chrome)


def chrome() -> dict[str, Any]:
    """The bar's context; costs no statement beyond those that found the actor."""
    here = signin.presence()
    return {
        "actor": _bar(here) if here else None,
        "nav": places(here.actor if here else None),
        "languages": languages(current_app.config["LIFT"].languages),
        "links": _links() if here else [],
        "shared": signin.is_shared(),
        "disturbed": disturbed(here.actor) if here else [],
    }


def disturbed(actor: Actor) -> list[str]:
    """What does not work as it should, on every page of the people who look after it; asked for nobody else."""
    if not actor.has(Role.OPERATOR):
        return []
    found = doctor.examine(Path(current_app.config["LIFT"].home), clock.now())
    return [say(CHECKS[f.name].name) for f in found if f.name in CHECKS and not f.ok]


def places(actor: Actor | None) -> list[Place]:
    """Where to go from here, the person's own jobs first."""
    wanted = VISITOR if actor is None else (*jobs_of(actor), *SHARED_TAIL)
    known = [name for name in dict.fromkeys(wanted) if name in current_app.view_functions]
    return [Place(say(PLACES[name]), url_for(name), _is_here(name)) for name in known[:MOST]]


def jobs_of(actor: Actor) -> list[str]:
    """Pages of the roles that the actor holds now."""
    held = {grant.role for grant in actor.grants}
    return [name for roles, names in JOBS if roles & held for name in names]


def languages(codes: Iterable[str]) -> list[Language]:
    """Each language with the way to it and back to this page."""
    back = request.full_path.rstrip("?")
    return [
        Language(code, LANGUAGE_NAMES.get(code, code), url_for("people.set_language", code=code, next=back))
        for code in codes
    ]


def _is_here(endpoint: str) -> bool:
    here = request.endpoint or ""
    if here == endpoint:
        return True
    place = url_for(endpoint)
    return len(place) > 1 and request.path.startswith(place + "/")


def _links() -> list[tuple[str, str]]:
    return [(_("Myself: language, second factor"), url_for("people.me"))]


def _bar(here: Presence) -> Bar:
    organisation = here.organisation
    return Bar(
        person=here.person,
        organisation=_body(organisation) if organisation else None,
        memberships=[Seat(_body(m.organisation)) for m in here.memberships],
        shared=signin.is_shared(),
    )


def _body(organisation: Organisation) -> Body:
    return Body(organisation.id, organisation.short_name, organisation.initials, say(kind_label(organisation)))
