"""Which asset has a computer copy."""

from __future__ import annotations

from uuid import UUID

from lift.core.actor import Actor
from lift.core.audit import record
from lift.core.db import transaction
from lift.core.errors import require_found
from lift.labs.models import Asset
from lift.twins.models import Twin
from lift.twins.queries.twin_sessions import twin_of
from lift.twins.simulators.machining import MODEL_KEY, MODEL_VERSION


def give_twin(asset_id: UUID, *, seats: int, actor: Actor) -> Twin:
    """The asset's copy, with as many seats; made if there is none. Its shell is named by the asset's id (an IRI)."""
    with transaction() as session:
        require_found(session.get(Asset, asset_id))
        found = twin_of(asset_id)
        if found is None:
            found = Twin(
                asset_id=asset_id, aas_id=f"urn:uuid:{asset_id}", model_key=MODEL_KEY, model_version=MODEL_VERSION
            )
            session.add(found)
        found.seats = seats
        session.flush()
        record(actor, "twin_given", "asset", asset_id, after={"model": MODEL_KEY, "seats": seats})
        return found
