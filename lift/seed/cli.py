"""``flask seed demo``."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from lift.seed.demo import seed_demo

group = AppGroup("seed", help="Fill an empty database.")


@group.command("demo")
def demo() -> None:
    """The demo world: organisations, labs, people, modules, sessions."""
    click.echo("the demo world is ready" if seed_demo() else "there is already somebody here; nothing was changed")
