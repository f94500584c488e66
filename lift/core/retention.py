"""How long what is kept: one table. Each feature adds its classes; the nightly job applies them; ``flask doctor`` reports."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from lift.core.db import db, transaction
from lift.core.enums import JobState
from lift.core.models import IdempotencyKey, Job, MailMessage, RetentionRun


@dataclass(frozen=True)
class DataClass:
    """A class of data: its age limit, what happens at that age, why it is kept at all."""

    name: str
    age: timedelta
    action: str
    reason: str
    apply: Callable[[datetime], int]  # takes the cut-off instant, returns how many rows were touched


_table: dict[str, DataClass] = {}


def keep(data_class: DataClass) -> None:
    """Add a class to the table (idempotent by name)."""
    _table[data_class.name] = data_class


def table() -> list[DataClass]:
    """All classes, by name."""
    return [_table[name] for name in sorted(_table)]


def run(now: datetime) -> dict[str, int]:
    """Apply every class, each in its own transaction; returns how many rows each touched."""
    report = {}
    for data_class in table():
        with transaction() as session:
            removed = data_class.apply(now - data_class.age)
            session.add(RetentionRun(data_class=data_class.name, removed=removed))
            report[data_class.name] = removed
    return report


def delete_where(statement: sa.Delete) -> int:
    """Run a delete and count its rows."""
    return db.session.execute(statement.execution_options(synchronize_session=False)).rowcount  # type: ignore[attr-defined,no-any-return]


keep(
    DataClass(
        "done jobs",
        timedelta(days=14),
        "delete",
        "operation",
        lambda cut: delete_where(sa.delete(Job).where(Job.state == JobState.DONE, Job.created_at < cut)),
    )
)
keep(
    DataClass(
        "idempotency keys",
        timedelta(days=2),
        "delete",
        "safe retries",
        lambda cut: delete_where(sa.delete(IdempotencyKey).where(IdempotencyKey.created_at < cut)),
    )
)
keep(
    DataClass(
        "sent mail",
        timedelta(days=90),
        "delete",
        "proof of notice",
        lambda cut: delete_where(sa.delete(MailMessage).where(MailMessage.created_at < cut)),
    )
)
