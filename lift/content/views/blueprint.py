"""The blueprint that the modules beside fill."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("content", __name__)
