"""Reads of hubs."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from lift.clusters.models import Hub
from lift.core.db import db
from lift.people.models import Organisation


@dataclass(frozen=True)
class HubRow:
    """A hub and its cluster."""

    hub: Hub
    organisation: Organisation


def hubs() -> list[HubRow]:
    """All hubs, those with a profile first."""
    query = sa.select(Hub, Organisation).join(Organisation, Organisation.id == Hub.organisation_id)
    query = query.order_by(Hub.profile.is_(None), Organisation.short_name)
    return [HubRow(h, o) for h, o in db.session.execute(query)]


def hub(slug: str) -> HubRow | None:
    """One hub with what people wrote."""
    query = sa.select(Hub, Organisation).join(Organisation, Organisation.id == Hub.organisation_id)
    row = db.session.execute(query.where(Hub.slug == slug).options(selectinload(Hub.texts))).one_or_none()
    return HubRow(row[0], row[1]) if row else None


def hub_of(organisation_id: UUID | None) -> str | None:
    """The name in addresses of a cluster's hub."""
    return db.session.scalar(sa.select(Hub.slug).where(Hub.organisation_id == organisation_id))


def hub_page(after: UUID | None, limit: int) -> list[HubRow]:
    """Hubs with what people wrote, in key order; one more than ``limit`` when there is more."""
    query = (
        sa.select(Hub, Organisation)
        .join(Organisation, Organisation.id == Hub.organisation_id)
        .options(selectinload(Hub.texts))
        .order_by(Hub.id)
        .limit(limit + 1)
    )
    if after is not None:
        query = query.where(Hub.id > after)
    return [HubRow(h, o) for h, o in db.session.execute(query)]
