"""Which modules and sessions fit a hub, and why: a rule that can be read, each answer with its reasons (C11). Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from lift.clusters import texts
from lift.core.i18n import Text

TOPICS_BY_WORD: dict[str, tuple[str, ...]] = {
    "digital transformation": ("big-data-analytics", "iiot", "system-integration"),
    "cyber-physical": ("iiot", "system-integration", "simulation"),
    "AI ": ("big-data-analytics",),
    "resilience": ("simulation", "additive-manufacturing"),
    "robot": ("autonomous-robots",),
    "circular": ("simulation", "additive-manufacturing"),
}
"""Words in the name of a hub's area → working groups whose modules belong to it. Ours, not the source's."""

LANGUAGE_OF = {"IT": "it", "DE": "de", "AT": "de", "ES": "es", "FR": "fr", "GR": "el"}
NEAR_KM = 150


def area_of_topic(profile: dict[str, Any] | None, topic: str) -> str | None:
    """The hub's area with the most projects to which a working group's topic belongs; None when there is none."""
    found = [
        (-row["projects"], row["name"])
        for row in (profile or {}).get("expertise", [])
        if row.get("name")
        and any(word in f"{row['name']} " and topic in topics for word, topics in TOPICS_BY_WORD.items())
    ]
    return min(found)[1] if found else None


def reasons(
    *, profile: dict[str, Any] | None, hub: str, country: str, hub_city: str, topic: str, topic_words: Text | str,
    language: str | None = None, language_words: str = "", kilometres: int | None = None, remote: bool = False,
) -> list[Text]:  # fmt: skip
    """Why something fits, the strongest reason first; empty when nothing does."""
    found = []
    area = area_of_topic(profile, topic)
    if area is not None:
        found.append(Text(texts.FITS_AREA, {"topic": topic_words, "area": area}))
    if kilometres is not None and not remote and kilometres <= NEAR_KM:
        here = Text(texts.FITS_HERE, {"city": hub_city, "hub": hub})
        found.append(here if kilometres < 10 else Text(texts.FITS_NEAR, {"km": kilometres, "hub": hub}))
    if language is not None and language == LANGUAGE_OF.get(country):
        found.append(Text(texts.FITS_LANGUAGE, {"language": language_words}))
    if remote:
        found.append(Text(texts.FITS_ANYWHERE))
    return found


def best(rated: Iterable[tuple[list[Text], Any]], most: int) -> list[tuple[list[Text], Any]]:
    """The ``most`` with the most reasons, in their own order among equals; those without any only to fill up."""
    return sorted(rated, key=lambda pair: -len(pair[0]))[:most]
