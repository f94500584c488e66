"""Rules that staff waived: for the page of the lab's rules and for the weekly letter to its managers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa

from lift.core.db import db
from lift.labs.models import Booking, RuleOverride
from lift.people.models import Person

SHOWN = timedelta(days=90)


@dataclass(frozen=True)
class Waived:
    """One override as it is listed."""

    rule: str
    said: str
    reason: str
    made_at: datetime
    code: str
    title: str
    by: str


def overrides_of(lab_id: UUID, now: datetime) -> list[Waived]:
    """Those of the last 90 days, the newest first."""
    return _waived(RuleOverride.lab_id == lab_id, RuleOverride.made_at > now - SHOWN)


def untold_overrides(lab_id: UUID) -> list[Waived]:
    """Those that no letter has named yet."""
    return _waived(RuleOverride.lab_id == lab_id, RuleOverride.told_at.is_(None))


def labs_with_untold() -> Sequence[UUID]:
    """Labs whose managers are owed a letter."""
    query = sa.select(RuleOverride.lab_id).where(RuleOverride.told_at.is_(None)).distinct()
    return db.session.scalars(query.order_by(RuleOverride.lab_id)).all()


def _waived(*where: sa.ColumnElement[bool]) -> list[Waived]:
    query = (
        sa.select(RuleOverride, Booking.code, Booking.title, Person.name)
        .join(Booking, Booking.id == RuleOverride.booking_id)
        .outerjoin(Person, Person.id == RuleOverride.made_by)
        .where(*where)
        .order_by(RuleOverride.made_at.desc(), RuleOverride.id)
        .limit(200)
    )
    return [
        Waived(row.rule, row.said, row.reason, row.made_at, code, title, name or "LIFT")
        for row, code, title, name in db.session.execute(query)
    ]
