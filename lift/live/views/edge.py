"""The gateways' door: heartbeat and telemetry. Bearer token, no cookie, no form."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, request
from pydantic import BaseModel, ValidationError

from lift.edge.contract import MAX_BATCH_BYTES, BatchRefused, Heartbeat, SequenceGap
from lift.live import queries, services
from lift.live.queries.door import Door
from lift.web.api import bearer_token
from lift.web.guard import machine

bp = Blueprint("edge", __name__, url_prefix="/edge/v1")


def knocking() -> Door:
    """The gateway of this request; 401 when its token is unknown or revoked."""
    door = queries.door.door_of(bearer_token())
    if door is None:
        abort(401)
    return door


def body_of_request() -> bytes:
    """The body, 413 when it is larger than a batch may be."""
    if request.content_length is None:
        abort(411)
    if request.content_length > MAX_BATCH_BYTES:
        abort(413)
    return request.get_data(cache=False)


def as_json(message: BaseModel, status: int = 200) -> Response:
    """A message of the contract."""
    return Response(message.model_dump_json(), status, content_type="application/json")


@bp.post("/heartbeat")
@machine
def heartbeat() -> Any:
    """What the gateway knows, for all that it must know."""
    door = knocking()
    try:
        beat = Heartbeat.model_validate_json(body_of_request())
    except ValidationError:
        abort(422)
    return as_json(services.answer_heartbeat(door, beat))


@bp.post("/batches")
@machine
def batches() -> Any:
    """Telemetry."""
    answer = services.take_batch(knocking(), body_of_request())
    status = {SequenceGap: 409, BatchRefused: 422}.get(type(answer), 200)
    return as_json(answer, status)
