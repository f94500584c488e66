"""The actor of the present request. Views pass it on as an argument; nothing below a view reads it from here."""

from __future__ import annotations

from collections.abc import Callable

from flask import g

from lift.core.actor import ANONYMOUS, Actor

_load: Callable[[], Actor] = lambda: ANONYMOUS  # noqa: E731 replaced by the sign-in glue at start


def use_loader(load: Callable[[], Actor]) -> None:
    """Set by ``people.signin``: how the actor of a request is found."""
    global _load
    _load = load


def current_actor() -> Actor:
    """The actor, loaded once per request. ANONYMOUS when nobody is signed in."""
    if "actor" not in g:
        g.actor = _load()
    actor: Actor = g.actor
    return actor


def forget_actor() -> None:
    """After signing in or out, or switching organisation, within a request."""
    g.pop("actor", None)
