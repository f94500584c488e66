"""``flask content import | export``: modules as folders of files."""

from __future__ import annotations

from pathlib import Path

import click
from flask.cli import AppGroup

from lift.content import queries, services
from lift.content.folder import FolderError, read_module, write_module
from lift.core.actor import SYSTEM, Actor
from lift.core.errors import LiftError
from lift.people import queries as people

group = AppGroup("content", help="Modules as folders of files.")


@group.command("import")
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--author", metavar="EMAIL", help="Who wrote it; without one the draft is the installation's.")
def import_module(folder: Path, author: str | None) -> None:
    """Bring the module in FOLDER in as a new draft."""
    try:
        version = services.import_folder(read_module(folder), actor=_actor(author))
    except FolderError as faults:
        raise click.ClickException(str(faults)) from faults
    except LiftError as refused:
        raise click.ClickException("\n".join(str(p.text) for p in refused.problems)) from refused
    click.echo(f"version {version.number} is a draft; an author sends it to review")


@group.command("export")
@click.argument("slug")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--version", "number", type=int, help="Its number; the published one if left out.")
def export_module(slug: str, folder: Path, number: int | None) -> None:
    """Write the module SLUG into FOLDER, which is new or empty."""
    found = queries.module_folder(slug, number)
    if found is None:
        raise click.ClickException(f"there is no such module or version: {slug}")
    try:
        write_module(found, folder)
    except FolderError as faults:
        raise click.ClickException(str(faults)) from faults
    click.echo(f"written to {folder}")


def _actor(email: str | None) -> Actor:
    if email is None:
        return SYSTEM
    account = people.account_by_email(email)
    if account is None:
        raise click.ClickException(f"nobody has the address {email}")
    return people.actor_of(account.person_id, None)
