"""What must be true of booking and asset before somebody drives (RULES 1, live use; M1; X8; X20)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from lift.core.errors import Problem, Way
from lift.core.i18n import N_, At, Text
from lift.edge.contract import LINK_LOST
from lift.labs.enums import AccessClass, BookingStatus
from lift.labs.models import Asset, Booking
from lift.live import texts
from lift.live.enums import StopKind
from lift.live.models import Stop
from lift.live.permissions import BenchRight

RUNNING = (BookingStatus.CONFIRMED, BookingStatus.ACTIVE)
TRY_TWIN = Text(N_("Work with the computer copy"))


def booking_problems(booking: Booking, zone: str, now: datetime) -> list[Problem]:
    """The booking runs at this instant."""
    start, end = booking.during.lower, booking.during.upper
    if booking.status not in RUNNING and booking.status is not BookingStatus.DONE:
        return [Problem("live-booking", texts.NOT_ACTIVE, owner="labs")]
    if start is not None and now < start:
        return [
            Problem("live-booking", Text(texts.NOT_YET.msgid, {"start": At(start, zone)}), owner="labs", passes=start)
        ]
    if booking.status is BookingStatus.DONE or end is None or now >= end:
        over = end or now
        return [Problem("live-booking", Text(texts.OVER.msgid, {"end": At(over, zone)}), owner="labs")]
    return []


def class_problems(asset: Asset, right: BenchRight) -> list[Problem]:
    """What the asset's class allows from here, and whether the lab has filed what M1 wants."""
    refusals = {
        AccessClass.VIEW: texts.CLASS_VIEW,
        AccessClass.SIMULATE: texts.CLASS_VIEW,
        AccessClass.ON_SITE_ONLY: texts.CLASS_ON_SITE,
    }
    problems = []
    if asset.access in refusals:
        problems.append(Problem("M1", refusals[asset.access], owner="labs", ways=twin_way(asset)))
    elif asset.access is AccessClass.SUPERVISED and not (right.has_trainer or right.supervises):
        problems.append(Problem("B7", texts.CLASS_SUPERVISED, owner="labs", ways=twin_way(asset)))
    return problems


def filing_problems(asset: Asset, today: datetime) -> list[Problem]:
    """M1: without owner, safe-state text and a risk assessment that is still good nobody drives."""
    if not asset.physical:
        return []
    missing = [
        name
        for name, there in (
            ("owner", asset.owner_person_id is not None),
            ("safe state", bool(asset.safe_state)),
            ("risk assessment", asset.risk_assessed_on is not None),
            ("date of the next risk review", asset.risk_review_on is not None and asset.risk_review_on >= today.date()),
        )
        if not there
    ]
    if not missing:
        return []
    return [Problem("M1", Text(texts.NOT_SAFE_TO_DRIVE.msgid, {"what": ", ".join(missing)}), owner="labs")]


def asset_problems(
    asset: Asset, report: dict[str, Any], seen_at: datetime | None, stops: Sequence[Stop], zone: str, now: datetime
) -> list[Problem]:
    """The asset is there and nobody stopped it."""
    return [
        *filing_problems(asset, now),
        *link_problems(asset, report, seen_at, zone, now),
        *stop_problems(stops),
    ]


def link_problems(
    asset: Asset, report: dict[str, Any], seen_at: datetime | None, zone: str, now: datetime
) -> list[Problem]:
    """Gateway heard of, machine answering, hardware stop and interlock in order."""
    ways = twin_way(asset)
    if seen_at is None or not report:
        return [Problem("X7", texts.NEVER_SEEN, owner="live", ways=ways)]
    if now - seen_at > timedelta(seconds=LINK_LOST):
        since = {"since": At(seen_at, zone, "time")}
        return [Problem("X7", Text(texts.GATEWAY_LOST.msgid, since), owner="live", ways=ways)]
    if not report.get("link"):
        return [Problem("X7", texts.MACHINE_DOWN, owner="live", ways=ways)]
    problems = []
    if report.get("emergency_stop") != "clear":
        problems.append(Problem("X9", texts.EMERGENCY_STOP, owner="labs", ways=ways))
    if not report.get("interlock_ok"):
        problems.append(Problem("X8", texts.INTERLOCK, owner="labs", ways=ways))
    return problems


def stop_problems(stops: Sequence[Stop]) -> list[Problem]:
    """No stop stands."""
    if not stops:
        return []
    if any(stop.kind is StopKind.LAB_STOP for stop in stops):
        return [Problem("X9", texts.LAB_STOPPED, owner="labs")]
    return [Problem("X9", texts.STOPPED, owner="training")]


def twin_way(asset: Asset) -> tuple[Way, ...]:
    """The way on when the machine itself cannot be driven (L9)."""
    return (Way(TRY_TWIN, "twins.bench", (("asset_key", asset.key),)),)
