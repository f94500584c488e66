"""Labs by the clock: holds that ran out, bookings that begin and end, opening hours to the horizon."""

from __future__ import annotations

from datetime import timedelta

from lift.core import clock
from lift.labs import queries, services
from workers.ticks import every


@every(timedelta(seconds=30), "labs.sweep_holds")
def sweep_holds() -> int:
    """End the holds that nobody came across."""
    return services.sweep_holds(clock.now())


@every(timedelta(minutes=1), "labs.finish_bookings")
def finish_bookings() -> int:
    """Confirmed bookings begin, begun ones are over."""
    return services.finish_bookings(clock.now())


@every(timedelta(hours=24), "labs.materialise_opening")
def materialise_opening() -> int:
    """One more day of opening hours for each lab, in a transaction each."""
    now = clock.now()
    return sum(services.materialise_opening(lab_id, now) for lab_id in queries.lab_ids())
