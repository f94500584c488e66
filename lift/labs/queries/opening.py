"""Wall-clock hours of labs, as their people set them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

import sqlalchemy as sa

from lift.core.db import db
from lift.labs.models import Lab, OpeningException, OpeningRule


def opening_rules(lab_id: UUID) -> Sequence[OpeningRule]:
    """The weekly hours, by weekday and time."""
    query = sa.select(OpeningRule).where(OpeningRule.lab_id == lab_id)
    return db.session.scalars(query.order_by(OpeningRule.weekday, OpeningRule.opens)).all()


def opening_exceptions(lab_id: UUID, since: date) -> Sequence[OpeningException]:
    """Days that differ, from ``since`` on."""
    query = sa.select(OpeningException).where(OpeningException.lab_id == lab_id, OpeningException.day >= since)
    return db.session.scalars(query.order_by(OpeningException.day)).all()


def lab_ids() -> Sequence[UUID]:
    """All labs."""
    return db.session.scalars(sa.select(Lab.id).order_by(Lab.id)).all()
