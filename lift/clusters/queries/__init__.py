"""Reads of clusters, by subject."""

from __future__ import annotations

from lift.clusters.queries.hubs import HubRow, hub, hub_of, hub_page, hubs

__all__ = ["HubRow", "hub", "hub_of", "hub_page", "hubs"]
