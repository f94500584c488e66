"""Language variants: each knows the source it was made from, and is stale when the source has moved (A11)."""

from __future__ import annotations

import hashlib

from lift.content.models import ModuleStep


def fingerprint(step: ModuleStep, source: str) -> str:
    """Of a step's title and text in the source language."""
    said = f"{step.title.get(source, '')}\n{step.body.get(source, '')}"
    return hashlib.sha256(said.encode()).hexdigest()[:16]


def stale_languages(step: ModuleStep, languages: list[str]) -> list[str]:
    """Languages whose text was made from an older source, or is missing; the first language is the source."""
    if not languages:
        return []
    source, *others = languages
    now = fingerprint(step, source)
    return [code for code in others if not step.body.get(code) or step.translated.get(code) != now]
