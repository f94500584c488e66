"""More time for the part of a session that runs (L5)."""

from __future__ import annotations

from datetime import timedelta

from lift.core import audit, clock
from lift.core.actor import Actor
from lift.core.db import transaction
from lift.core.errors import Problem, refuse_if, require, require_found
from lift.core.i18n import Text
from lift.core.locks import lock_rows
from lift.labs import services as labs
from lift.labs.models import Booking
from lift.labs.policy.spans import span
from lift.training import queries, texts
from lift.training.models import PilotSession
from lift.training.permissions import can_teach


def extend_part(booking: Booking, minutes: int, actor: Actor) -> None:
    """The running part of the booking's session ends ``minutes`` later, with everything that the session holds.

    Its trainers and the host lab's manager may. Raises Forbidden, Refused (no part runs, somebody else is next).
    """
    with transaction():
        session = require_found(next(iter(lock_rows(PilotSession, [booking.session_id])), None))
        allowed = can_teach(actor, session, queries.trainers_of(session.id))
        require(allowed, Problem("L5", Text(texts.NOT_TRAINER), owner="training"))
        running = queries.part_at(session, clock.now())
        refuse_if([] if running else [Problem("L5", Text(texts.NO_PART_RUNS), owner="training")])
        longer = timedelta(minutes=minutes)
        parts = [span(p.starts_at, p.ends_at + longer if p is running else p.ends_at) for p in session.parts]
        labs.extend_for_session(booking.id, parts, actor=actor)
        if running:
            running.ends_at += longer
        session.ends_at = max(part.ends_at for part in session.parts)
        audit.record(actor, "training.extend_part", "pilot_session", session.id, after={"ends": session.ends_at})
