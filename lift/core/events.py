"""Upward calls: a floor announces what happened; subscribers run after the commit, each in its own transaction.

The table of who listens to what stands in ``lift/app.py``, the one place that knows all floors.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from lift.core import jobs

_subscribers: dict[str, tuple[str, ...]] = {}


def subscribe(table: Mapping[str, Sequence[str]]) -> None:
    """Install the table: event name → kinds of job. Called once by the app."""
    unknown = [kind for kinds in table.values() for kind in kinds if kind not in jobs.KINDS]
    if unknown:
        raise ValueError(f"events lead to unknown kinds of job: {', '.join(unknown)}")
    _subscribers.clear()
    _subscribers.update({name: tuple(kinds) for name, kinds in table.items()})


def announce(name: str, **payload: Any) -> None:
    """Write one outbox row per subscriber. An event nobody listens to must still stand in the table."""
    if name not in _subscribers:
        raise ValueError(f"{name} does not stand in the table of events (lift/app.py)")
    for kind in _subscribers[name]:
        jobs.enqueue(kind, **payload)
