"""What the rivals of this folder share: a firm with a session, and the pause that makes a gap wide enough to be seen."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from apiflask import APIFlask

from lift.core.actor import Actor, Role, Scope
from lift.core.db import db
from lift.people.models import Membership, RoleGrant
from lift.training import queries
from lift.training.enums import SEATED
from lift.training.models import Enrolment, PilotSession, Pool
from tests.factories.people import actor_for, give_role, make_company, make_person
from tests.factories.training import make_session

PAUSE = 0.3
"""Seconds between reading and writing where a control takes a guard away."""


def slowly(verb: Callable[..., Any], pause: float = PAUSE) -> Callable[..., Any]:
    """The same verb, and then a pause."""

    def paused(*args: Any, **more: Any) -> Any:
        found = verb(*args, **more)
        time.sleep(pause)
        return found

    return paused


slow_standing = slowly(queries.standing_for)


def owner_number(number: int) -> tuple[Actor, UUID]:
    query = sa.select(RoleGrant.person_id, RoleGrant.organisation_id).where(RoleGrant.role == Role.OWNER)
    person_id, company_id = db.session.execute(query.order_by(RoleGrant.id).offset(number).limit(1)).one()
    membership = db.session.scalars(
        sa.select(Membership).filter_by(person_id=person_id, organisation_id=company_id)
    ).one()
    return actor_for(membership.person, membership.organisation), person_id


@dataclass(frozen=True)
class Stage:
    """A firm with people and a session; what the rivals are told is read from the database."""

    session_id: UUID
    company_id: UUID


def one_firm(app: APIFlask, size: int, people: int = 0, **session: Any) -> Stage:
    with app.app_context():
        company = make_company()
        owner = make_person("Owner", company)
        give_role(owner, company, Role.OWNER, Scope.COMPANY, company.id)
        for number in range(people):
            make_person(f"Persona {number}", company)
        row = make_session(size, **session)
        db.session.commit()
        return Stage(row.id, company.id)


def the_owner() -> Actor:
    return owner_number(0)[0]


def the_session() -> UUID:
    return db.session.scalars(sa.select(PilotSession.id)).one()


def totals() -> tuple[int, int]:
    """Seats taken by the pools' counters, and live seats by the rows."""
    taken = db.session.scalar(sa.select(sa.func.sum(Pool.taken))) or 0
    rows = db.session.scalar(sa.select(sa.func.count()).where(Enrolment.status.in_(SEATED))) or 0
    return taken, rows
