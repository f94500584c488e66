"""The blueprint of hubs and EU-project data."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("clusters", __name__)
