"""Verbs of the live path."""

from __future__ import annotations

from lift.live.services.batches import take_batch
from lift.live.services.benches import (
    beat,
    close_bench,
    leave_benches,
    leave_page,
    move_to_asset,
    move_to_twin,
    open_bench,
)
from lift.live.services.commands import Asked, send_command
from lift.live.services.controls import give_controls, hand_back, take_back, take_controls
from lift.live.services.heartbeat import answer_heartbeat
from lift.live.services.hooks import panels_of, right_of, use_panels, use_rights
from lift.live.services.stops import press_lab_stop, press_stop, release_stop
from lift.live.services.watch import watch

__all__ = [
    "Asked",
    "answer_heartbeat",
    "beat",
    "close_bench",
    "give_controls",
    "hand_back",
    "leave_benches",
    "leave_page",
    "move_to_asset",
    "move_to_twin",
    "open_bench",
    "panels_of",
    "press_lab_stop",
    "press_stop",
    "release_stop",
    "right_of",
    "send_command",
    "take_back",
    "take_batch",
    "take_controls",
    "use_panels",
    "use_rights",
    "watch",
]
