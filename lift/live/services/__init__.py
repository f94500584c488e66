"""Verbs of the live path."""

from __future__ import annotations

from lift.live.services.answering import ask, give_controls_to, keep_twin_running, press, resume
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
from lift.live.services.gateways import connect_asset, mark_batch_seen, provision_gateway, revoke_gateway
from lift.live.services.heartbeat import answer_heartbeat
from lift.live.services.holder import HOLDER
from lift.live.services.hooks import panels_of, right_of, use_more_time, use_panels, use_rights
from lift.live.services.longer import extend_bench
from lift.live.services.parquet import from_parquet
from lift.live.services.partitions import drop_partitions_before, make_partitions
from lift.live.services.practice import open_practice, practise, resume_practice, stop_practice
from lift.live.services.recordings import mark_moment, seal_cut, take_cut, take_last
from lift.live.services.sealing import seal_due_recordings, seal_recording
from lift.live.services.signing import rotate as rotate_keys
from lift.live.services.stops import press_lab_stop, press_stop, release_stop
from lift.live.services.watch import watch

__all__ = [
    "HOLDER",
    "Asked",
    "answer_heartbeat",
    "ask",
    "beat",
    "close_bench",
    "connect_asset",
    "drop_partitions_before",
    "extend_bench",
    "from_parquet",
    "give_controls",
    "give_controls_to",
    "hand_back",
    "keep_twin_running",
    "leave_benches",
    "leave_page",
    "make_partitions",
    "mark_batch_seen",
    "mark_moment",
    "move_to_asset",
    "move_to_twin",
    "open_bench",
    "open_practice",
    "panels_of",
    "practise",
    "press",
    "press_lab_stop",
    "press_stop",
    "provision_gateway",
    "release_stop",
    "resume",
    "resume_practice",
    "revoke_gateway",
    "right_of",
    "rotate_keys",
    "seal_cut",
    "seal_due_recordings",
    "seal_recording",
    "send_command",
    "stop_practice",
    "take_back",
    "take_batch",
    "take_controls",
    "take_cut",
    "take_last",
    "use_more_time",
    "use_panels",
    "use_rights",
    "watch",
]
