"""Which sessions teach a module, and in which version (A4, A7)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from lift.content.models import ModuleVersion
from lift.core.db import db
from lift.training.enums import SessionStatus
from lift.training.models import PilotSession

MOST = 50


@dataclass(frozen=True)
class Taught:
    """A session with the version that it keeps."""

    code: str
    starts_at: datetime
    number: int
    status: SessionStatus


def sessions_on(module_id: UUID) -> list[Taught]:
    """Sessions of a module in any version, the newest first, at most fifty."""
    query = (
        sa.select(PilotSession.code, PilotSession.starts_at, ModuleVersion.number, PilotSession.status)
        .join(ModuleVersion, ModuleVersion.id == PilotSession.version_id)
        .where(ModuleVersion.module_id == module_id, PilotSession.status != SessionStatus.DRAFT)
        .order_by(PilotSession.starts_at.desc())
        .limit(MOST)
    )
    return [Taught(*row) for row in db.session.execute(query)]
