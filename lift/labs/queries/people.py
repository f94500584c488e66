"""Names of people, for those who may see them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa

from lift.core.db import db
from lift.people.models import Account, Person


def names_of(person_ids: Collection[UUID]) -> dict[UUID, str]:
    """Names by person; people who do not exist are left out."""
    if not person_ids:
        return {}
    rows = db.session.execute(sa.select(Person.id, Person.name).where(Person.id.in_(person_ids)))
    return {row.id: row.name for row in rows}


@dataclass(frozen=True)
class Addressed:
    """Somebody who can be written to."""

    person_id: UUID
    name: str
    language: str
    address: str


def addresses_of(person_ids: Collection[UUID]) -> list[Addressed]:
    """People with an address of their own, by name; the others read it on their pages."""
    query = (
        sa.select(Person.id, Person.name, Person.language, Account.email)
        .join(Account, Account.person_id == Person.id)
        .where(Person.id.in_(person_ids), Account.email.is_not(None), Person.erased_at.is_(None))
        .order_by(Person.name, Person.id)
    )
    return [Addressed(row.id, row.name, row.language, str(row.email)) for row in db.session.execute(query)]
