"""The configuration of the demo's gateway: the virtual factory of the same home folder, reached with certificates."""

from __future__ import annotations

import json


def gateway_config(platform_url: str, token: str, asset: str) -> str:
    """TOML for ``<home>/gateway/<name>.toml``; ``asset`` is the platform's key of the cell.

    The factory runs with ``--state-dir <home>/virtual --trust <home>/gateway/pki`` and leaves its address there.
    """
    return f"""# Written for the demo; see docs/how-to-connect-a-machine.md
[platform]
url = {json.dumps(platform_url)}
token = {json.dumps(token)}

[store]
path = "gateway.db"
flush = 0.5

[[assets]]
key = {json.dumps(asset)}
description = "virtual machining cell"

[assets.source]
connector = "opcua"
url_file = "../virtual/ready.json"
server_certificate = "../virtual/opcua/own.der"
pki = "pki"
"""
