"""``flask prepare``: what must be there before LIFT runs, in one process because each start of Python costs seconds."""

from __future__ import annotations

from pathlib import Path

import click
from flask.cli import with_appcontext
from flask_migrate import upgrade

from lift.live.cli import provision
from lift.seed.demo import seed_demo

GATEWAY = "demo"


@click.command("prepare")
@click.option(
    "--demo", "config", type=click.Path(path_type=Path), help="Also the demo world, and its gateway's TOML here."
)
@click.pass_context
@with_appcontext
def prepare(context: click.Context, config: Path | None) -> None:
    """Tables of this version, and what --demo adds. Changes nothing the second time."""
    upgrade()
    if config is None:
        return
    seed_demo()
    if not config.exists():
        config.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        context.invoke(provision, key=GATEWAY, out=config)
