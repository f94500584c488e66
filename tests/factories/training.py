"""Sessions with pools: straight rows, without the claims that `open_session` makes."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID

from lift.content.models import ModuleVersion
from lift.core import clock
from lift.core.db import db
from lift.labs.models import Lab
from lift.people.enums import OrganisationKind
from lift.training.enums import EnrolmentStatus, SessionMode, SessionStatus
from lift.training.models import Enrolment, PilotSession, Pool, SessionPart
from tests.factories.content import make_version
from tests.factories.people import make_organisation

_numbers = count(1)


def make_host_lab(**values: Any) -> Lab:
    """A lab of a partner, flushed."""
    number = next(_numbers)
    owner = make_organisation(kind=OrganisationKind.COMPETENCE_CENTRE)
    values.setdefault("zone", "Europe/Rome")
    row = Lab(
        organisation_id=owner.id,
        slug=f"host-lab-{number}",
        name=f"Host lab {number}",
        country="IT",
        city="Milano",
        **values,
    )
    db.session.add(row)
    db.session.flush()
    return row


def make_session(
    size: int | None = 5,
    *,
    version: ModuleVersion | None = None,
    lab: Lab | None = None,
    starts_at: datetime | None = None,
    hours: int = 4,
    **values: Any,
) -> PilotSession:
    """An open session in ten days with one general pool of ``size`` seats, committed: a refused verb rolls back
    what is only flushed."""
    lab = lab or make_host_lab()
    start = starts_at or (clock.now() + timedelta(days=10))
    end = start + timedelta(hours=hours)
    values.setdefault("status", SessionStatus.OPEN)
    values.setdefault("enrol_until", start - timedelta(hours=1))
    values.setdefault("withdraw_until", start - timedelta(days=2))
    values.setdefault("capacity", size or 0)
    values.setdefault("mode", SessionMode.ON_SITE)
    values.setdefault("language", "en")
    row = PilotSession(
        code=f"S{next(_numbers):05}", version_id=(version or make_version()).id, lab_id=lab.id,
        organisation_id=lab.organisation_id, zone=lab.zone, starts_at=start, ends_at=end, total_minutes=hours * 60, **values,
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    db.session.add(SessionPart(session_id=row.id, starts_at=start, ends_at=end, mode=row.mode))
    add_pool(row, size)
    return row


def add_pool(session: PilotSession, size: int | None, name: str = "general", **condition: Any) -> Pool:
    """One more pool, flushed."""
    pool = Pool(session_id=session.id, name=name, size=size, condition=condition)
    db.session.add(pool)
    db.session.commit()
    return pool


def make_enrolment(
    session: PilotSession, organisation_id: UUID, person_id: UUID | None = None, **values: Any
) -> Enrolment:
    """A confirmed place without moving the pool: for pages, never for counting seats. Flushed."""
    pool = values.pop("pool", None) or db.session.query(Pool).filter_by(session_id=session.id).first()
    values.setdefault("status", EnrolmentStatus.CONFIRMED)
    values.setdefault("ticket", 1)
    row = Enrolment(
        session_id=session.id, pool_id=pool.id, organisation_id=organisation_id, person_id=person_id, **values
    )
    db.session.add(row)
    db.session.flush()
    return row
