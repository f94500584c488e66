"""The verbs of clusters, by subject."""

from __future__ import annotations

from lift.clusters.services.hubs import LONGEST_TEXT, name_pic, open_hub, write_text

__all__ = ["LONGEST_TEXT", "name_pic", "open_hub", "write_text"]
