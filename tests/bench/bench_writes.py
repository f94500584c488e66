"""Booking and enrolling through HTTP against bare SQL that writes the same rows, on the same server, 8 connections.

Each booking takes its own half hour, so nobody is refused; each enrolment is one nameless seat of an endless pool.
"""

from __future__ import annotations

import statistics
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from lift.core.db import db
from lift.labs.models import Asset, Lab
from tests.bench.stage import Figure, Load, Request, Stage, load, posted, report, stage, token
from tests.factories.training import make_session

COUNT, ROUNDS, GOAL = 80, 3, 1 / 2


def main() -> int:
    with stage() as on:
        prepare(on)
        figures = [
            compare(on, "book_per_second", "/book", bookings(on)),
            compare(on, "enrol_per_second", "/enrol", enrolments(on)),
        ]
    return report(figures)


def prepare(on: Stage) -> None:
    """No quota, no horizon in the way; a pool for the floor."""
    with on.app.app_context():
        lab = db.session.scalars(sa.select(Lab).where(Lab.slug == "made-teaching-factory")).one()
        lab.rules = {"person_per_week": None, "organisation_per_week": None, "horizon_days": 390, "lead_minutes": 0}
        db.session.execute(sa.text("INSERT INTO floor_pool VALUES (1, 1000000, 0)"))
        db.session.commit()


def bookings(on: Stage) -> Callable[[int], Request]:
    """Each call asks for another half hour of one asset."""
    headers = token(on, "lab")
    with on.app.app_context():
        asset = db.session.scalars(sa.select(Asset.id).where(Asset.key == "machining-cell-2")).one()
    first = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) + timedelta(days=40)

    def request(number: int) -> Request:
        start = first + timedelta(hours=number)
        body = {
            "asset_ids": [str(asset)], "start": start.isoformat(), "end": (start + timedelta(minutes=30)).isoformat(),
            "title": "Bench", "present": False,
        }  # fmt: skip
        return posted("/api/v1/bookings", body, headers)

    return request


def enrolments(on: Stage) -> Callable[[int], Request]:
    """Each call takes one nameless seat of an endless session."""
    headers = token(on, "owner")
    with on.app.app_context():
        session = make_session(None, capacity=1_000_000)
        path = f"/api/v1/sessions/{session.id}/enrolments"
        db.session.commit()
    return lambda _: posted(path, {"nameless": 1}, headers)


def compare(on: Stage, name: str, floor_path: str, request: Callable[[int], Request]) -> Figure:
    """Rounds of LIFT and floor in turn; medians."""
    ours, theirs = [], []
    for turn in range(ROUNDS):
        theirs.append(checked(load(on.floor.port, lambda n: posted(floor_path, {"code": n}), COUNT), 200))
        shift = turn * COUNT
        ours.append(checked(load(on.lift.port, lambda n, shift=shift: request(n + shift), COUNT), 201))  # type: ignore[misc]
    value, floor = (statistics.median(r.per_second for r in runs) for runs in (ours, theirs))
    return Figure(name, value, floor, value / floor, GOAL)


def checked(result: Load, status: int) -> Load:
    """Every answer must be ``status``."""
    if set(result.statuses) != {status}:
        raise RuntimeError(f"answers were {sorted(set(result.statuses))}, not {status}")
    return result


if __name__ == "__main__":
    sys.exit(main())
