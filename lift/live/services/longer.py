"""More time at a bench while it runs (L5). Who has the controls keeps them to the new end."""

from __future__ import annotations

from uuid import UUID

import sqlalchemy as sa

from lift.core.actor import Actor
from lift.core.db import db, transaction
from lift.core.errors import Problem, require, require_found
from lift.labs import services as labs
from lift.labs.models import Booking
from lift.labs.policy.rules import effective_rules
from lift.live import permissions, queries, texts
from lift.live.models import ControlGrant
from lift.live.permissions import BenchRight
from lift.live.services.hooks import extend_session
from lift.live.services.told import note, tell_all


def extend_bench(bench_id: UUID, *, actor: Actor, right: BenchRight) -> Booking:
    """The bench's booking goes on for one step of its asset, if everything that it holds is free.

    The holder asks for an own booking, the trainer for a session's. Raises Forbidden, Refused with every reason.
    """
    with transaction() as session:
        bench = require_found(queries.bench.bench_of(bench_id))
        place = require_found(queries.bench.place_of(bench.booking_id, bench.asset_id))
        may = permissions.can_extend(right, place.booking)
        require(may, Problem("L5", texts.ONLY_SUPERVISORS, owner="training"))
        minutes = effective_rules(place.asset).step_minutes
        if place.booking.session_id is None:
            labs.extend_booking(place.booking.code, minutes, actor=actor)
        else:
            extend_session(place.booking, minutes, actor=actor)
        session.flush()
        _keep_controls(place.booking)
        note("extended", bench.asset_id, minutes=minutes)
        tell_all(bench.asset_id, "controls")
        return place.booking


def _keep_controls(booking: Booking) -> None:
    """Live grants stand until the booking's end; a gateway reads the new one at its next heartbeat."""
    longer = sa.update(ControlGrant).where(ControlGrant.booking_id == booking.id, ControlGrant.ended_at.is_(None))
    db.session.execute(longer.values(until=booking.during.upper).execution_options(synchronize_session=False))
