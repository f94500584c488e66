"""Counters for Prometheus, served at /metrics."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest

REGISTRY = CollectorRegistry()
REQUESTS = Counter("lift_requests_total", "Requests by endpoint and status.", ["endpoint", "status"], registry=REGISTRY)
SECONDS = Histogram("lift_request_seconds", "Time to answer.", ["endpoint"], registry=REGISTRY)


def observe_request(endpoint: str, status: int, seconds: float) -> None:
    """Count one request."""
    REQUESTS.labels(endpoint, str(status)).inc()
    SECONDS.labels(endpoint).observe(seconds)


def exposition() -> bytes:
    """The text format."""
    return bytes(generate_latest(REGISTRY))
