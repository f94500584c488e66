"""The id that follows one request into its logs, audit entries and jobs."""

from __future__ import annotations

from contextvars import ContextVar

_request_id: ContextVar[str | None] = ContextVar("lift_request_id", default=None)


def request_id() -> str | None:
    """The id of the request or task that runs now."""
    return _request_id.get()


def set_request_id(value: str | None) -> None:
    """Set at the start of a request or task."""
    _request_id.set(value)
