"""The id that follows one request into its logs, audit entries and jobs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_request_id: ContextVar[str | None] = ContextVar("lift_request_id", default=None)


def request_id() -> str | None:
    """The id of the request that runs now; in a job, of the request that caused it."""
    return _request_id.get()


def set_request_id(value: str | None) -> None:
    """Set at the start of a request."""
    _request_id.set(value)


@contextmanager
def on_behalf_of(value: str) -> Iterator[None]:
    """What runs inside belongs to the request with this id; afterwards the id before is back."""
    token = _request_id.set(value)
    try:
        yield
    finally:
        _request_id.reset(token)
