"""Noticing that source files changed, by looking at them once a second: works on every file system."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

LOOK_SECONDS = 1.0

Rule = tuple[Sequence[Path], str, Callable[[], None]]


class ChangeWatch:
    """Each rule is (folders and files, ending, what to do); `look` calls what to do once per change."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self._rules = rules
        self._seen = [snapshot(places, ending) for places, ending, _ in rules]
        self._next = time.monotonic() + LOOK_SECONDS

    def look(self) -> None:
        if time.monotonic() < self._next:
            return
        for number, (places, ending, act) in enumerate(self._rules):
            now = snapshot(places, ending)
            if now != self._seen[number]:
                self._seen[number] = now
                act()
        self._next = time.monotonic() + LOOK_SECONDS


def snapshot(places: Sequence[Path], ending: str) -> frozenset[tuple[str, int]]:
    """Name and time of change (ns) of every file below `places` that ends so."""
    return frozenset((str(path), path.stat().st_mtime_ns) for path in matching(places, ending) if path.exists())


def matching(places: Sequence[Path], ending: str) -> Iterator[Path]:
    for place in places:
        if place.is_file():
            yield place
        elif place.is_dir():
            yield from place.rglob(f"*{ending}")
