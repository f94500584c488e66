"""``flask clusters …``: EU-project data on the command line."""

from __future__ import annotations

import json
from pathlib import Path

import click
from flask.cli import AppGroup

from lift.clusters.queries import eu
from lift.clusters.services import eu_files
from lift.core import clock
from lift.core.actor import SYSTEM
from lift.core.errors import LiftError

group = AppGroup("clusters", help="Clusters and EU-project data.")


@group.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def import_file(file: Path) -> None:
    """Load the published CSV set FILE; repeated, it goes on where it stopped."""
    try:
        row = eu_files.take_file(file.read_bytes(), file.name, actor=SYSTEM, queue=False)
        file_id = row.id
        state = eu_files.load_file(file_id)
    except LiftError as refused:
        raise click.ClickException("\n".join(str(p.text) for p in refused.problems)) from refused
    found = eu.eu_file(file_id)
    if found is None or found.error:
        raise click.ClickException(found.error or "" if found else "")
    click.echo(f"{state}: {json.dumps(found.counts, sort_keys=True)}")
    for refusal in eu.rejected(file_id, most=20):
        click.echo(f"  {refusal.member}.csv row {refusal.line}: {refusal.reason} {refusal.found}")


@group.command("profile")
@click.argument("pic", type=int)
@click.option("--json", "as_json", is_flag=True, help="Everything, for programs.")
def profile(pic: int, as_json: bool) -> None:
    """Print the computed profile of the body with this PIC."""
    found = eu.profile(pic, clock.now().date())
    if found is None:
        raise click.ClickException("No EU-project data is loaded yet; see: flask clusters import")
    if as_json:
        click.echo(json.dumps(found, indent=1, ensure_ascii=False))
        return
    for name, value in found["figures"].items():
        click.echo(f"{name}: {value}")
