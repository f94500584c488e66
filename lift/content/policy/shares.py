"""What a draft begins with: equal shares of the credit, skills whose names fit (A8, A10, A15)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

_WORD = re.compile(r"[^\W\d_]{4,}")
MOST_SKILLS = 3


def equal_shares(slugs: Sequence[str]) -> dict[str, int]:
    """Whole shares of 100, as equal as can be: the first ones take what is left over."""
    names = list(dict.fromkeys(slugs))
    share, over = divmod(100, len(names)) if names else (0, 0)
    return {name: share + (place < over) for place, name in enumerate(names)}


def fitting_skills(text: str, labels: Mapping[str, str]) -> list[str]:
    """Addresses of the skills whose labels share most words with ``text``, the best three at most."""
    words = _stems(text)
    scored = sorted(
        ((len(words & _stems(label)), -at, uri) for at, (uri, label) in enumerate(labels.items())), reverse=True
    )
    return [uri for score, _at, uri in scored if score][:MOST_SKILLS]


def _stems(text: str) -> set[str]:
    return {word.lower()[:6] for word in _WORD.findall(text)}
