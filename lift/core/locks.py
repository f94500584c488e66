"""Locks: one call, sorted, floors from the top (tallies and pools, then units), fresh values, an own error.

``FOR NO KEY UPDATE`` leaves foreign-key inserts beside it alone. The 3 s limit is a connection option
(``lift.core.engine``), so a lock costs one round trip.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import sqlalchemy as sa
from psycopg import errors as pg_errors
from sqlalchemy.exc import DBAPIError

from lift.core.db import Base, db
from lift.core.errors import Busy, Problem
from lift.core.i18n import N_, Text

T = TypeVar("T", bound=Base)

BUSY = Text(N_("Somebody else is changing the same thing right now. Nothing was changed; please try again."))


def lock_rows(model: type[T], keys: Iterable[Any]) -> list[T]:
    """Lock the rows of ``model`` with these primary keys, in key order, and return them with fresh values.

    Raises Busy when another transaction holds one of them for over 3 s.
    """
    wanted = sorted(set(keys))
    if not wanted:
        return []
    key = sa.inspect(model).primary_key[0]
    query = sa.select(model).where(key.in_(wanted)).order_by(key)
    with busy_when_locked():
        rows = db.session.scalars(query.with_for_update(key_share=True), execution_options={"populate_existing": True})
        return list(rows)


@contextmanager
def busy_when_locked() -> Iterator[None]:
    """Turn a lock time-out or a deadlock into Busy."""
    try:
        yield
    except DBAPIError as error:
        if isinstance(error.orig, pg_errors.LockNotAvailable | pg_errors.DeadlockDetected):
            raise Busy(Problem("lock", BUSY)) from error
        raise
