"""/healthz: the process answers. /readyz: it can do its work. /metrics: its counters."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify
from sqlalchemy.exc import OperationalError

from lift.core import redis as live_redis
from lift.core.db import db
from lift.core.schema import schema_is_current
from lift.web.guard import public
from lift.web.metrics import exposition

bp = Blueprint("health", __name__)


@bp.get("/healthz")
@public
def healthz() -> Response:
    """The process is alive."""
    return jsonify(status="ok")


@bp.get("/readyz")
@public
def readyz() -> tuple[Response, int]:
    """Database (with the expected migrations) and Redis; 503 when one is missing."""
    checks = {"database": _database(), "redis": live_redis.reachable()}
    return jsonify(status="ok" if all(checks.values()) else "degraded", checks=checks), 200 if all(
        checks.values()
    ) else 503


@bp.get("/metrics")
@public
def metrics() -> Response:
    """Prometheus text format."""
    return Response(exposition(), mimetype="text/plain; version=0.0.4")


def _database() -> bool:
    try:
        return schema_is_current()
    except OperationalError:
        return False
    finally:
        db.session.rollback()
