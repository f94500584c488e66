"""Telemetry through the gateways' door against a bare insert of the same bytes, one gateway, batches in order."""

from __future__ import annotations

import statistics
import sys
import time

import sqlalchemy as sa

from lift.core.actor import SYSTEM
from lift.core.db import db
from lift.edge.contract import BATCH_PATH, AssetSpec, Batch, Block, VariableSpec
from lift.labs.models import Asset, Lab
from lift.live.services import connect_asset, provision_gateway
from tests.bench.stage import Figure, Stage, load, report, stage

COUNT, ROUNDS, GOAL = 150, 3, 1 / 2
VARIABLES, TIMES = 20, 50  # 5 s of 20 variables at 10 Hz


def main() -> int:
    with stage() as on:
        headers = gateway(on)
        bodies = iter_bodies()
        ours, theirs = [], []
        for turn in range(ROUNDS):
            part = bodies[turn * COUNT : (turn + 1) * COUNT]
            theirs.append(load(on.floor.port, lambda n, part=part: ("POST", "/batch", part[n], {}), COUNT, 1))  # type: ignore[misc]
            result = load(on.lift.port, lambda n, part=part: ("POST", BATCH_PATH, part[n], headers), COUNT, 1)  # type: ignore[misc]
            if set(result.statuses) != {200}:
                raise RuntimeError(f"batches answered {sorted(set(result.statuses))}")
            ours.append(result)
    value, floor = (statistics.median(r.per_second for r in runs) for runs in (ours, theirs))
    return report([Figure("ingest_batches_per_second", value, floor, value / floor, GOAL)])


def gateway(on: Stage) -> dict[str, str]:
    """A fresh gateway's bearer header."""
    with on.app.app_context():
        lab = db.session.scalars(sa.select(Lab.id).where(Lab.slug == "made-teaching-factory")).one()
        door, token = provision_gateway("bench", lab, actor=SYSTEM)
        asset = db.session.scalars(sa.select(Asset.id).where(Asset.key == "machining-cell-1")).one()
        spec = AssetSpec(variables=[VariableSpec(name=f"V{n}") for n in range(VARIABLES)], actions=[])
        connect_asset(door.id, asset, spec, actor=SYSTEM)
        db.session.commit()
    return {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}


def iter_bodies() -> list[bytes]:
    """Numbered batches, each as large as five seconds of a busy machine."""
    now = time.time()
    variables = {f"V{n}": [float(n + i) for i in range(TIMES)] for n in range(VARIABLES)}
    made = []
    for sequence in range(1, COUNT * ROUNDS + 1):
        times = tuple(now + sequence * 5 + i / 10 for i in range(TIMES))
        block = Block(asset="machining-cell-1", times=times, variables=variables, period=0.1)
        made.append(Batch(store="bench", sequence=sequence, blocks=(block,)).model_dump_json().encode())
    return made


if __name__ == "__main__":
    sys.exit(main())
