"""Resident memory of one web worker after use, against a bare one."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.bench.stage import Figure, load, report, stage

GOAL = 2.2


def main() -> int:
    with stage() as on:
        load(on.floor.port, lambda _: ("GET", "/page", None, {}), 100)
        load(on.lift.port, lambda _: ("GET", "/sessions", None, {}), 100)
        ours, theirs = (worker_megabytes(server.pid) for server in (on.lift, on.floor))
    return report([Figure("memory_megabytes_per_worker", ours, theirs, ours / theirs, GOAL, at_most=True)])


def worker_megabytes(master: int) -> float:
    """Of the one worker below the master."""
    children = Path(f"/proc/{master}/task/{master}/children").read_text().split()
    status = Path(f"/proc/{children[0]}/status").read_text()
    line = next(row for row in status.splitlines() if row.startswith("VmRSS"))
    return int(line.split()[1]) / 1024


if __name__ == "__main__":
    sys.exit(main())
