"""The audit is append-only by trigger, holds pseudonyms, and its days are chained."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from uuid import uuid4

import pytest
import sqlalchemy as sa

from lift.core import audit, clock
from lift.core.actor import SYSTEM, Actor
from lift.core.db import db, savepoint, transaction
from lift.core.models import AuditDay, AuditEntry
from workers.core import close_audit_days

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


def hashes() -> dict[str, str]:
    rows = db.session.execute(sa.select(AuditDay.day, AuditDay.sha256).order_by(AuditDay.day))
    return {row.day.isoformat(): row.sha256 for row in rows}


def test_days_on_which_the_clock_stood_still_come_into_the_chain_in_order() -> None:
    record_one()
    today = clock.now().date()
    days = [today + timedelta(days=n) for n in range(4)]
    morning = datetime.combine(days[3], time(6), UTC)
    assert (audit.close_days(morning), audit.close_days(morning)) == (days[:3], [])
    closed = hashes()
    assert list(closed) == [day.isoformat() for day in days[:3]]
    assert [audit.close_day(day) for day in days[:3]] == list(closed.values())
    assert audit.last_closed_day() == days[2]


def test_day_left_out_is_closed_and_days_closed_before_keep_their_hash() -> None:
    record_one()
    today = clock.now().date()
    days = [today + timedelta(days=n) for n in range(4)]
    kept = [audit.close_day(days[0]), audit.close_day(days[2])]
    assert audit.close_days(datetime.combine(days[3], time(6), UTC)) == [days[1]]
    assert [hashes()[day.isoformat()] for day in (days[0], days[2])] == kept


def test_day_is_closed_once_its_last_transactions_are_over_and_never_without_entries() -> None:
    tomorrow = clock.now().date() + timedelta(days=1)
    assert audit.close_days(datetime.combine(tomorrow, time(6), UTC)) == []
    record_one()
    assert audit.close_days(datetime.combine(tomorrow, time(0, 4), UTC)) == []
    assert audit.close_days(datetime.combine(tomorrow, time(0, 6), UTC)) == [tomorrow - timedelta(days=1)]


def test_clockwork_closes_every_past_day() -> None:
    now = clock.now() - audit.SETTLED
    with transaction() as session:
        session.add(AuditEntry(at=now - timedelta(days=3), action="a", thing_kind="k", thing_id="1"))
    assert (close_audit_days(), close_audit_days()) == (3, 0)
    assert list(hashes()) == [(now.date() - timedelta(days=n)).isoformat() for n in (3, 2, 1)]


def test_background_work_acts_as_the_system() -> None:
    with transaction():
        audit.record(SYSTEM, "labs.sweep", "booking", 7)
    row = db.session.scalars(sa.select(AuditEntry)).one()
    assert (row.who, row.thing_id, row.at <= datetime.now(UTC)) == (None, "7", True)
