"""``flask …``: mounts each feature's commands."""

from __future__ import annotations

from flask import Flask

from lift.clusters.cli import group as clusters
from lift.content.cli import group as content
from lift.live.cli import gateway
from lift.people import cli as people
from lift.prepare import prepare
from lift.seed.cli import group as seed
from lift.training.cli import certificate_group
from lift.web import cli as operation


def init_app(app: Flask) -> None:
    """Add the command groups."""
    operation.init_app(app)
    app.cli.add_command(prepare)
    app.cli.add_command(clusters)
    app.cli.add_command(content)
    app.cli.add_command(gateway)
    app.cli.add_command(seed)
    app.cli.add_command(certificate_group)
    app.cli.add_command(people.token_group)
    app.cli.add_command(people.user_group)
