"""Everything of the live path that stays open."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, Response, request

from lift.core.actor import Actor
from lift.core.errors import require_found
from lift.edge.contract import REVOKED_WITHIN
from lift.live import permissions, queries, services
from lift.live.views.edge import knocking
from lift.live.views.seen import seen_bench
from lift.people.queries import actor_of
from lift.web import sse
from lift.web.api import bearer_token
from lift.web.guard import machine, signed_in

bp = Blueprint("stream", __name__, url_prefix="/stream")


@bp.get("/edge/v1")
@machine
def edge() -> Response:
    """Pokes for a gateway: any event means "send a heartbeat now". Ends within 5 s after its token is revoked."""
    door, token = knocking(), bearer_token() or ""
    return sse.stream(
        f"gateway:{door.key}",
        replay=lambda: [sse.Event("beat", {})],
        alive=lambda: queries.door.is_admitted(door.gateway_id, token),
        check_every=REVOKED_WITHIN - 1.0,
    )


@bp.get("/bench/<uuid:bench_id>")
@signed_in
def bench(bench_id: UUID) -> Response:
    """What the machine says and what changes on the bench; replays up to 60 s after ``Last-Event-ID`` (or ``?after=``)."""
    seen = seen_bench(bench_id)
    actor = seen.actor
    last = request.headers.get("Last-Event-ID") or request.args.get("after") or ""
    asset_id = seen.bench.asset_id
    return sse.stream(
        f"asset:{seen.place.asset.key}",
        replay=lambda: _blocks_after(asset_id, last),
        alive=lambda: _still(bench_id, actor),
    )


def _blocks_after(asset_id: UUID, last: str) -> list[sse.Event]:
    blocks = queries.samples.blocks_since(asset_id, int(last)) if last.isdigit() else []
    return [sse.Event("telemetry", block, number) for number, block in blocks]


def _still(bench_id: UUID, before: Actor) -> bool:
    """The bench is open, and the person still stands on its booking with the roles of today."""
    bench = queries.bench.bench_of(bench_id)
    if bench is None or bench.closed_at is not None or before.person_id is None:
        return False
    place = require_found(queries.bench.place_of(bench.booking_id, bench.asset_id))
    actor = actor_of(before.person_id, before.organisation_id)
    return permissions.can_see_bench(actor, bench, services.right_of(actor, place.booking, place.asset))
