"""Opening hours: set as wall-clock rules, kept as instants to the horizon."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from lift.core import audit, clock
from lift.core.actor import Actor
from lift.core.db import db, transaction
from lift.core.errors import Problem, require, require_found
from lift.core.i18n import Text
from lift.core.ids import uuid7
from lift.core.locks import lock_rows
from lift.labs import texts
from lift.labs.models import Lab, OpeningException, OpeningRule, OpenRange
from lift.labs.permissions import can_run_lab, can_set_rules
from lift.labs.policy.opening import following, open_ranges
from lift.labs.policy.wallclock import day_bounds, local_day
from lift.labs.queries.opening import opening_exceptions, opening_rules

HORIZON_DAYS = 400
"""How far opening hours are materialised; longer than any lab's booking horizon."""

Hours = tuple[time, time]


def set_opening(lab_id: UUID, hours: Mapping[int, Sequence[Hours]], *, actor: Actor) -> None:
    """Replace the weekly hours (weekday 0 = Monday → pairs of wall-clock times) and materialise them."""
    with transaction() as session:
        lab = _lab_run_by(actor, lab_id)
        session.execute(sa.delete(OpeningRule).where(OpeningRule.lab_id == lab_id))
        rows = [
            {"id": uuid7(), "lab_id": lab_id, "weekday": weekday, "opens": opens, "closes": closes}
            for weekday, pairs in hours.items()
            for opens, closes in pairs
        ]
        if rows:
            session.execute(sa.insert(OpeningRule), rows)
        materialise_opening(lab.id, clock.now())
        audit.record(actor, "labs.set_opening", "lab", lab_id)


def set_exception(
    lab_id: UUID, day: date, hours: Hours | None, *, actor: Actor, reason: Mapping[str, str] | None = None
) -> None:
    """One day differs: other hours, or closed with None. What is booked stays; a block says what must give way."""
    with transaction() as session:
        _lab_run_by(actor, lab_id)
        opens, closes = hours or (None, None)
        values = {"opens": opens, "closes": closes, "reason": dict(reason or {})}
        statement = insert(OpeningException).values(id=uuid7(), lab_id=lab_id, day=day, **values)
        session.execute(statement.on_conflict_do_update(index_elements=["lab_id", "day"], set_=values))
        materialise_opening(lab_id, clock.now())
        audit.record(actor, "labs.set_exception", "lab", lab_id, after={"day": day, "closed": hours is None})


def materialise_opening(lab_id: UUID, now: datetime) -> int:
    """Write the open ranges of a lab from today to the horizon; what is past stays as it was. Returns how many changed.

    Works by state, so it may run at any time and twice. A lab that has none yet is told open from yesterday, so that
    what runs over its first midnight lies in one opening.
    """
    with transaction() as session:
        lab = lock_rows(Lab, [lab_id])[0]
        today = local_day(now, lab.zone)
        yesterday = today - timedelta(days=1)  # an opening over midnight begins there
        known = session.scalar(sa.select(sa.exists().where(OpenRange.lab_id == lab_id)))
        cut, _ = day_bounds(today if known else yesterday, lab.zone)
        standing = session.execute(
            sa.select(OpenRange.id, OpenRange.during).where(
                OpenRange.lab_id == lab_id, sa.func.upper(OpenRange.during) >= cut
            )
        ).all()
        fresh = open_ranges(
            opening_rules(lab_id), opening_exceptions(lab_id, yesterday), lab.zone,
            yesterday, today + timedelta(days=HORIZON_DAYS),
        )  # fmt: skip
        wanted = following([row.during for row in standing], cut, fresh)
        same = {row.during for row in standing} & set(wanted)
        gone = [row.id for row in standing if row.during not in same]
        new = [{"lab_id": lab_id, "during": during} for during in wanted if during not in same]
        session.execute(sa.delete(OpenRange).where(OpenRange.id.in_(gone)))
        if new:
            session.execute(sa.insert(OpenRange), new)
        return len(new)


def _lab_run_by(actor: Actor, lab_id: UUID) -> Lab:
    lab = require_found(db.session.get(Lab, lab_id))
    may = Problem("R2", Text(texts.MAY_NOT_RUN, {"lab": lab.name}), owner=lab.name)
    require(can_run_lab(actor, lab) or can_set_rules(actor, lab), may)
    return lab
