"""The one clock: instants are aware and in UTC. Background work passes ``now`` explicitly and takes it from here."""

from __future__ import annotations

from datetime import UTC, datetime


def now() -> datetime:
    """The present instant in UTC."""
    return datetime.now(UTC)
