"""One partition of ``telemetry_chunk`` per UTC day, made ahead; the default partition catches what comes unforeseen."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import sqlalchemy as sa

from lift.core import retention
from lift.core.db import db, transaction

AHEAD = 3  # days
KEEP = timedelta(days=90)
_PREFIX = "telemetry_chunk_"
_REST = "telemetry_chunk_rest"


def make_partitions(now: datetime) -> int:
    """Make the partitions of today and the days ahead; returns how many were new. Doing it twice does no harm."""
    days = [now.date() + timedelta(days=n) for n in range(AHEAD + 1)]
    missing = [day for day in days if _name(day) not in partitions()]
    for day in missing:
        _make(day)
    return len(missing)


def partitions() -> list[str]:
    """Names of all partitions of days, oldest first."""
    query = sa.text("SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'telemetry_chunk'::regclass")
    return sorted(name for name in db.session.scalars(query) if name != _REST)


def drop_partitions_before(cut: datetime) -> int:
    """Drop whole days that ended before ``cut``, and what lies older in the default partition; returns how many parts."""
    old = [name for name in partitions() if name < _name(cut.astimezone(UTC).date())]
    for name in old:
        db.session.execute(sa.text(f"DROP TABLE {name}"))
    rest = db.session.execute(sa.text(f"DELETE FROM {_REST} WHERE last_at < :cut"), {"cut": cut})  # noqa: S608 own name
    return len(old) + int(rest.rowcount)  # type: ignore[attr-defined]


def _make(day: date) -> None:
    """Move the day's rows out of the default partition, then attach: PostgreSQL refuses while any of them is there."""
    name = _name(day)
    start = datetime.combine(day, time(), UTC)
    bounds = {"start": start, "end": start + timedelta(days=1)}
    with transaction() as session:
        session.execute(sa.text(f"LOCK TABLE {_REST} IN ACCESS EXCLUSIVE MODE"))
        session.execute(sa.text(f"CREATE TABLE {name} (LIKE telemetry_chunk INCLUDING DEFAULTS)"))
        moved = f"DELETE FROM {_REST} WHERE last_at >= :start AND last_at < :end RETURNING *"  # noqa: S608 own name
        session.execute(sa.text(f"WITH moved AS ({moved}) INSERT INTO {name} SELECT * FROM moved"), bounds)  # noqa: S608
        attach = (
            f"ALTER TABLE telemetry_chunk ATTACH PARTITION {name} FOR VALUES FROM ('{start}') TO ('{bounds['end']}')"
        )
        session.execute(sa.text(attach))


def _name(day: date) -> str:
    return f"{_PREFIX}{day:%Y%m%d}"


retention.keep(
    retention.DataClass(
        "raw telemetry",
        KEEP,
        "drop the day",
        "sealed datasets stay; raw values serve late questions",
        drop_partitions_before,
    )
)
