"""Who may. A run is its person's own; strangers do not learn that it exists."""

from __future__ import annotations

from lift.core.actor import Actor
from lift.twins.models import SimulationRun


def can_start_run(actor: Actor) -> bool:
    """Everybody who is signed in and acts for an organisation."""
    return actor.person_id is not None and actor.organisation_id is not None


def can_see_run(actor: Actor, run: SimulationRun) -> bool:
    """Its person."""
    return actor.is_system or (actor.person_id is not None and run.person_id == actor.person_id)
