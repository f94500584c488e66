"""Technical words on a page that nobody explains there (V9). Pure: HTML in, words out."""

from __future__ import annotations

import re
from functools import lru_cache

from lift.core.i18n import pick
from lift.web.glossary import Word, words

_NOT_READ = re.compile(
    r"<head\b.*?</head>|<header\b.*?</header>|<script\b.*?</script>|<svg\b.*?</svg>"
    r"|<(?:button|span)[^>]*\bl-term\b[^>]*>.*?</button>|<[^>]+>",
    re.DOTALL,
)
_TIP = re.compile(r'class="l-term__tip"[^>]*>(.*?)<', re.DOTALL)


def unexplained(html: str, language: str) -> list[Word]:
    """Watched words that a person reads on the page without their sentence anywhere on it, by key."""
    text = _NOT_READ.sub(" ", html)
    found = {match.group(0).lower() for match in _watched(language).finditer(text)}
    if not found:
        return []
    told = {_plain(tip) for tip in _TIP.findall(html)}
    return [
        word
        for word in words().values()
        if word.watched and found & _spellings(word, language) and _plain(word.explanation(language)) not in told
    ]


@lru_cache(maxsize=8)
def _watched(language: str) -> re.Pattern[str]:
    spelled = {s for word in words().values() if word.watched for s in _spellings(word, language)}
    longest_first = sorted(spelled, key=len, reverse=True)
    return re.compile(r"(?<![\w-])(?:" + "|".join(re.escape(s) for s in longest_first) + r")(?![\w-])", re.IGNORECASE)


def _spellings(word: Word, language: str) -> set[str]:
    """As a page writes it, in small letters; in English also more than one of it."""
    shown = pick(word.shown, language).lower()
    return {shown, f"{shown}s"} if language == "en" else {shown}


def _plain(text: str) -> str:
    """Letters only: a template escapes what the glossary does not."""
    return re.sub(r"&#?\w+;|\W", "", text)
