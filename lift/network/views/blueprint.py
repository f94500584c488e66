"""The blueprint that the modules beside fill."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("network", __name__)
