"""Resources and their units: made when first needed, once."""

from __future__ import annotations

from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import joinedload

from lift.core.db import transaction
from lift.core.ids import uuid7
from lift.labs.enums import ResourceKind
from lift.labs.models import Resource, Unit


def ensure_resource(
    kind: ResourceKind,
    name: str,
    *,
    asset_id: UUID | None = None,
    person_id: UUID | None = None,
    lab_id: UUID | None = None,
    units: int = 1,
) -> Resource:
    """The resource of an asset, a person's time or a lab's room (found by its name), with at least ``units`` units.

    Two who ask at the same time get the same one.
    """
    query = _query(kind, name, asset_id, person_id, lab_id)
    with transaction() as session:
        found = session.scalars(query).unique().one_or_none()
        if found is not None and len(found.units) >= units:
            return found
        owner = {"asset_id": asset_id, "person_id": person_id, "lab_id": lab_id}
        session.execute(insert(Resource).values(id=uuid7(), kind=kind, name=name, **owner).on_conflict_do_nothing())
        made = session.scalars(query).unique().one()
        rows = [{"id": uuid7(), "resource_id": made.id, "number": n} for n in range(1, units + 1)]
        session.execute(insert(Unit).on_conflict_do_nothing(), rows)
        return session.scalars(query, execution_options={"populate_existing": True}).unique().one()


def _query(
    kind: ResourceKind, name: str, asset_id: UUID | None, person_id: UUID | None, lab_id: UUID | None
) -> sa.Select[Resource]:
    query = sa.select(Resource).where(Resource.kind == kind).options(joinedload(Resource.units))
    if asset_id is not None:
        return query.where(Resource.asset_id == asset_id)
    if person_id is not None:
        return query.where(Resource.person_id == person_id)
    return query.where(Resource.lab_id == lab_id, Resource.name == name)
