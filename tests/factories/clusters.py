"""Hubs and what people wrote on them: straight rows."""

from __future__ import annotations

from datetime import date
from typing import Any

from lift.clusters.models import Hub, HubText
from lift.core.db import db
from lift.people.enums import OrganisationKind
from lift.people.models import Organisation
from tests.factories.people import make_organisation


def make_hub(slug: str = "afil", *, body: dict[str, Any] | None = None, **values: Any) -> Hub:
    """A hub and its cluster (in Milano unless told otherwise); ``values`` are Hub's columns. Committed."""
    place = {"short_name": slug.upper(), "city": "Milano", "lat": 45.4642, "lon": 9.19, **(body or {})}
    cluster = make_organisation(f"Cluster {slug}", kind=OrganisationKind.CLUSTER, **place)
    hub = Hub(organisation_id=cluster.id, slug=slug, **values)
    db.session.add(hub)
    db.session.commit()
    return hub


def cluster_of(hub: Hub) -> Organisation:
    """The hub's organisation."""
    return db.session.get_one(Organisation, hub.organisation_id)


def write(
    hub: Hub, text: str, kind: str = "outlook", *, author: str = "Elena Fittizia", day: date | None = None
) -> HubText:
    """A signed text, committed."""
    row = HubText(hub_id=hub.id, kind=kind, text={"en": text}, author_name=author, written_on=day or date(2026, 11, 3))
    db.session.add(row)
    db.session.commit()
    return row
