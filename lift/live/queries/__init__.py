"""Reads of the live path."""

from lift.live.queries import bench, door

__all__ = ["bench", "door"]
