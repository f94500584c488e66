"""Tables of labs. All ranges are half-open ``[)`` instants in UTC; wall-clock rules are in the lab's IANA zone."""

from __future__ import annotations

from lift.labs.models.places import Asset, AssetType, Lab, OpeningException, OpeningRule, OpenRange
from lift.labs.models.qualifications import Qualification
from lift.labs.models.time import Block, Booking, Claim, ClaimReleased, Resource, Unit

__all__ = [
    "Asset",
    "AssetType",
    "Block",
    "Booking",
    "Claim",
    "ClaimReleased",
    "Lab",
    "OpenRange",
    "OpeningException",
    "OpeningRule",
    "Qualification",
    "Resource",
    "Unit",
]
