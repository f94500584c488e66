"""Everything of the live path that stays open."""

from __future__ import annotations

from flask import Blueprint, Response

from lift.edge.contract import REVOKED_WITHIN
from lift.live import queries
from lift.live.views.edge import knocking
from lift.web import sse
from lift.web.api import bearer_token
from lift.web.guard import machine

bp = Blueprint("stream", __name__, url_prefix="/stream")


@bp.get("/edge/v1")
@machine
def edge() -> Response:
    """Pokes for a gateway: any event means "send a heartbeat now". Ends within 5 s after its token is revoked."""
    door, token = knocking(), bearer_token() or ""
    return sse.stream(
        f"gateway:{door.key}",
        replay=[sse.Event("beat", {})],
        alive=lambda: queries.door.is_admitted(door.gateway_id, token),
        check_every=REVOKED_WITHIN - 1.0,
    )
