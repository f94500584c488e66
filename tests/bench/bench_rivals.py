"""1 000 rivals for 20 seats and 50 for one slot, through HTTP: exact, and the slowest answer near the floor's."""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from lift.core.db import db
from lift.labs.models import Asset
from tests.bench.stage import Figure, Load, Stage, load, posted, report, stage, token
from tests.factories.training import make_session

SEATS, RIVALS, FOR_ONE_SLOT, CONNECTIONS, GOAL = 20, 1_000, 50, 16, 2.0


def main() -> int:
    with stage() as on:
        figures = [*seats(on), *slot(on)]
    return report(figures)


def seats(on: Stage) -> list[Figure]:
    """Nameless enrolments: 20 seated, 980 waiting, tickets without a hole."""
    headers = token(on, "owner")
    with on.app.app_context():
        session_id = make_session(SEATS).id
        db.session.execute(sa.text("INSERT INTO floor_pool VALUES (1, 20, 0)"))
        db.session.commit()
    path = f"/api/v1/sessions/{session_id}/enrolments"
    theirs = load(on.floor.port, lambda n: posted("/seat", {"code": n}), RIVALS, CONNECTIONS)
    ours = load(on.lift.port, lambda _: posted(path, {"nameless": 1}, headers), RIVALS, CONNECTIONS)
    answered(ours, theirs, {201})
    with on.app.app_context():
        count = "SELECT count(*) FROM enrolment WHERE session_id = :s AND status = 'confirmed'"
        seated = db.session.scalar(sa.text(count), {"s": session_id})
    return figures("rivals_1000_for_20_seats", seated or 0, SEATS, ours, theirs)


def slot(on: Stage) -> list[Figure]:
    """One booking of one asset's hour."""
    headers = token(on, "lab")
    with on.app.app_context():
        asset = db.session.scalars(sa.select(Asset.id).where(Asset.key == "machining-cell-2")).one()
        db.session.execute(sa.text("INSERT INTO floor_slot VALUES (1, false)"))
        db.session.commit()
    start = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) + timedelta(days=20)
    body = {
        "asset_ids": [str(asset)],
        "start": start.isoformat(),
        "end": (start + timedelta(hours=1)).isoformat(),
        "present": False,
    }
    theirs = load(on.floor.port, lambda n: posted("/slot", {"code": n}), FOR_ONE_SLOT, CONNECTIONS)
    ours = load(on.lift.port, lambda _: posted("/api/v1/bookings", body, headers), FOR_ONE_SLOT, CONNECTIONS)
    answered(ours, theirs, {201, 409})
    return figures("rivals_50_for_one_slot", ours.statuses.count(201), 1, ours, theirs)


def answered(ours: Load, theirs: Load, allowed: set[int]) -> None:
    """Nobody, here or there, got any other answer."""
    if not set(ours.statuses) | set(theirs.statuses) <= allowed:
        raise RuntimeError(f"answers were {sorted(set(ours.statuses))} and {sorted(set(theirs.statuses))}")


def figures(name: str, got: int, exact: int, ours: Load, theirs: Load) -> list[Figure]:
    """Exactness (ratio must be 1) and the slowest answer against the slowest of the floor."""
    slow, floor = max(ours.seconds), max(theirs.seconds)
    return [
        Figure(f"{name}_winners", got, exact, got / exact, 1.0),
        Figure(f"{name}_winners_at_most", got, exact, got / exact, 1.0, at_most=True),
        Figure(f"{name}_slowest_seconds", slow, floor, slow / floor, GOAL, at_most=True),
    ]


if __name__ == "__main__":
    sys.exit(main())
