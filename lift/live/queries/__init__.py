"""Reads of the live path."""

from lift.live.queries import bench, door, gateways, samples, twin

__all__ = ["bench", "door", "gateways", "samples", "twin"]
