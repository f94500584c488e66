"""Reads that join what several floors hold: places and machines for pages of no feature, the search."""

from __future__ import annotations

from lift.front.queries.places import LabLine, Place, Watched, asset_type_title, labs_of, places_with, watched
from lift.front.queries.search import KINDS, Hit, search

__all__ = [
    "KINDS",
    "Hit",
    "LabLine",
    "Place",
    "Watched",
    "asset_type_title",
    "labs_of",
    "places_with",
    "search",
    "watched",
]
