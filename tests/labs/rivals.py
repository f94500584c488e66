"""Rivals for the same thing: several processes of several threads each, all let go at the same instant.

``breaks`` names what a control takes away before the race; the product's own code runs otherwise unchanged.
"""

from __future__ import annotations

import multiprocessing
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from multiprocessing.synchronize import Barrier
from typing import Any
from unittest.mock import patch

import sqlalchemy as sa
from apiflask import APIFlask

from config import Settings
from lift.core import tallies
from lift.core.actor import Actor
from lift.core.db import db
from lift.core.errors import LiftError
from lift.core.models import Tally
from lift.core.tallies import TallyKey
from lift.labs import services
from lift.labs.models import Unit
from lift.labs.services import bookings, claims, plans
from tests import engines

PROCESSES = 3
PAUSE = 0.2  # seconds between judging and writing where a control makes the gap visible


@dataclass(frozen=True)
class Rival:
    """One who books."""

    actor: Actor
    request: services.BookingRequest


def race(app: APIFlask, rivals: Sequence[Rival], *, breaks: tuple[str, ...] = ()) -> Counter[str]:
    """Let all rivals book at once; how often each outcome happened: "booked", or the rules and the kind of refusal."""
    context = multiprocessing.get_context("spawn")
    barrier = context.Barrier(len(rivals))
    outcomes: Any = context.Queue()
    shares = [rivals[n::PROCESSES] for n in range(PROCESSES)]
    settings = app.config["LIFT"]
    runners = [context.Process(target=run, args=(settings, share, breaks, barrier, outcomes)) for share in shares]
    for runner in runners:
        runner.start()
    result = Counter(outcomes.get(timeout=120) for _ in rivals)
    for runner in runners:
        runner.join(timeout=30)
    return result


def run(settings: Settings, share: Sequence[Rival], breaks: tuple[str, ...], barrier: Barrier, outcomes: Any) -> None:
    """One process: a thread for each of its rivals."""
    with engines.running_app(settings) as app:
        for name in breaks:
            BREAKS[name]()
        threads = [threading.Thread(target=book, args=(app, rival, barrier, outcomes)) for rival in share]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()


def book(app: APIFlask, rival: Rival, barrier: Barrier, outcomes: Any) -> None:
    """One rival."""
    outcome = "never ran"
    try:
        with app.app_context():
            db.session.connection()
            db.session.rollback()
            barrier.wait(timeout=60)
            try:
                services.book_assets(rival.request, actor=rival.actor)
                outcome = "booked"
            except LiftError as error:
                outcome = f"{type(error).__name__} {' '.join(sorted({p.rule for p in error.problems}))}"
            finally:
                db.session.remove()
    except Exception as error:  # noqa: BLE001 a rival that dies is an outcome that the test must see
        outcome = repr(error)
    finally:
        outcomes.put(outcome)


# ---- what a control takes away


def without_unit_lock() -> None:
    """Units are read, not locked."""
    claims.lock_rows = lambda model, keys: [] if model is Unit else claims_lock_rows(model, keys)


claims_lock_rows = claims.lock_rows


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
