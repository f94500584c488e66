"""ESCO skills by their address: the labels that a module's skills carry."""

from __future__ import annotations

import csv
from functools import lru_cache

from config import ROOT

FILE = ROOT / "lift" / "seed" / "data" / "esco_skills.csv"


@lru_cache(maxsize=1)
def skill_labels() -> dict[str, str]:
    """Address → label in English, the language of the stored list."""
    with FILE.open(encoding="utf-8", newline="") as rows:
        return {row["uri"]: row["label"] for row in csv.DictReader(rows)}
