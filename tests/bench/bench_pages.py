"""Pages against a bare Jinja page with 50 ORM rows, both on gunicorn gthread with one worker, 8 connections."""

from __future__ import annotations

import statistics
import sys

import sqlalchemy as sa

from lift.core.db import db
from lift.people.models import Account
from tests.bench.stage import Figure, Load, Server, Stage, load, report, stage

COUNT, ROUNDS, GOAL, SLOWEST = 120, 3, 1 / 3, 2.0


def main() -> int:
    with stage() as on:
        bench = open_bench(on)
        pages = {
            "sessions": ("/sessions", {}),
            "lab_day": ("/desk", signed_in(on, "lab")),
            "bench": (bench, signed_in(on, "technician")),
            "hub": ("/hubs/afil", {}),
        }
        figures = [figure for name, (path, cookie) in pages.items() for figure in compare(on, name, path, cookie)]
    return report(figures)


def compare(on: Stage, name: str, path: str, headers: dict[str, str]) -> list[Figure]:
    """Rounds of LIFT and floor in turn; medians of throughput and of the 95th percentile."""
    ours, theirs = [], []
    for _ in range(ROUNDS):
        theirs.append(pull(on.floor, "/page", {}))
        ours.append(pull(on.lift, path, headers))
    per_second, floor = (statistics.median(r.per_second for r in runs) for runs in (ours, theirs))
    slow, floor_slow = (statistics.median(r.percentile(0.95) for r in runs) for runs in (ours, theirs))
    spread = slow / statistics.median(statistics.median(r.seconds) for r in ours)
    return [
        Figure(f"page_{name}_per_second", per_second, floor, per_second / floor, GOAL),
        Figure(f"page_{name}_p95_over_median", slow, floor_slow, spread, SLOWEST, at_most=True),
    ]


def pull(server: Server, path: str, headers: dict[str, str]) -> Load:
    """One round; every answer must be 200."""
    result = load(server.port, lambda _: ("GET", path, None, headers), COUNT)
    if set(result.statuses) != {200}:
        raise RuntimeError(f"{path} answered {sorted(set(result.statuses))}")
    return result


def signed_in(on: Stage, name: str) -> dict[str, str]:
    """The cookie of a demo account."""
    with on.app.app_context():
        account = db.session.scalars(sa.select(Account).where(Account.email == f"{name}@lift.example")).one()
        browser = on.app.test_client()
        with browser.session_transaction() as kept:
            kept.update({"_user_id": account.fs_uniquifier, "_fresh": True})
    cookie = browser.get_cookie("session")
    assert cookie is not None
    return {"Cookie": f"session={cookie.value}"}


def open_bench(on: Stage) -> str:
    """The address of an open bench of the technician's running hour, by a plain row."""
    statement = """
        INSERT INTO bench (id, booking_id, asset_id, person_id, organisation_id, mode, attempt_ref, opened_at)
        SELECT gen_random_uuid(), s.booking_id, a.id, e.person_id, e.organisation_id, 'asset', '{}', now()
        FROM pilot_session s JOIN enrolment e ON e.session_id = s.id JOIN account k ON k.person_id = e.person_id,
             asset a WHERE s.code LIKE 'CELL%' AND a.key = 'machining-cell-1' AND k.email = 'technician@lift.example'
        RETURNING id"""
    with on.app.app_context():
        key = db.session.scalar(sa.text(statement))
        db.session.execute(
            sa.text("INSERT INTO recording (id, bench_id, asset_id, started_at, version, provenance) "
                    "SELECT gen_random_uuid(), id, asset_id, now(), 0, '{}' FROM bench")
        )  # fmt: skip
        db.session.commit()
    return f"/bench/{key}"


if __name__ == "__main__":
    sys.exit(main())
