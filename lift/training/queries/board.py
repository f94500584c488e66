"""The sessions board of a host: what stands open, what is undecided, how full each pool is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from lift.content.models import ModuleVersion
from lift.core.db import Texts, db
from lift.labs.models import Lab
from lift.training.enums import EnrolmentStatus, SessionStatus
from lift.training.models import Enrolment, PilotSession

BOARD = (SessionStatus.DRAFT, SessionStatus.OPEN, SessionStatus.RUNNING)
PAGE = 20


@dataclass(frozen=True)
class BoardRow:
    """One session with what go or no-go asks."""

    session: PilotSession
    title: Texts
    lab: str
    confirmed: int
    waiting: int
    now: datetime

    @property
    def task(self) -> bool:
        """Its instant of decision has come, and nobody decided (T8)."""
        open_still = self.session.status is SessionStatus.OPEN
        return open_still and self.session.decision is None and self.session.decide_at <= self.now


def board_rows(organisation_id: UUID, labs: Collection[UUID] | None, now: datetime, page: int = 1) -> list[BoardRow]:
    """Sessions of a host that are not over, soonest first, 21 at most (one more than a page). ``labs`` None: of all its labs."""
    query = (
        sa.select(PilotSession, ModuleVersion.title, Lab.name)
        .join(ModuleVersion, ModuleVersion.id == PilotSession.version_id)
        .join(Lab, Lab.id == PilotSession.lab_id)
        .where(PilotSession.organisation_id == organisation_id, PilotSession.status.in_(BOARD))
        .options(selectinload(PilotSession.pools))
        .order_by(PilotSession.starts_at, PilotSession.id)
        .offset((page - 1) * PAGE)
        .limit(PAGE + 1)
    )
    if labs is not None:
        query = query.where(PilotSession.lab_id.in_(labs))
    found = db.session.execute(query, execution_options={"populate_existing": True}).all()
    counts = _counts([row[0].id for row in found])
    return [
        BoardRow(
            session, title, lab, counts[session.id, EnrolmentStatus.CONFIRMED],
            counts[session.id, EnrolmentStatus.WAITING], now,
        )
        for session, title, lab in found
    ]  # fmt: skip


def _counts(sessions: Collection[UUID]) -> dict[tuple[UUID, EnrolmentStatus], int]:
    query = (
        sa.select(Enrolment.session_id, Enrolment.status, sa.func.count())
        .where(Enrolment.session_id.in_(sessions))
        .group_by(Enrolment.session_id, Enrolment.status)
    )
    found: dict[tuple[UUID, EnrolmentStatus], int] = defaultdict(int)
    found.update({(row[0], row[1]): row[2] for row in db.session.execute(query)})
    return found
