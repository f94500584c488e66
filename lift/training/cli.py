"""``flask certificate …``: what the operator does as SYSTEM when a partner asks for it."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from lift.core.actor import SYSTEM
from lift.core.errors import Conflict
from lift.training import queries, services

certificate_group = AppGroup("certificate", help="Certificates of learners.")


@certificate_group.command("revoke")
@click.argument("code")
@click.option("--reason", required=True, help="Kept in the audit; the public check says the day, not the reason.")
def revoke(code: str, reason: str) -> None:
    """Revoke the certificate with CODE, as printed on it; the public check says so at once."""
    row = queries.certificate_by_code(code)
    if row is None:
        raise click.ClickException(f"{code}: no such certificate")
    try:
        services.revoke_certificate(row.id, actor=SYSTEM, reason=reason)
    except Conflict as refused:
        raise click.ClickException(f"{row.number}: revoked before") from refused
    click.echo(f"{row.number} revoked.")
