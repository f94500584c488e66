"""Rivals in several processes: forked from the test, each with connections of its own, all begin at the same barrier."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from typing import Any, TypeVar

from apiflask import APIFlask

from lift.core.db import db

T = TypeVar("T")

_barrier: Any = None
_app: APIFlask | None = None


def race(app: APIFlask, rival: Callable[[int], T], rivals: int, *, processes: int | None = None) -> list[T]:
    """Call ``rival(number)`` in ``processes`` processes at once (default: one each) and return all answers.

    ``rival`` is a module-level function; it runs in an app context. With fewer processes than rivals each process
    runs its share one after the other, all shares at the same time.
    """
    crowd = processes or rivals
    context = multiprocessing.get_context("fork")
    shares = [list(range(number, rivals, crowd)) for number in range(crowd)]
    with context.Pool(crowd, initializer=_begin, initargs=(app, context.Barrier(crowd))) as pool:
        results = [pool.apply_async(_run, (rival, share)) for share in shares]
        return [answer for result in results for answer in result.get(timeout=120)]


def _begin(app: APIFlask, barrier: Any) -> None:
    global _barrier, _app
    _barrier, _app = barrier, app
    with app.app_context():
        db.engine.dispose(close=False)  # the parent's connections stay the parent's


def _run(rival: Callable[[int], T], share: list[int]) -> list[T]:
    assert _app is not None
    _barrier.wait(timeout=60)
    with _app.app_context():
        return [rival(number) for number in share]
