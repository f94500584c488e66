"""People by the clock: idle shared sign-ins end, requests that nobody answered lapse; archives are packed."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from lift.core import clock, jobs
from lift.people import services
from workers.ticks import every


@every(timedelta(seconds=30), "people.end_idle_sign_ins")
def end_idle_sign_ins() -> int:
    """End what nobody touched; a bench that was driven reaches its safe state."""
    return services.end_idle_sign_ins(clock.now())


@every(timedelta(minutes=10), "people.lapse_join_requests")
def lapse_join_requests() -> int:
    """End what no administrator answered in five days."""
    return services.lapse_join_requests(clock.now())


@jobs.handler(services.PACK_EXPORT)
def pack_export(export_id: str) -> None:
    """One person's archive."""
    services.pack_export(UUID(export_id))
