"""``flask …``: mounts each feature's commands."""

from __future__ import annotations

from flask import Flask


def init_app(app: Flask) -> None:
    """Add the command groups."""
