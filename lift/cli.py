"""``flask …``: mounts each feature's commands."""

from __future__ import annotations

from flask import Flask

from lift.seed.cli import group as seed
from lift.web import cli as operation


def init_app(app: Flask) -> None:
    """Add the command groups."""
    operation.init_app(app)
    app.cli.add_command(seed)
