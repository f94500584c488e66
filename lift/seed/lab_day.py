"""Bookings, blocks and a problem around now, so that the lab desk shows a day as it is."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import Range

from lift.core.db import Instants
from lift.labs.enums import BlockKind, Purpose, ResourceKind
from lift.labs.services import BookingRequest, block_resource, book_assets, ensure_resource, report_problem
from lift.people import queries as people
from lift.seed.files import world
from lift.seed.places import Places

STEP = timedelta(minutes=30)


def fill_lab_day(places: Places, crowd: dict[str, UUID], now: datetime) -> None:
    """Everything of ``lab_day.toml``, by the lab's manager."""
    manager = people.actor_of(crowd["lab"], None)
    for row in world("lab_day")["bookings"]:
        during = _time(row, now)
        assert during.lower is not None
        assert during.upper is not None
        request = BookingRequest(
            asset_ids=tuple(places.assets[key] for key in row["assets"]), start=during.lower, end=during.upper,
            purpose=Purpose(row["purpose"]), title=row["title"], holder_id=crowd[row["holder"]],
        )  # fmt: skip
        book_assets(request, actor=manager)
    for row in world("lab_day")["blocks"]:
        resource = ensure_resource(ResourceKind.ASSET, row["asset"], asset_id=places.assets[row["asset"]])
        block_resource(
            places.labs[row["lab"]], resource.id, BlockKind(row["kind"]), _time(row, now), row["reason"], actor=manager
        )
    for row in world("lab_day")["problems"]:
        report_problem(places.assets[row["asset"]], row["what"], actor=people.actor_of(crowd[row["person"]], None))


def _time(row: dict[str, Any], now: datetime) -> Instants:
    """From ``starts_in`` minutes from now, up to the next half hour."""
    asked = now + timedelta(minutes=row["starts_in"])
    start = asked + (datetime.min.replace(tzinfo=asked.tzinfo) - asked) % STEP
    return Range(start, start + timedelta(minutes=row["minutes"]), bounds="[)")
