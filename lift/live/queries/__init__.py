"""Reads of the live path."""

from lift.live.queries import door

__all__ = ["door"]
