"""The serial line as a max-plus recursion, vectorised over replications.

A part leaves station j of a line with finite buffers and blocking after service at

    D[n, j] = max( max(D[n-1, j], D[n, j-1]) + service[n, j],  D[n-b-1, j+1] )

where b is the number of places between j and j+1: the station is free when the part before has left it, the part is
there when it has left the station before, and it can leave when the place that part n-b-1 held is free. The first
station never waits for material, the last one never for space. (Buzacott and Shanthikumar, Stochastic Models of
Manufacturing Systems, chapter 6; the recursion is the standard one.)
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def departures(service: Floats, buffers: Sequence[int]) -> Floats:
    """Departure times, shape (parts, stations, replications) as `service`, in its unit; the line starts empty at 0.

    `buffers[j]` places lie between station j and j+1. ValueError for wrong shapes or negative buffers.
    """
    parts, stations, replications = service.shape
    if len(buffers) != stations - 1 or any(places < 0 for places in buffers):
        raise ValueError(f"{stations} stations need {stations - 1} buffers of 0 or more places, not {list(buffers)}")
    # Parts that "left" at time 0 stand before the first one, so that the loop needs no case for the beginning.
    ahead = max(buffers, default=0) + 1
    left = np.zeros((ahead + parts, stations, replications))
    left[ahead:] = service
    # One view per (part, station): making views inside the loop would cost as much as the arithmetic.
    rows = list(left.reshape(-1, replications))
    back = [(places + 1) * stations - 1 for places in buffers]
    last = stations - 1
    start = np.empty(replications)
    add, maximum = np.add, np.maximum
    for first in range(ahead * stations, len(rows), stations):
        row = rows[first]
        add(rows[first - stations], row, out=row)
        if last:
            maximum(row, rows[first - back[0]], out=row)
        for station in range(1, last):
            here = first + station
            maximum(row, rows[here - stations], out=start)
            row = rows[here]
            add(start, row, out=row)
            maximum(row, rows[here - back[station]], out=row)
        if last:
            here = first + last
            maximum(row, rows[here - stations], out=start)
            row = rows[here]
            add(start, row, out=row)
    return left[ahead:]


def starts(left: Floats) -> Floats:
    """When each part began at each station, from the departures; same shape."""
    begun = np.zeros_like(left)
    begun[:, 1:] = left[:, :-1]
    np.maximum(begun[1:], left[:-1], out=begun[1:])
    return begun
