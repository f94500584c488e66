"""The public directory: labs, their assets and hours. What leaves here has no serial number and no network address (V2)."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import joinedload

from lift.core.db import Texts, db
from lift.labs.enums import AccessClass
from lift.labs.models import Asset, AssetType, Lab, OpeningException, OpeningRule, OpenRange
from lift.labs.policy.spans import ends
from lift.people.models import Organisation

Hours = tuple[time, time]


@dataclass(frozen=True)
class AssetCard:
    """An asset as anybody may see it."""

    id: UUID
    key: str
    name: str
    about: Texts
    access: AccessClass
    connected: bool
    physical: bool
    public_tile: bool
    type_key: str
    type_title: Texts


@dataclass(frozen=True)
class LabCard:
    """A lab as anybody may see it. ``hours``: (first weekday, last weekday, pairs of wall-clock times) in its own zone."""

    id: UUID
    slug: str
    name: str
    about: Texts
    country: str
    city: str
    address: str
    zone: str
    source: str
    owner_name: str
    owner_slug: str
    assets: Sequence[AssetCard]
    hours: Sequence[tuple[int, int, tuple[Hours, ...]]]
    open_until: datetime | None  # None: closed now
    opens_at: datetime | None  # the next opening when closed now

    @property
    def always_open(self) -> bool:
        """Round the clock, every day."""
        return list(self.hours) == [(0, 6, ((time(0), time(0)),))]


@dataclass(frozen=True)
class Filters:
    """What a visitor narrows the list to; an empty set narrows nothing."""

    country: frozenset[str] = frozenset()
    type: frozenset[str] = frozenset()
    access: frozenset[str] = frozenset()

    def fits(self, lab: LabCard, but: str = "") -> bool:
        """True when the lab passes all filters (all except ``but``)."""
        country = but == "country" or not self.country or lab.country in self.country
        assets = [
            asset
            for asset in lab.assets
            if (but == "type" or not self.type or asset.type_key in self.type)
            and (but == "access" or not self.access or asset.access.value in self.access)
        ]
        return country and (bool(assets) or not (self.type - ({but} & {"type"}) or self.access))


@dataclass(frozen=True)
class Directory:
    """The labs that fit, and how many would fit for each option of each filter."""

    labs: Sequence[LabCard]
    total: int
    countries: Mapping[str, int] = field(default_factory=dict)
    types: Mapping[str, int] = field(default_factory=dict)
    classes: Mapping[str, int] = field(default_factory=dict)
    type_titles: Mapping[str, Texts] = field(default_factory=dict)


def directory(filters: Filters, now: datetime) -> Directory:
    """All labs in five queries, whatever their number."""
    labs = lab_cards(now)
    return Directory(
        labs=[lab for lab in labs if filters.fits(lab)],
        total=len(labs),
        countries=Counter(lab.country for lab in labs if filters.fits(lab, "country")),
        types=Counter(t for lab in labs if filters.fits(lab, "type") for t in {a.type_key for a in lab.assets}),
        classes=Counter(c for lab in labs if filters.fits(lab, "access") for c in {a.access.value for a in lab.assets}),
        type_titles={asset.type_key: asset.type_title for lab in labs for asset in lab.assets},
    )


def lab_card(slug: str, now: datetime) -> LabCard | None:
    """One lab by its name in addresses."""
    return next(iter(lab_cards(now, slug=slug)), None)


def lab_cards(
    now: datetime, *, slug: str | None = None, after: UUID | None = None, limit: int | None = None
) -> list[LabCard]:
    """Labs with owner, assets and hours, by name; with ``after`` or ``limit`` by id, for cursor pages."""
    query = sa.select(Lab, Organisation.short_name, Organisation.slug.label("owner_slug")).join(
        Organisation, Organisation.id == Lab.organisation_id
    )
    query = query.where(Lab.slug == slug) if slug is not None else query
    query = query.where(Lab.id > after) if after is not None else query
    query = query.order_by(Lab.name) if limit is None else query.order_by(Lab.id).limit(limit)
    rows = db.session.execute(query).all()
    ids = [row.Lab.id for row in rows]
    assets, hours, openings = _assets_of(ids), _hours_of(ids), _openings_of(ids, now)
    return [
        LabCard(
            id=lab.id,
            slug=lab.slug,
            name=lab.name,
            about=lab.about,
            country=lab.country,
            city=lab.city,
            address=lab.address,
            zone=lab.zone,
            source=lab.source,
            owner_name=owner_name,
            owner_slug=owner_slug,
            assets=assets[lab.id],
            hours=_grouped(hours[lab.id]),
            open_until=openings[lab.id][0],
            opens_at=openings[lab.id][1],
        )
        for lab, owner_name, owner_slug in rows
    ]


def _cards() -> sa.Select[Asset, Texts]:
    return sa.select(Asset, AssetType.title).join(AssetType, AssetType.key == Asset.type_key)


def _card(asset: Asset, type_title: Texts) -> AssetCard:
    """What anybody may see of an asset; what is not named here does not leave."""
    return AssetCard(
        id=asset.id,
        key=asset.key,
        name=asset.name,
        about=asset.about,
        access=asset.access,
        connected=asset.connected,
        physical=asset.physical,
        public_tile=asset.public_tile,
        type_key=asset.type_key,
        type_title=type_title,
    )


def _assets_of(lab_ids: Collection[UUID]) -> dict[UUID, list[AssetCard]]:
    found: dict[UUID, list[AssetCard]] = defaultdict(list)
    for asset, title in db.session.execute(_cards().where(Asset.lab_id.in_(lab_ids)).order_by(Asset.name)):
        found[asset.lab_id].append(_card(asset, title))
    return found


def asset_cards(
    *, lab_id: UUID | None = None, after: UUID | None = None, limit: int = 50
) -> list[tuple[UUID, AssetCard]]:
    """Assets with the id of their lab, by id, for cursor pages."""
    query = _cards().order_by(Asset.id).limit(limit)
    query = query.where(Asset.lab_id == lab_id) if lab_id is not None else query
    query = query.where(Asset.id > after) if after is not None else query
    return [(asset.lab_id, _card(asset, title)) for asset, title in db.session.execute(query)]


def asset_card(asset_id: UUID) -> tuple[UUID, AssetCard] | None:
    """One asset with the id of its lab."""
    row = db.session.execute(_cards().where(Asset.id == asset_id)).one_or_none()
    return (row[0].lab_id, _card(*row)) if row else None


def asset_by_key(key: str) -> Asset | None:
    """An asset with its lab and type."""
    query = sa.select(Asset).where(Asset.key == key).options(joinedload(Asset.lab), joinedload(Asset.type))
    return db.session.scalar(query)


def asset_by_id(asset_id: UUID) -> Asset | None:
    """An asset with its lab and type."""
    query = sa.select(Asset).where(Asset.id == asset_id).options(joinedload(Asset.lab), joinedload(Asset.type))
    return db.session.scalar(query)


def lab_by_slug(slug: str) -> Lab | None:
    """A lab with its assets."""
    return db.session.scalar(sa.select(Lab).where(Lab.slug == slug))


def labs_of(organisation_id: UUID | None, lab_ids: Collection[UUID]) -> Sequence[Lab]:
    """The labs that somebody runs and those of the organisation acted for; the ones run come first."""
    query = sa.select(Lab).where(sa.or_(Lab.id.in_(lab_ids), Lab.organisation_id == organisation_id))
    return db.session.scalars(query.order_by(Lab.id.in_(lab_ids).desc(), Lab.name)).all()


def days_that_differ(lab_id: UUID, since: date, limit: int = 5) -> Sequence[OpeningException]:
    """The next days with other hours, or closed."""
    query = sa.select(OpeningException).where(OpeningException.lab_id == lab_id, OpeningException.day >= since)
    return db.session.scalars(query.order_by(OpeningException.day).limit(limit)).all()


def _hours_of(lab_ids: Collection[UUID]) -> dict[UUID, dict[int, list[Hours]]]:
    found: dict[UUID, dict[int, list[Hours]]] = defaultdict(lambda: defaultdict(list))
    query = sa.select(OpeningRule).where(OpeningRule.lab_id.in_(lab_ids))
    for rule in db.session.scalars(query.order_by(OpeningRule.weekday, OpeningRule.opens)):
        found[rule.lab_id][rule.weekday].append((rule.opens, rule.closes))
    return found


def _grouped(hours: Mapping[int, Sequence[Hours]]) -> list[tuple[int, int, tuple[Hours, ...]]]:
    """Days in a row with the same hours as one line."""
    lines: list[tuple[int, int, tuple[Hours, ...]]] = []
    for weekday in sorted(hours):
        today = tuple(hours[weekday])
        if lines and lines[-1][1] == weekday - 1 and lines[-1][2] == today:
            lines[-1] = (lines[-1][0], weekday, today)
        else:
            lines.append((weekday, weekday, today))
    return lines


def _openings_of(lab_ids: Collection[UUID], now: datetime) -> dict[UUID, tuple[datetime | None, datetime | None]]:
    """Until when each lab is open, or when it opens next."""
    upcoming = (
        sa.select(OpenRange.lab_id, OpenRange.during)
        .where(OpenRange.lab_id.in_(lab_ids), sa.func.upper(OpenRange.during) > now)
        .ext(distinct_on(OpenRange.lab_id))
        .order_by(OpenRange.lab_id, OpenRange.during)
    )
    found: dict[UUID, tuple[datetime | None, datetime | None]] = dict.fromkeys(lab_ids, (None, None))
    for lab_id, during in db.session.execute(upcoming):
        start, end = ends(during)
        found[lab_id] = (end, None) if start <= now else (None, start)
    return found
