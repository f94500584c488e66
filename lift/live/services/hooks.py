"""What floors above tell the live path without it knowing them: who may do what on a booking, and panels beside a bench."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lift.core.actor import Actor
from lift.labs.models import Asset, Booking
from lift.live import queries
from lift.live.models import Bench
from lift.live.permissions import BenchRight, RightOf, is_lab_staff

BenchPanels = Callable[[Bench, Actor], dict[str, Any]]
MoreTime = Callable[[Booking, int, Actor], None]

_rights: list[RightOf] = []
_panels: list[BenchPanels] = []
_more_time: list[MoreTime] = []


def use_rights(ask: RightOf) -> None:
    """Set at start by a floor that keeps bookings' people: its answer counts unless it is None."""
    if ask not in _rights:
        _rights.append(ask)


def use_panels(panels: BenchPanels) -> None:
    """Set at start: what the bench page hands to the templates of floors above (left column)."""
    if panels not in _panels:
        _panels.append(panels)


def use_more_time(extend: MoreTime) -> None:
    """Set at start by the floor that keeps sessions: gives minutes to a session's booking, or raises why not."""
    if extend not in _more_time:
        _more_time.append(extend)


def extend_session(booking: Booking, minutes: int, *, actor: Actor) -> None:
    """More time for a booking that a session holds."""
    for extend in _more_time:
        extend(booking, minutes, actor)


def right_of(actor: Actor, booking: Booking, asset: Asset) -> BenchRight:
    """What the actor may do at this asset inside this booking."""
    for ask in _rights:
        found = ask(actor, booking, asset)
        if found is not None:
            return found
    return plain_right(actor, booking, asset)


def panels_of(bench: Bench, actor: Actor) -> dict[str, Any]:
    """Values for the step panel, from whoever registered."""
    return {name: value for panels in _panels for name, value in panels(bench, actor).items()}


def plain_right(actor: Actor, booking: Booking, asset: Asset) -> BenchRight:
    """A booking without a session: its holder works there, the lab's staff supervises and never drives (`can_drive`).

    The briefing of the day (T12) is not asked here. It is read or ticked on the roster of a session, so that a holder
    without one could never have it; the trainer's sign-off at the machine, which every holder needs, stands for it.
    """
    works = actor.person_id is not None and actor.person_id == booking.holder_id and booking.session_id is None
    staff = is_lab_staff(actor, booking.lab_id)
    missing = queries.qualified.qualification_problems(actor.person_id, asset) if works and actor.person_id else ()
    return BenchRight(works=works, supervises=staff, has_trainer=False, rearms=staff, missing=missing)
