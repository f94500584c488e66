"""Reads that join what several floors hold, for pages that have no other home."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

import sqlalchemy as sa

from lift.core.db import db
from lift.labs.enums import AccessClass
from lift.labs.models import Asset, AssetType, Lab
from lift.live.queries.bench import Link, link_of
from lift.live.queries.samples import Reading
from lift.people.models import Organisation


@dataclass(frozen=True)
class LabLine:
    """A lab as a line of another page."""

    slug: str
    name: str
    city: str
    about: dict[str, str]
    assets: int
    source: str


@dataclass(frozen=True)
class Place:
    """A lab that has an asset of a type: where a module can be taught."""

    lab_slug: str
    lab: str
    city: str
    country: str
    host: str
    asset: str
    asset_key: str
    access: AccessClass
    connected: bool


@dataclass(frozen=True)
class Watched:
    """A machine that anybody may watch, with the way to it."""

    asset_id: UUID
    key: str
    name: str
    lab: str
    zone: str
    link: Link

    def heard(self, reading: Reading) -> datetime:
        """When the value was true at the machine."""
        return datetime.fromtimestamp(reading.source_time or 0.0, UTC)


def watched(key: str | None = None) -> Watched | None:
    """The first public machine, or the one with this key if it is public."""
    query = (
        sa.select(Asset, Lab.name, Lab.zone)
        .join(Lab, Lab.id == Asset.lab_id)
        .where(Asset.public_tile, Asset.connected)
        .order_by(Asset.key)
        .limit(1)
    )
    row = db.session.execute(query.where(Asset.key == key) if key else query).one_or_none()
    if row is None:
        return None
    asset, lab, zone = row
    return Watched(asset.id, asset.key, asset.name, lab, zone, link_of(asset.id))


def labs_of(organisation_id: UUID) -> list[LabLine]:
    """The labs of one body, by name."""
    query = (
        sa.select(Lab, sa.func.count(Asset.id))
        .outerjoin(Asset, Asset.lab_id == Lab.id)
        .where(Lab.organisation_id == organisation_id)
        .group_by(Lab.id)
        .order_by(Lab.name)
    )
    return [LabLine(lab.slug, lab.name, lab.city, lab.about, n, lab.source) for lab, n in db.session.execute(query)]


def places_with(type_key: str) -> list[Place]:
    """Assets of a type with their labs, those that can be driven from afar first."""
    query = (
        sa.select(Asset, Lab, Organisation.short_name)
        .join(Lab, Lab.id == Asset.lab_id)
        .join(Organisation, Organisation.id == Lab.organisation_id)
        .where(Asset.type_key == type_key)
        .order_by(Asset.connected.desc(), Lab.name, Asset.name)
    )
    return [
        Place(lab.slug, lab.name, lab.city, lab.country, host, asset.name, asset.key, asset.access, asset.connected)
        for asset, lab, host in db.session.execute(query)
    ]


def asset_type_title(type_key: str) -> dict[str, str]:
    """The name of an asset type; the key itself when nobody named it."""
    found = db.session.scalar(sa.select(AssetType.title).where(AssetType.key == type_key))
    return found or {"en": type_key.replace("-", " ")}
