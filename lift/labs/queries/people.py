"""Names of people, for those who may see them."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

import sqlalchemy as sa

from lift.core.db import db
from lift.people.models import Person


def names_of(person_ids: Collection[UUID]) -> dict[UUID, str]:
    """Names by person; people who do not exist are left out."""
    if not person_ids:
        return {}
    rows = db.session.execute(sa.select(Person.id, Person.name).where(Person.id.in_(person_ids)))
    return {row.id: row.name for row in rows}
