"""The audit trail: append-only, in the transaction of the change, pseudonyms instead of names."""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from lift.core.actor import Actor
from lift.core.context import request_id
from lift.core.db import db, transaction
from lift.core.models import AuditDay, AuditEntry

SETTLED = timedelta(minutes=5)
"""An entry carries the beginning of its transaction; none that began before midnight is open for so long."""


def record(
    actor: Actor,
    action: str,
    kind: str,
    thing_id: UUID | int | str,
    *,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    reason: str | None = None,
) -> None:
    """Add one entry. ``before`` and ``after`` hold only fields that are safe to keep for ever (no names, no addresses)."""
    db.session.add(
        AuditEntry(
            who=actor.pseudonym,
            acting_for=actor.organisation_id,
            action=action,
            thing_kind=kind,
            thing_id=str(thing_id),
            before=_safe(before),
            after=_safe(after),
            reason=reason,
            request_id=request_id(),
        )
    )


def _safe(values: dict[str, Any] | None) -> dict[str, Any] | None:
    if values is None:
        return None
    return {k: v if isinstance(v, str | int | float | bool | None) else str(v) for k, v in values.items()}


def close_day(day: date) -> str:
    """Chain the hash of one past UTC day to the day before; returns it. Closing twice gives the same hash."""
    start = datetime.combine(day, time(), UTC)
    with transaction() as session:
        earlier = session.scalar(sa.select(AuditDay.sha256).where(AuditDay.day < day).order_by(AuditDay.day.desc()))
        digest = hashlib.sha256((earlier or "").encode())
        rows = session.execute(
            sa.select(AuditEntry)
            .where(AuditEntry.at >= start, AuditEntry.at < start + timedelta(days=1))
            .order_by(AuditEntry.id)
        ).scalars()
        count = 0
        for count, row in enumerate(rows, start=1):  # noqa: B007 count is used after the loop
            digest.update(_line(row).encode())
        value = digest.hexdigest()
        session.merge(AuditDay(day=day, entries=count, sha256=value))
    return value


def days_to_close(now: datetime) -> list[date]:
    """Past UTC days that are not in the chain, oldest first: from the first entry on, quiet days too."""
    first = db.session.scalar(sa.select(sa.func.min(AuditEntry.at)))
    if first is None:
        return []
    start, today = first.astimezone(UTC).date(), (now - SETTLED).astimezone(UTC).date()
    closed = set(db.session.scalars(sa.select(AuditDay.day)))
    days = (start + timedelta(days=n) for n in range((today - start).days))
    return [day for day in days if day not in closed]


def close_days(now: datetime) -> list[date]:
    """Close every past day that is not in the chain, each in its own transaction; returns these days.

    Works by state, so no day stays out when the clock stood still. A day that was closed is never written again.
    """
    days = days_to_close(now)
    for day in days:
        close_day(day)
    return days


def last_closed_day() -> date | None:
    """The newest day in the chain."""
    return db.session.scalar(sa.select(sa.func.max(AuditDay.day)))


def _line(row: AuditEntry) -> str:
    parts = (row.id, row.at.isoformat(), row.who, row.acting_for, row.action, row.thing_kind, row.thing_id,
             row.before, row.after, row.reason)  # fmt: skip
    return repr(tuple(str(p) for p in parts))
