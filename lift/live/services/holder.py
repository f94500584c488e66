"""What the live path holds of a person, for leavers, exports and erasure. What a machine said names nobody."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import sqlalchemy as sa

from lift.core.actor import SYSTEM
from lift.core.db import db, transaction
from lift.core.registry import Holder, Holding
from lift.live import queries
from lift.live.models import BenchEvent, Command
from lift.live.services.benches import close_bench
from lift.live.services.grants import EndReason


def holdings(person_id: UUID) -> list[Holding]:
    """Benches that are open."""
    return [Holding("bench", str(b.id), str(b.mode.value)) for b in queries.bench.open_benches_of(person_id)]


def release(person_id: UUID, organisation_id: UUID | None) -> None:
    """Close them: nobody takes over a bench."""
    for bench in queries.bench.open_benches_of(person_id):
        if organisation_id in (None, bench.organisation_id):
            close_bench(bench.id, actor=SYSTEM, reason=EndReason.BENCH_CLOSED)


def personal_data(person_id: UUID) -> dict[str, Any]:
    """Benches, commands and datasets of the person."""
    commands = db.session.scalars(sa.select(Command).filter_by(person_id=person_id).order_by(Command.asked_at))
    return {
        "benches": [
            {"asset": str(b.asset_id), "opened": b.opened_at.isoformat(), "mode": b.mode.value}
            for b in queries.bench.benches_of(person_id)
        ],
        "commands": [
            {
                "at": c.asked_at.isoformat(),
                "what": c.variable or c.action,
                "value": c.value.get("v"),
                "state": c.state.value,
            }
            for c in commands
        ],
        "datasets": [
            {"number": cut.number, "sha256": cut.sha256, "asked": cut.asked_at.isoformat()}
            for cut in queries.bench.cuts_by(person_id)
        ],
    }


def erase(person_id: UUID) -> None:
    """Names in lists of events and words of marks go; benches, commands and datasets stay under the person's pseudonym."""
    benches = [b.id for b in queries.bench.benches_of(person_id)]
    with transaction():
        mine = sa.update(BenchEvent).where(
            BenchEvent.bench_id.in_(benches), BenchEvent.kind.in_(("controls_taken", "mark"))
        )
        cleaned = BenchEvent.details.op("||")(sa.literal({"name": "–", "label": ""}, BenchEvent.details.type))
        db.session.execute(mine.values(details=cleaned).execution_options(synchronize_session=False))


HOLDER = Holder(holdings=holdings, release=release, personal_data=personal_data, erase=erase)
