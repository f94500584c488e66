"""Line simulation against SimPy: the same line, the same service times, identical departure times.

Prints one JSON line: simulated days per second of the max-plus recursion, of the leanest SimPy model (the floor), and
their ratio. Both run interleaved in one process, so that the machine's load hits both alike.
Under the goal it ends with 1.
"""

from __future__ import annotations

import json
import statistics
import sys
import time

import numpy as np

from lift.twins.simulators.line import MILL, LineParameters, drawn
from lift.twins.simulators.maxplus import departures
from tests.twins.reference_line import departures_by_stores

NAME = "line_simulation_days_per_second"
GOAL = 300.0
ROUNDS = 5
DAYS = 200
PARTS = 900  # about what the line makes in 8 h


def main() -> int:
    parameters = LineParameters(days=DAYS)
    draw = drawn(parameters, 1, range(DAYS), PARTS)
    service = draw.work.copy()
    service[:, MILL] += draw.stopped
    ours, theirs = [], []
    for day in range(ROUNDS):
        one = service[:, :, day].tolist()
        started = time.perf_counter()
        reference = departures_by_stores(one, parameters.buffers)
        theirs.append(time.perf_counter() - started)
        started = time.perf_counter()
        left = departures(service, parameters.buffers)
        ours.append((time.perf_counter() - started) / DAYS)
        furthest = float(np.abs(left[:, :, day] - np.array(reference)).max())
        if furthest > 1e-9:
            print(f"{NAME}: departure times differ by {furthest} s", file=sys.stderr)
            return 1
    value, floor = 1 / statistics.median(ours), 1 / statistics.median(theirs)
    figure = {"name": NAME, "value": round(value, 1), "floor": round(floor, 2), "ratio": round(value / floor, 1)}
    print(json.dumps({**figure, "goal": GOAL}))
    return 0 if value / floor >= GOAL else 1


if __name__ == "__main__":
    sys.exit(main())
