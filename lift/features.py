"""The tables that join the floors: blueprints, events and their subscribers, holders of personal data."""

from __future__ import annotations

from flask import Blueprint


BLUEPRINTS: tuple[Blueprint, ...] = ()
"""Every page and API blueprint, bottom floor first."""

CSRF_FREE: tuple[Blueprint, ...] = ()
"""Blueprints that take bearer tokens only: the API and the gateways' door."""

EVENTS: dict[str, tuple[str, ...]] = {}
"""Event → kinds of job. Announced by a floor, handled by floors above it, after the commit."""


def register_holders() -> None:
    """What each feature holds of a person (leaver, export, erasure)."""


