"""What each feature holds of a person: people's verbs (leaver, export, erasure) call every feature without knowing it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID


@dataclass(frozen=True)
class Holding:
    """One open thing of a person: kind, id, what it is called, until when."""

    kind: str
    id: str
    label: str
    until: str = ""


@dataclass(frozen=True)
class Holder:
    """A feature's four answers about a person. ``release`` gives back what they hold for one organisation, or for all."""

    holdings: Callable[[UUID], Iterable[Holding]]
    release: Callable[[UUID, UUID | None], None]
    personal_data: Callable[[UUID], dict[str, Any]]
    erase: Callable[[UUID], None]


_holders: dict[str, Holder] = {}


def register(feature: str, holder: Holder) -> None:
    """Called by the app for each feature at start; a second registration replaces the first."""
    _holders[feature] = holder


def holders() -> dict[str, Holder]:
    """All registered features."""
    return dict(_holders)
