"""Counts that a rule limits across units (quota, company cap): one row each, moved by a conditional update.

Counting rows instead lets parallel verbs pass together (seen: 8 of 8 under a quota of 3).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from lift.core.db import db
from lift.core.locks import busy_when_locked
from lift.core.models import Tally


@dataclass(frozen=True, order=True)
class TallyKey:
    """What is counted, for whom, in which window (``2026-W48``, ``open``, a session's id)."""

    what: str
    whom: str
    window: str = "always"


def take(key: TallyKey, n: int, limit: int | None) -> bool:
    """Move the tally up by ``n`` if it stays within ``limit`` (None: no limit). Holds the row until the commit.

    Takers of several tallies call in sorted order of their keys.
    """
    values = {"what": key.what, "whom": key.whom, "window": key.window}
    with busy_when_locked():
        db.session.execute(insert(Tally).values(**values, count=0).on_conflict_do_nothing())
        moved = sa.update(Tally).filter_by(**values).values(count=Tally.count + n)
        if limit is not None:
            moved = moved.where(Tally.count + n <= limit)
        statement = moved.returning(Tally.count).execution_options(synchronize_session=False)
        return db.session.execute(statement).scalar_one_or_none() is not None


def lock(keys: Iterable[TallyKey]) -> dict[TallyKey, Tally]:
    """Lock the rows of these keys, in sorted order, made where missing; change ``count`` of what comes back."""
    wanted = sorted(set(keys))
    if not wanted:
        return {}
    with busy_when_locked():
        found = _locked(wanted)
        if len(found) < len(wanted):
            missing = [{"what": k.what, "whom": k.whom, "window": k.window, "count": 0} for k in wanted]
            db.session.execute(insert(Tally).on_conflict_do_nothing(), missing)
            found = _locked(wanted)
    return found


def _locked(wanted: list[TallyKey]) -> dict[TallyKey, Tally]:
    row_key = sa.tuple_(Tally.what, Tally.whom, Tally.window)
    query = sa.select(Tally).where(row_key.in_([(k.what, k.whom, k.window) for k in wanted]))
    query = query.order_by(Tally.what, Tally.whom, Tally.window).with_for_update(key_share=True)
    rows = db.session.scalars(query, execution_options={"populate_existing": True})
    return {TallyKey(row.what, row.whom, row.window): row for row in rows}


def give_back(key: TallyKey, n: int) -> None:
    """Move the tally down by ``n``; the check constraint refuses to go below zero."""
    db.session.execute(
        sa.update(Tally)
        .filter_by(what=key.what, whom=key.whom, window=key.window)
        .values(count=Tally.count - n)
        .execution_options(synchronize_session=False)
    )


def count_of(key: TallyKey) -> int:
    """The present count; 0 when nothing was ever taken."""
    query = sa.select(Tally.count).filter_by(what=key.what, whom=key.whom, window=key.window)
    return db.session.scalar(query) or 0
