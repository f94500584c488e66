"""A remark is tied to words, not to places: its passage is found again after the text around it has changed (A3)."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import SequenceMatcher

AROUND = 40
LIKE = 0.6
"""Share of the quoted words that must still stand in a row for a passage to count as the same, changed one."""


@dataclass(frozen=True)
class Anchor:
    """The quoted words and up to 40 characters on either side."""

    quote: str
    before: str = ""
    after: str = ""


def anchor_of(text: str, quote: str, at: int | None = None) -> Anchor | None:
    """The anchor of ``quote`` in ``text``: the occurrence nearest to ``at``; None when it is not there."""
    if not quote.strip():
        return None
    places = _all(text, quote)
    if not places:
        return None
    start = min(places, key=lambda p: abs(p - (at or 0)))
    end = start + len(quote)
    return Anchor(quote, text[max(0, start - AROUND) : start], text[end : end + AROUND])


def locate(text: str, anchor: Anchor) -> tuple[int, int] | None:
    """Where the passage stands now, as (start, end); None when it is gone.

    The exact words win, the occurrence whose surroundings are most alike; else the stretch of the text that shares most
    of them in a row.
    """
    places = _all(text, anchor.quote)
    if places:
        start = max(places, key=lambda p: _alike(text, p, p + len(anchor.quote), anchor))
        return start, start + len(anchor.quote)
    return _nearly(text, anchor.quote)


def _all(text: str, quote: str) -> list[int]:
    found, at = [], text.find(quote)
    while at >= 0 and quote:
        found.append(at)
        at = text.find(quote, at + 1)
    return found


def _alike(text: str, start: int, end: int, anchor: Anchor) -> float:
    before = SequenceMatcher(None, text[max(0, start - AROUND) : start], anchor.before, autojunk=False).ratio()
    after = SequenceMatcher(None, text[end : end + AROUND], anchor.after, autojunk=False).ratio()
    return before + after


def _nearly(text: str, quote: str) -> tuple[int, int] | None:
    blocks = SequenceMatcher(None, text, quote, autojunk=False).get_matching_blocks()
    kept = [b for b in blocks if b.size >= 4]
    if not kept or sum(b.size for b in kept) < LIKE * len(quote):
        return None
    start, end = kept[0].a, kept[-1].a + kept[-1].size
    return (start, end) if end - start <= 3 * len(quote) else None
