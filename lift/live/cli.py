"""``flask gateway …``: give a gateway its configuration, revoke it, renew the signing keys."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path

import click
from flask import current_app
from flask.cli import AppGroup

from lift.core import clock
from lift.core.actor import SYSTEM
from lift.edge.contract import AssetSpec
from lift.edge.virtual import demo
from lift.labs.models import Asset
from lift.live import queries, services

gateway = AppGroup("gateway", help="Gateways beside machines.")
VIRTUAL_CELL = Path(demo.__file__).with_name("machining_cell.toml")
STUB = """
# The token stands here once; who has it may speak for the machines of this lab.
[platform]
url = "{url}"
token = "{token}"
"""


@gateway.command("provision")
@click.argument("key")
@click.option("--lab", help="Slug of the lab; may be left out when only one lab has connected assets.")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Where the gateway's TOML is written.")
@click.option("--url", help="Address of the platform as the gateway reaches it; default: this installation's.")
@click.option("--description", type=click.Path(path_type=Path, exists=True), default=VIRTUAL_CELL, show_default=False,
              help="TOML with variables and actions of the asset; default: the virtual machining cell.")  # fmt: skip
def provision(key: str, lab: str | None, out: Path, url: str | None, description: Path) -> None:
    """Write the configuration of gateway KEY with a fresh token (an older token ends)."""
    place = queries.gateways.lab_for_gateway(lab)
    if place is None:
        raise click.ClickException("Name the lab with --lab: none, or several, have connected assets.")
    found, token = services.provision_gateway(key, place.id, actor=SYSTEM)
    asset = queries.gateways.connected_asset(place.id)
    if asset is not None:
        services.connect_asset(found.id, asset.id, _spec(description), actor=SYSTEM)
    services.make_partitions(clock.now())
    _write(out, _config(url or current_app.config["LIFT"].public_url, token, asset, description))
    click.echo(f"Gateway {key} of {place.name}: {out}. The token stands only there.")


@gateway.command("revoke")
@click.argument("key")
def revoke(key: str) -> None:
    """End the token of gateway KEY: its machines go to their safe state."""
    services.revoke_gateway(key, actor=SYSTEM)
    click.echo(f"Gateway {key} is revoked.")


@gateway.command("rotate-keys")
def rotate_keys() -> None:
    """A new signing key for grants and commands; the one before stays valid until the next rotation."""
    click.echo(f"Signing with key {services.rotate_keys()} from now on.")


def _spec(description: Path) -> AssetSpec:
    read = tomllib.loads(description.read_text(encoding="utf-8"))
    return AssetSpec.model_validate({"variables": read["variables"], "actions": read.get("actions", [])})


def _config(url: str, token: str, asset: Asset | None, description: Path) -> str:
    if asset is not None and description == VIRTUAL_CELL:
        return demo.gateway_config(url, token, asset.key)
    stub = STUB.format(url=url, token=token)
    return (
        stub if asset is None else f'{stub}\n[[assets]]\nkey = "{asset.key}"\ndescription = "{description.resolve()}"\n'
    )


def _write(out: Path, text: str) -> None:
    out.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(out, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
