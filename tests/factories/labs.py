"""Labs as tests need them: open around the clock unless said otherwise, with assets that can be booked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time, timedelta
from itertools import count
from typing import Any
from uuid import UUID

from lift.core import clock
from lift.core.actor import SYSTEM, Actor, Grant, Role, Scope
from lift.labs.enums import Preset
from lift.labs.models import Asset, Lab
from lift.labs.services import BookingRequest, add_asset, add_asset_type, add_lab, set_opening
from lift.people.models import Organisation, Person
from tests.factories.people import make_organisation, make_person

ALWAYS = {weekday: [(time(0), time(0))] for weekday in range(7)}
OFFICE = {weekday: [(time(8), time(12)), (time(13), time(18))] for weekday in range(5)}

_numbers = count(1)


def make_lab(
    organisation: Organisation | None = None,
    *,
    zone: str = "Europe/Rome",
    hours: Mapping[int, Sequence[tuple[time, time]]] = ALWAYS,
    preset: Preset = Preset.OPEN_PRACTICE,
    rules: Mapping[str, Any] | None = None,
    **more: Any,
) -> Lab:
    """A lab of a partner; ``rules`` are its own, on top of the preset."""
    n = next(_numbers)
    organisation = organisation or make_organisation()
    values = {"slug": f"lab-{n}", "name": f"Lab {n}", "country": "IT", "city": "Milano"} | more
    lab = add_lab(
        organisation_id=organisation.id, zone=zone, preset=preset, rules=dict(rules or {}), actor=SYSTEM, **values
    )
    set_opening(lab.id, hours, actor=SYSTEM)
    return lab


def make_asset(lab: Lab | None = None, **more: Any) -> Asset:
    """A bookable asset with one unit."""
    n = next(_numbers)
    lab = lab or make_lab()
    add_asset_type("cell", {"en": "Machining cell", "it": "Cella di lavorazione"})
    values = {"key": f"asset-{n}", "name": f"Asset {n}", "type_key": "cell"} | more
    return add_asset(lab.id, actor=SYSTEM, **values)


def manager_of(lab: Lab, person: Person | None = None) -> Actor:
    """The actor who runs a lab, acting for its organisation."""
    return member_of(lab, person, Grant(Role.LAB_MANAGER, Scope.LAB, lab.id))


def member_of(lab: Lab, person: Person | None = None, *grants: Grant) -> Actor:
    """A person of the organisation that owns a lab."""
    return acting_for(lab.organisation_id, person, *grants)


def acting_for(organisation_id: UUID, person: Person | None = None, *grants: Grant) -> Actor:
    """A person acting for an organisation with exactly these grants."""
    person = person or make_person()
    return Actor(person.id, person.pseudonym, organisation_id, person.name, frozenset(grants))


def monday(hour: int = 9, minute: int = 0, *, weeks: int = 1) -> datetime:
    """An instant on the Monday ``weeks`` ahead, by the UTC clock: inside every lab's horizon, whatever the day."""
    today = clock.now().replace(hour=0, minute=0, second=0, microsecond=0)
    first = today - timedelta(days=today.weekday()) + timedelta(weeks=weeks)
    return first + timedelta(hours=hour, minutes=minute)


def request_for(asset: Asset, start: datetime | None = None, minutes: int = 60, **more: Any) -> BookingRequest:
    """A booking of one asset."""
    start = (start or monday()).astimezone(UTC)
    return BookingRequest((asset.id,), start, start + timedelta(minutes=minutes), **more)
