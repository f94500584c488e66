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


def _no_files(_person_id: UUID) -> list[UUID]:
    return []


def _nothing_issued(_person_id: UUID) -> int:
    return 0


@dataclass(frozen=True)
class Holder:
    """A feature's answers about a person.

    ``release`` gives back what they hold for one organisation, or for all. ``files`` names stored files that are theirs.
    ``revoke`` takes back what was issued to them, where they wish so before an erasure, and says how many.
    """

    holdings: Callable[[UUID], Iterable[Holding]]
    release: Callable[[UUID, UUID | None], None]
    personal_data: Callable[[UUID], dict[str, Any]]
    erase: Callable[[UUID], None]
    files: Callable[[UUID], Iterable[UUID]] = _no_files
    revoke: Callable[[UUID], int] = _nothing_issued


_holders: dict[str, Holder] = {}


def register(feature: str, holder: Holder) -> None:
    """Called by the app for each feature at start; a second registration replaces the first."""
    _holders[feature] = holder


def holders() -> dict[str, Holder]:
    """All registered features."""
    return dict(_holders)
