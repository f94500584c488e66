"""Texts that are written where no request is: marked here, translated where they are shown."""

from __future__ import annotations

import gettext
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any


def N_(msgid: str) -> str:  # noqa: N802 the field's usual mark for "extract, translate later"
    """Mark a source text for extraction; returned as it is."""
    return msgid


@dataclass(frozen=True)
class Text:
    """A source text with its parameters. Parameters may be At, Money or another Text; they follow the reader."""

    msgid: str
    params: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.msgid % {k: str(v) for k, v in self.params.items()} if self.params else self.msgid


@dataclass(frozen=True)
class At:
    """An instant to be shown in a zone (IANA name). ``style``: datetime, time or date."""

    instant: datetime
    zone: str
    style: str = "datetime"

    def __str__(self) -> str:
        return self.instant.isoformat()


@dataclass(frozen=True)
class Money:
    """An amount in cents of EUR."""

    cents: int

    def __str__(self) -> str:
        return f"EUR {self.cents / 100:.2f}"


def pick(texts: Mapping[str, str] | None, language: str) -> str:
    """The text in ``language``, else English, else any; '' when there is none."""
    if not texts:
        return ""
    return texts.get(language) or texts.get("en") or next(iter(texts.values()))


def in_language(text: Text, language: str) -> str:
    """A Text in a language where no request is: mails and documents. Falls back to the English source."""
    words = _catalogue(language).gettext(text.msgid)
    params = {k: in_language(v, language) if isinstance(v, Text) else str(v) for k, v in text.params.items()}
    return words % params if params else words


@lru_cache(maxsize=8)
def _catalogue(language: str) -> gettext.NullTranslations:
    return gettext.translation("messages", Path(__file__).parents[2] / "translations", [language], fallback=True)
