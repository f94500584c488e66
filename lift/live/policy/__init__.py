"""Is it acceptable: bookings, assets, commands. Pure."""

from lift.live.policy.commands import action_problems, command_problems, typed_value
from lift.live.policy.driving import asset_problems, booking_problems, class_problems, stop_problems

__all__ = [
    "action_problems",
    "asset_problems",
    "booking_problems",
    "class_problems",
    "command_problems",
    "stop_problems",
    "typed_value",
]
