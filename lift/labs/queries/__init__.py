"""Reads of labs: the public directory, a lab's day, free time, bookings. Others import them from here."""

from __future__ import annotations

from lift.labs.queries.bookings import (
    assets_of_bookings,
    booking_by_code,
    booking_by_id,
    bookings_page,
    is_live_at,
    live_booking,
    resources_held,
)
from lift.labs.queries.day import Day, Item, ItemKind, Row, Slot, lab_day, lab_week
from lift.labs.queries.directory import (
    AssetCard,
    Directory,
    Filters,
    LabCard,
    asset_by_id,
    asset_by_key,
    asset_card,
    asset_cards,
    days_that_differ,
    directory,
    lab_by_slug,
    lab_card,
    lab_cards,
    labs_of,
)
from lift.labs.queries.opening import lab_ids
from lift.labs.queries.people import names_of
from lift.labs.queries.time import assets_with_labs, free_windows, nearest_starts, resource_of_asset

__all__ = [
    "AssetCard",
    "Day",
    "Directory",
    "Filters",
    "Item",
    "ItemKind",
    "LabCard",
    "Row",
    "Slot",
    "asset_by_id",
    "asset_by_key",
    "asset_card",
    "asset_cards",
    "assets_of_bookings",
    "assets_with_labs",
    "booking_by_code",
    "booking_by_id",
    "bookings_page",
    "days_that_differ",
    "directory",
    "free_windows",
    "is_live_at",
    "lab_by_slug",
    "lab_card",
    "lab_cards",
    "lab_day",
    "lab_ids",
    "lab_week",
    "labs_of",
    "live_booking",
    "names_of",
    "nearest_starts",
    "resource_of_asset",
    "resources_held",
]
