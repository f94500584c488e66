"""The audit is append-only by trigger, holds pseudonyms, and its days are chained."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
import sqlalchemy as sa

from lift.core import audit, clock
from lift.core.actor import SYSTEM, Actor
from lift.core.db import db, savepoint, transaction
from lift.core.models import AuditDay, AuditEntry

pytestmark = pytest.mark.usefixtures("database")


def record_one() -> Actor:
    actor = Actor(person_id=uuid4(), pseudonym=uuid4(), organisation_id=uuid4(), name="Rosa Bianchi")
    with transaction():
        audit.record(
            actor, "lab.book", "booking", uuid4(), before={"state": "hold"}, after={"state": "confirmed"}, reason="r"
        )
    return actor


def test_entry_says_who_as_whom_what_and_why_without_a_name() -> None:
    actor = record_one()
    row = db.session.scalars(sa.select(AuditEntry)).one()
    assert (row.who, row.acting_for, row.action, row.reason) == (
        actor.pseudonym,
        actor.organisation_id,
        "lab.book",
        "r",
    )
    assert (row.before, row.after) == ({"state": "hold"}, {"state": "confirmed"})
    assert "Rosa" not in repr(list(row.__dict__.values()))


@pytest.mark.parametrize("change", ["UPDATE audit_entry SET reason = 'other'", "DELETE FROM audit_entry"])
def test_entry_can_be_neither_changed_nor_removed(change: str) -> None:
    record_one()
    with pytest.raises(sa.exc.IntegrityError, match="rows are never changed"), savepoint() as session:
        session.execute(sa.text(change))
    assert db.session.scalar(sa.select(sa.func.count()).select_from(AuditEntry)) == 1


def test_closing_a_day_twice_gives_the_same_hash_and_the_next_day_depends_on_it() -> None:
    record_one()
    today = clock.now().date()
    first = audit.close_day(today)
    assert audit.close_day(today) == first
    following = audit.close_day(today + timedelta(days=1))
    assert following != audit.hashlib.sha256(b"").hexdigest()
    assert db.session.get_one(AuditDay, today).entries == 1


def test_background_work_acts_as_the_system() -> None:
    with transaction():
        audit.record(SYSTEM, "labs.sweep", "booking", 7)
    row = db.session.scalars(sa.select(AuditEntry)).one()
    assert (row.who, row.thing_id, row.at <= datetime.now(UTC)) == (None, "7", True)
