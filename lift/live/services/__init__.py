"""Verbs of the live path."""

from __future__ import annotations

from lift.live.services.batches import take_batch
from lift.live.services.heartbeat import answer_heartbeat

__all__ = ["answer_heartbeat", "take_batch"]
