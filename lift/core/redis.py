"""Redis carries work, live values and counters; the truth is in the database. Every call here may fail and must be survived."""

from __future__ import annotations

import json
import logging
from typing import Any

import redis

log = logging.getLogger(__name__)

Unreachable = (redis.ConnectionError, redis.TimeoutError)

_client: redis.Redis | None = None


def use_url(url: str) -> None:
    """Set by the app at start."""
    global _client
    _client = redis.Redis.from_url(url, socket_timeout=2.0, socket_connect_timeout=0.5)


def client() -> redis.Redis:
    """The process's client."""
    if _client is None:
        raise redis.ConnectionError("no Redis address was set")
    return _client


def celery_url(url: str) -> str:
    """The same address as kombu writes it."""
    return url.replace("unix://", "redis+socket://", 1)


def publish(channel: str, event: str, data: dict[str, Any] | bytes, event_id: int | None = None) -> None:
    """Tell live readers; without Redis they poll, so a failure is only logged. Bytes are JSON already."""
    body = data if isinstance(data, bytes) else json.dumps(data, default=str).encode()
    head = json.dumps({"id": event_id, "event": event})[:-1].encode()
    try:
        client().publish(f"lift:{channel}", head + b', "data": ' + body + b"}")
    except Unreachable as error:
        log.warning("not published on %s: %s", channel, error)


def reachable() -> bool:
    """True when Redis answers."""
    try:
        return bool(client().ping())
    except Unreachable:
        return False
