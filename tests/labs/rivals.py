"""Rivals for the same thing, in several processes, all let go at the same instant.

``breaks`` names what a control takes away before the race; the product's own code runs otherwise unchanged.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

import sqlalchemy as sa
from apiflask import APIFlask

from lift.core import tallies
from lift.core.actor import Actor
from lift.core.db import db
from lift.core.errors import LiftError
from lift.core.models import Tally
from lift.core.tallies import TallyKey
from lift.labs import services
from lift.labs.models import Unit
from lift.labs.services import bookings, claims, plans
from tests import racing

PROCESSES = 10
PAUSE = 0.3  # seconds between judging and writing where a control makes the gap visible


@dataclass(frozen=True)
class Rival:
    """One who books."""

    actor: Actor
    request: services.BookingRequest


@dataclass(frozen=True)
class Race:
    """What the forked processes find: who runs, and what was taken away."""

    rivals: Sequence[Rival]
    breaks: tuple[str, ...]


_running: list[Race] = []


def race(app: APIFlask, rivals: Sequence[Rival], *, breaks: tuple[str, ...] = ()) -> Counter[str]:
    """Let all rivals book at once; how often each outcome happened: "booked", or the kind of refusal and its rules."""
    _running[:] = [Race(rivals, breaks)]
    return Counter(racing.race(app, book, len(rivals), processes=min(PROCESSES, len(rivals))))


def book(number: int) -> str:
    """One rival, in a process of its own."""
    rival = _running[0].rivals[number]
    for name in _running[0].breaks:
        BREAKS[name]()
    try:
        services.book_assets(rival.request, actor=rival.actor)
    except LiftError as error:
        return f"{type(error).__name__} {' '.join(sorted({p.rule for p in error.problems}))}"
    finally:
        db.session.remove()
    return "booked"


# ---- what a control takes away


def without_unit_lock() -> None:
    """Units are read, not locked."""
    lock_rows = claims.lock_rows
    patch.object(claims, "lock_rows", lambda model, keys: [] if model is Unit else lock_rows(model, keys)).start()


def without_check() -> None:
    """Whatever is claimed already, the application sees nothing of it."""
    patch.object(plans, "claims_of_others", lambda *_args, **_more: {}).start()


def without_tally_lock() -> None:
    """Counts are read as they are, and written back as one more."""

    def read(wanted: list[TallyKey]) -> dict[TallyKey, Tally]:
        row_key = sa.tuple_(Tally.what, Tally.whom, Tally.window)
        rows = db.session.scalars(sa.select(Tally).where(row_key.in_([(k.what, k.whom, k.window) for k in wanted])))
        return {TallyKey(row.what, row.whom, row.window): row for row in rows}

    patch.object(tallies, "_locked", read).start()


def with_pause() -> None:
    """Time passes between judging and writing, as it does under load."""
    judge: Callable[..., Any] = bookings.judged

    def slowly(*args: Any) -> Any:
        choices = judge(*args)
        time.sleep(PAUSE)
        return choices

    patch.object(bookings, "judged", slowly).start()


BREAKS: dict[str, Callable[[], None]] = {
    "unit lock": without_unit_lock,
    "check": without_check,
    "tally lock": without_tally_lock,
    "pause": with_pause,
}
