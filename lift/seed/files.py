"""The demo world's data files, read once."""

from __future__ import annotations

import csv
import json
import tomllib
from functools import lru_cache
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
MODULES = HERE / "modules"
DRAFTS = HERE / "drafts"
OUTCOMES = HERE / "outcomes"


@lru_cache
def world(name: str) -> dict[str, Any]:
    """One file of ``world/``."""
    return tomllib.loads((HERE / "world" / f"{name}.toml").read_text(encoding="utf-8"))


@lru_cache
def table(name: str) -> list[dict[str, str]]:
    """One CSV file of ``data/``, a dict per row."""
    with (HERE / "data" / f"{name}.csv").open(encoding="utf-8", newline="") as rows:
        return list(csv.DictReader(rows))


@lru_cache
def document(name: str) -> dict[str, Any]:
    """One JSON file of ``data/``."""
    loaded: dict[str, Any] = json.loads((HERE / "data" / f"{name}.json").read_text(encoding="utf-8"))
    return loaded
