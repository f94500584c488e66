"""``flask doctor | backup | restore``: for whoever keeps an installation running."""

from __future__ import annotations

from pathlib import Path

import click
from flask import Flask, current_app
from flask.cli import with_appcontext

from lift.core import backup as backups
from lift.core import clock, doctor
from lift.core.engine_tools import tool_folder


def init_app(app: Flask) -> None:
    """Add the commands."""
    for command in (examine, backup, restore):
        app.cli.add_command(command)


@click.command("doctor")
@with_appcontext
def examine() -> None:
    """Say what is wrong with this installation and how to mend it; exit 1 when something is."""
    findings = doctor.examine(Path(current_app.config["LIFT"].home), clock.now())
    for finding in findings:
        click.echo(f"{'ok  ' if finding.ok else 'BAD '} {finding.name}: {finding.seen}")
        if not finding.ok:
            click.echo(f"     → {finding.mend}")
    raise SystemExit(0 if all(f.ok for f in findings) else 1)


@click.command("backup")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@with_appcontext
def backup(folder: Path) -> None:
    """Write database, files and secrets into a new FOLDER."""
    settings = current_app.config["LIFT"]
    try:
        manifest = backups.backup(
            folder, database_url=settings.database_url, home=Path(settings.home), binaries=tool_folder()
        )
    except backups.BackupError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"backup of schema {manifest['schema']} written to {folder}")


@click.command("restore")
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
@with_appcontext
def restore(folder: Path) -> None:
    """Bring the backup in FOLDER into the empty database of LIFT_DATABASE_URL."""
    settings = current_app.config["LIFT"]
    try:
        backups.restore(folder, database_url=settings.database_url, home=Path(settings.home), binaries=tool_folder())
    except backups.BackupError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"restored from {folder}; start LIFT again")
