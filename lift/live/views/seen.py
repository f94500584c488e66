"""A bench as the present person may see it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from lift.core.actor import Actor
from lift.core.errors import NotFound, Problem, require, require_found
from lift.labs.permissions import can_see_booking
from lift.live import permissions, queries, services, texts
from lift.live.enums import BenchMode
from lift.live.models import Bench
from lift.live.permissions import BenchRight
from lift.live.queries.bench import Place
from lift.web.current import current_actor


@dataclass(frozen=True)
class Seen:
    """A bench, where it stands, who looks at it and what they may do."""

    bench: Bench
    place: Place
    actor: Actor
    right: BenchRight
    now: datetime  # by the platform's clock

    @property
    def is_own(self) -> bool:
        """The person's own bench; everybody else watches."""
        return permissions.is_own_bench(self.actor, self.bench)

    @property
    def on_twin(self) -> bool:
        """The computer copy answers."""
        return self.bench.mode is BenchMode.TWIN


def right_at(place: Place, actor: Actor) -> BenchRight:
    """What the actor may do there; 404 for who may not even know of the booking."""
    right = services.right_of(actor, place.booking, place.asset)
    if not (permissions.can_open_bench(right) or can_see_booking(actor, place.booking)):
        raise NotFound
    return right


def seen_bench(bench_id: UUID) -> Seen:
    """404 for strangers; 403 for people of the same organisation who do not stand on the booking."""
    actor = current_actor()
    bench, place, now = require_found(queries.bench.bench_and_place(bench_id))
    right = services.right_of(actor, place.booking, place.asset)
    if not permissions.can_see_bench(actor, bench, right):
        if actor.organisation_id not in (bench.organisation_id, place.lab.organisation_id):
            raise NotFound
        require(False, Problem("X6", texts.NOT_ON_BOOKING, owner="training"))
    return Seen(bench, place, actor, right, now)
