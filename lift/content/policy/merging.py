"""Two people wrote from the same text: what both changed, put together by lines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher


def merged(base: str, mine: str, theirs: str) -> str:
    """Both changes of ``base``: where only one side changed, that side; where both did, theirs followed by mine."""
    before, own, other = (
        text.splitlines() for text in (base.replace("\r\n", "\n"), mine.replace("\r\n", "\n"), theirs)
    )
    return "\n".join(_merge(before, own, other)) + ("\n" if theirs.endswith("\n") or mine.endswith("\n") else "")


def _merge(base: Sequence[str], mine: Sequence[str], theirs: Sequence[str]) -> Iterator[str]:
    """Stretches between lines that all three have; each is taken from whom changed it."""
    in_mine, in_theirs = _same(base, mine), _same(base, theirs)
    at, at_mine, at_theirs = 0, 0, 0
    for anchor in [*(n for n in range(len(base)) if n in in_mine and n in in_theirs), len(base)]:
        end_mine, end_theirs = in_mine.get(anchor, len(mine)), in_theirs.get(anchor, len(theirs))
        yield from _stretch(base[at:anchor], mine[at_mine:end_mine], theirs[at_theirs:end_theirs])
        if anchor < len(base):
            yield base[anchor]
        at, at_mine, at_theirs = anchor + 1, end_mine + 1, end_theirs + 1


def _stretch(base: Sequence[str], mine: Sequence[str], theirs: Sequence[str]) -> Sequence[str]:
    if list(mine) == list(base) or list(mine) == list(theirs):
        return theirs
    return mine if list(theirs) == list(base) else [*theirs, *mine]


def _same(base: Sequence[str], text: Sequence[str]) -> dict[int, int]:
    """Lines of ``base`` that stand unchanged in ``text``: their number here → there."""
    blocks = SequenceMatcher(None, base, text, autojunk=False).get_matching_blocks()
    return {block.a + n: block.b + n for block in blocks for n in range(block.size)}
