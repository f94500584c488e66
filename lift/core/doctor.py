"""``flask doctor``: what is wrong with this installation, and the one thing that mends it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from lift.core import audit, retention
from lift.core import redis as live_redis
from lift.core.db import db
from lift.core.enums import JobState
from lift.core.models import Job, RetentionRun
from lift.core.schema import expected_head, schema_is_current

OLDEST_JOB = timedelta(minutes=2)
LEAST_FREE = 1_000_000_000


@dataclass(frozen=True)
class Finding:
    """One check: its name, whether it is well, what was seen, and how to mend it."""

    name: str
    ok: bool
    seen: str
    mend: str = ""


def examine(home: Path, now: datetime) -> list[Finding]:
    """All checks; the later ones are left out when the database is away."""
    first = _database()
    findings = [first, _redis(), _disk(home)]
    if first.ok:
        checks: tuple[Callable[[datetime], Finding], ...] = (_clock, _jobs, _failed, _retention, _audit)
        findings += [check(now) for check in checks]
    return findings


def _database() -> Finding:
    try:
        if schema_is_current():
            return Finding("database", True, f"schema {expected_head()}")
        return Finding("database", False, "another schema than this version expects", "flask db upgrade")
    except sa.exc.ProgrammingError:
        db.session.rollback()
        return Finding("database", False, "no tables", "flask db upgrade")
    except OperationalError as error:
        return Finding("database", False, str(error.orig).splitlines()[0], "start PostgreSQL or mend LIFT_DATABASE_URL")


def _redis() -> Finding:
    ok = live_redis.reachable()
    return Finding(
        "redis", ok, "answers" if ok else "does not answer", "" if ok else "start Redis or mend LIFT_REDIS_URL"
    )


def _disk(home: Path) -> Finding:
    free = shutil.disk_usage(home if home.exists() else home.parent).free
    ok = free >= LEAST_FREE
    return Finding("disk", ok, f"{free / 1e9:.1f} GB free below {home}", "" if ok else "free some space there")


def _clock(now: datetime) -> Finding:
    theirs = db.session.scalar(sa.select(sa.func.clock_timestamp()))
    apart = abs((theirs - now).total_seconds()) if theirs else 0.0
    ok = apart < 1
    return Finding("clock", ok, f"{apart:.2f} s from the database's", "" if ok else "synchronise the clocks (NTP)")


def _jobs(now: datetime) -> Finding:
    query = sa.select(sa.func.min(Job.due_at)).where(Job.state.in_([JobState.NEW, JobState.SENT]), Job.due_at <= now)
    oldest = db.session.scalar(query)
    ok = oldest is None or now - oldest < OLDEST_JOB
    seen = "nothing waits" if oldest is None else f"the oldest job waits since {oldest:%Y-%m-%d %H:%M:%S} UTC"
    return Finding("workers", ok, seen, "" if ok else "start a worker and beat: celery -A workers.app worker")


def _failed(_now: datetime) -> Finding:
    count = db.session.scalar(sa.select(sa.func.count()).where(Job.state == JobState.FAILED)) or 0
    return Finding("failed jobs", count == 0, str(count), "" if count == 0 else "look at /operations and retry them")


def _retention(now: datetime) -> Finding:
    last = db.session.scalar(sa.select(sa.func.max(RetentionRun.at)))
    classes = ", ".join(f"{c.name} {c.age.days} d" for c in retention.table())
    ok = last is None or now - last < timedelta(days=2)
    seen = f"{classes}; last run {last:%Y-%m-%d %H:%M} UTC" if last else f"{classes}; not run yet"
    return Finding("retention", ok, seen, "" if ok else "start beat: celery -A workers.app beat")


def _audit(now: datetime) -> Finding:
    """Yesterday may still be open for some minutes; every day before must be in the chain."""
    last, missing = audit.last_closed_day(), audit.days_to_close(now - timedelta(days=1))
    seen = f"the last closed day is {last}" if last else "no day closed yet"
    if missing:
        seen += f"; {len(missing)} older days are not in the chain, the first is {missing[0]}"
    return Finding("audit chain", not missing, seen, "start beat: celery -A workers.app beat" if missing else "")
