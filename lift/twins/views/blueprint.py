"""The pages of twins; the practice page of the copy is drawn by the bench, one floor up, on this blueprint."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("twins", __name__)
