"""Reads of the live path."""

from lift.live.queries import bench, door, gateways, page, practice, qualified, samples, twin

__all__ = ["bench", "door", "gateways", "page", "practice", "qualified", "samples", "twin"]
