"""The tables that join the floors: blueprints, events and their subscribers, holders of personal data."""

from __future__ import annotations

from flask import Blueprint

from lift.live.views.edge import bp as edge_door
from lift.live.views.streams import bp as live_streams
from lift.people.views import bp as people_pages

BLUEPRINTS: tuple[Blueprint, ...] = (people_pages, edge_door, live_streams)
"""Every page and API blueprint, bottom floor first."""

CSRF_FREE: tuple[Blueprint, ...] = (edge_door,)
"""Blueprints that take bearer tokens only: the API and the gateways' door."""

EVENTS: dict[str, tuple[str, ...]] = {
    "labs.booking_ended": (),  # cancelled, displaced: booking_id, status
    "content.published": (),
    "people.signed_out": (),
    "training.enrolled": (),
    "training.seat_freed": (),
    "training.session_opened": (),
    "training.session_started": (),
    "training.session_over": (),
    "training.session_cancelled": (),
}
"""Event → kinds of job. Announced by a floor, handled by floors above it, after the commit."""


def register_holders() -> None:
    """What each feature holds of a person (leaver, export, erasure)."""
