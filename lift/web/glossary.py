"""One plain sentence per technical word (V9), by key, in every language of the pages."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import lru_cache

from config import ROOT
from lift.core.i18n import pick

FILE = ROOT / "lift" / "seed" / "data" / "glossary.toml"


@dataclass(frozen=True)
class Word:
    """How a page writes the word and what it means; ``watched`` words must be explained wherever a page shows them."""

    key: str
    shown: dict[str, str]
    text: dict[str, str]
    watched: bool

    def explanation(self, language: str) -> str:
        """The sentence in a language."""
        return pick(self.text, language)


@lru_cache(maxsize=1)
def words() -> dict[str, Word]:
    """All words, by key."""
    data = tomllib.loads(FILE.read_text(encoding="utf-8"))
    return {
        key: Word(key, dict(entry["shown"]), dict(entry["text"]), bool(entry.get("watched")))
        for key, entry in data.items()
    }
