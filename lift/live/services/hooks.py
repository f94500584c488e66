"""What floors above tell the live path without it knowing them: who may do what on a booking, and panels beside a bench."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from lift.core import clock
from lift.core.actor import Actor
from lift.core.db import db
from lift.core.errors import Problem
from lift.core.i18n import Text
from lift.labs.models import Asset, Booking, Qualification
from lift.live import texts
from lift.live.models import Bench
from lift.live.permissions import BenchRight, RightOf, is_lab_staff

BenchPanels = Callable[[Bench, Actor], dict[str, Any]]
MoreTime = Callable[[Booking, int, Actor], None]
NEEDED = (("twin_check", texts.TWIN_CHECK), ("signoff", texts.SIGN_OFF))

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
    """A booking without a session: its holder works there, the lab's staff supervises."""
    works = actor.person_id is not None and actor.person_id == booking.holder_id and booking.session_id is None
    staff = is_lab_staff(actor, booking.lab_id)
    missing = qualification_problems(actor.person_id, asset) if works and actor.person_id else ()
    return BenchRight(works=works, supervises=staff, has_trainer=False, rearms=staff, missing=missing)


def qualification_problems(person_id: UUID, asset: Asset) -> tuple[Problem, ...]:
    """What the person lacks *now* for this kind of machine (M8, X20)."""
    now = clock.now()
    query = sa.select(Qualification.item).where(
        Qualification.person_id == person_id,
        Qualification.type_key == asset.type_key,
        Qualification.revoked_at.is_(None),
        Qualification.valid_from <= now,
        sa.or_(Qualification.valid_until.is_(None), Qualification.valid_until > now),
    )
    held = set(db.session.scalars(query))
    return tuple(
        Problem("B7", Text(texts.NOT_QUALIFIED.msgid, {"asset": asset.name, "what": Text(words)}), owner="training")
        for item, words in NEEDED
        if item not in held
    )
