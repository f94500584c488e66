"""Tables of labs. All ranges are half-open ``[)`` instants in UTC; wall-clock rules are in the lab's IANA zone."""

from __future__ import annotations

from lift.labs.models.calendar import BusyBlock, BusyFeed, CalendarFeed, DeskVisit, UseFact, UseMonth
from lift.labs.models.failures import Displacement, Failure
from lift.labs.models.places import Asset, AssetType, Lab, OpeningException, OpeningRule, OpenRange
from lift.labs.models.qualifications import Qualification, Requirement
from lift.labs.models.rules import ApprovalRequest, ApprovalVote, Approver, BookingFlag, RuleOverride, Strike
from lift.labs.models.time import Block, Booking, Claim, ClaimReleased, Resource, Unit
from lift.labs.models.wishes import Occurrence, Series, TimeWish

__all__ = [
    "ApprovalRequest",
    "ApprovalVote",
    "Approver",
    "Asset",
    "AssetType",
    "Block",
    "Booking",
    "BookingFlag",
    "BusyBlock",
    "BusyFeed",
    "CalendarFeed",
    "Claim",
    "ClaimReleased",
    "DeskVisit",
    "Displacement",
    "Failure",
    "Lab",
    "Occurrence",
    "OpenRange",
    "OpeningException",
    "OpeningRule",
    "Qualification",
    "Requirement",
    "Resource",
    "RuleOverride",
    "Series",
    "Strike",
    "TimeWish",
    "Unit",
    "UseFact",
    "UseMonth",
]
