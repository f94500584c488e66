"""What changed between two texts, by words, and between two versions, by steps."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

_WORDS = re.compile(r"\s+|[^\s]+")


@dataclass(frozen=True)
class Change:
    """A stretch of text: in both, only in the new one, only in the old one."""

    kind: Literal["same", "added", "removed"]
    text: str


def words_changed(old: str, new: str) -> list[Change]:
    """The new text with what was added and what was removed, in reading order; joining same and added gives ``new``."""
    before, after = _WORDS.findall(old), _WORDS.findall(new)
    found: list[Change] = []
    for kind, i, j, k, m in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if kind == "equal":
            found.append(Change("same", "".join(after[k:m])))
            continue
        if i < j:
            found.append(Change("removed", "".join(before[i:j])))
        if k < m:
            found.append(Change("added", "".join(after[k:m])))
    return found


def changed_steps(old: Mapping[str, Sequence[object]], new: Mapping[str, Sequence[object]]) -> list[str]:
    """Keys of the steps of ``new`` that are new or say something else, in its order; values are what a step says."""
    return [key for key, said in new.items() if key not in old or list(old[key]) != list(said)]
