"""The how-to's configuration is a real one: it loads, but for what only the reader knows."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from lift.edge.gateway.config import load_config

pytestmark = pytest.mark.unit
HOW_TO = Path(__file__).parents[2] / "docs" / "how-to-connect-a-machine.md"


def test_configuration_of_the_how_to_loads(tmp_path: Path) -> None:
    found = re.search(r"```toml\n(.*?)```", HOW_TO.read_text(encoding="utf-8"), re.DOTALL)
    assert found
    names = re.findall(r'^\w+ = "([A-Z]\w+)"', found[1], re.MULTILINE)
    lines = [f'{name} = "Machine.{name}"' for name in dict.fromkeys(names) if f"\n{name} = " not in found[1]]
    text = found[1].replace("# …one line for every variable and signal", "\n".join(lines))
    (tmp_path / "token").write_text("t", encoding="utf-8")
    path = tmp_path / "gateway.toml"
    path.write_text(text, encoding="utf-8")
    asset = load_config(path).assets[0]
    assert (asset.driveable, asset.control.watchdog, asset.source.connector) == (True, "Watchdog", "opcua")
    assert [spec.name for spec in asset.actions] == ["Hold"]
