"""The live path's jobs and clockwork. The queue ``live`` never waits behind others."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from lift.core import clock, jobs
from lift.live import services
from lift.live.services.kinds import LEAVE_BENCHES, SEAL_CUT, SEAL_RECORDING
from workers.ticks import every


@every(timedelta(seconds=2), "live.watch", queue="live")
def watch() -> int:
    """End what lost its ground."""
    return services.watch(clock.now())


@every(timedelta(seconds=20), "live.seal_due", queue="live")
def seal_due() -> int:
    """Recordings that ended and whose data has arrived, or whose patience is over."""
    return services.seal_due_recordings(clock.now())


@every(timedelta(hours=6), "live.partitions")
def make_partitions() -> int:
    """The days ahead."""
    return services.make_partitions(clock.now())


@jobs.handler(SEAL_CUT)
def seal_cut(cut_id: str) -> None:
    """One dataset."""
    services.seal_cut(UUID(cut_id), now=clock.now())


@jobs.handler(SEAL_RECORDING)
def seal_recording(recording_id: str) -> None:
    """One recording."""
    services.seal_recording(UUID(recording_id), now=clock.now())


@jobs.handler(LEAVE_BENCHES)
def leave_benches(person_id: str) -> None:
    """Somebody signed out: safe state first (L15)."""
    services.leave_benches(UUID(person_id))
