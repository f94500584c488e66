"""What labs ask of people and what people have shown: for a booking's date, for the controls, for pages and warnings."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from lift.core.db import db
from lift.labs.enums import HOLDING, BookingStatus, Need
from lift.labs.models import Asset, AssetType, Booking, Claim, Lab, Qualification, Requirement, Resource, Unit
from lift.labs.policy.qualification import Standing, standings
from lift.people.models import Membership, Person

WORKED = (BookingStatus.ACTIVE, BookingStatus.DONE)


@dataclass(frozen=True)
class PersonStands:
    """One person beside what a lab asks for one kind of asset."""

    person_id: UUID
    name: str
    type_key: str
    records: Sequence[Qualification]
    stands: Sequence[Standing]


def requirements_of(lab_id: UUID, type_key: str) -> Sequence[Requirement]:
    """What a lab asks for a kind of asset, in the order of the words."""
    query = sa.select(Requirement).where(Requirement.lab_id == lab_id, Requirement.type_key == type_key)
    order = list(Need)
    return sorted(db.session.scalars(query), key=lambda row: order.index(row.item))


def requirements_of_lab(lab_id: UUID) -> dict[str, list[Requirement]]:
    """What a lab asks, by kind of asset."""
    found: dict[str, list[Requirement]] = defaultdict(list)
    order = list(Need)
    rows = db.session.scalars(sa.select(Requirement).where(Requirement.lab_id == lab_id))
    for row in sorted(rows, key=lambda row: (row.type_key, order.index(row.item))):
        found[row.type_key].append(row)
    return found


def types_of_lab(lab_id: UUID) -> Sequence[AssetType]:
    """The kinds of asset that stand in a lab."""
    query = sa.select(AssetType).where(AssetType.key.in_(sa.select(Asset.type_key).where(Asset.lab_id == lab_id)))
    return db.session.scalars(query.order_by(AssetType.key)).all()


def standing_of(person_id: UUID, asset: Asset, now: datetime) -> list[Standing]:
    """How a person stands before an asset, requirement by requirement; empty where the lab asks for nothing."""
    asked = requirements_of(asset.lab_id, asset.type_key)
    if not asked:
        return []
    shown = _shown([person_id], [asset.type_key])[person_id, asset.type_key]
    used = last_use(person_id, asset.type_key, now) if any(row.unused_days for row in asked) else None
    return standings(asked, shown, used, now)


def last_use(person_id: UUID, type_key: str, now: datetime) -> datetime | None:
    """When the person's last booking on an asset of the kind ended (or began, while it runs)."""
    query = (
        sa.select(sa.func.max(sa.func.least(sa.func.upper(Booking.during), now)))
        .join(Claim, Claim.booking_id == Booking.id)
        .join(Unit, Unit.id == Claim.unit_id)
        .join(Resource, Resource.id == Unit.resource_id)
        .join(Asset, Asset.id == Resource.asset_id)
        .where(Booking.holder_id == person_id, Booking.status.in_(WORKED), Asset.type_key == type_key)
    )
    latest: datetime | None = db.session.scalar(query)
    return latest


def people_standing(lab: Lab, now: datetime) -> list[PersonStands]:
    """Everybody with a record for a kind of asset of the lab for which it asks something, and its organisation's members."""
    asked = requirements_of_lab(lab.id)
    people = _people(lab, list(asked))
    shown = _shown(list(people), list(asked))
    used = _last_uses(list(people), list(asked), now)
    return [
        PersonStands(
            person,
            name,
            key,
            shown[person, key],
            standings(asked[key], shown[person, key], used.get((person, key)), now),
        )
        for key in asked
        for person, name in people.items()
        if (person, key) in shown
    ]


def members_and_known(lab: Lab) -> dict[UUID, str]:
    """Whom a qualifier of the lab may choose: members of its organisation, and whoever has shown something there."""
    return _people(lab, [row.key for row in types_of_lab(lab.id)])


def qualification_by_id(qualification_id: UUID) -> Qualification | None:
    """One record."""
    return db.session.get(Qualification, qualification_id)


def bookings_ahead(person_ids: Collection[UUID], type_key: str, now: datetime) -> Sequence[tuple[Booking, Asset]]:
    """Bookings that people hold on assets of a kind and that lie ahead."""
    query = (
        sa.select(Booking, Asset)
        .join(Claim, Claim.booking_id == Booking.id)
        .join(Unit, Unit.id == Claim.unit_id)
        .join(Resource, Resource.id == Unit.resource_id)
        .join(Asset, Asset.id == Resource.asset_id)
        .where(
            Booking.holder_id.in_(person_ids),
            Booking.status.in_(HOLDING),
            Asset.type_key == type_key,
            sa.func.upper(Booking.during) > now,
        )
        .options(joinedload(Booking.lab), joinedload(Asset.lab))
        .order_by(Booking.id)
        .distinct()
    )
    return [(row[0], row[1]) for row in db.session.execute(query)]


def asked_pairs() -> Sequence[tuple[UUID, str]]:
    """Labs and kinds of asset for which something is asked that can run out."""
    query = sa.select(Requirement.lab_id, Requirement.type_key).distinct()
    return [(row.lab_id, row.type_key) for row in db.session.execute(query.order_by(Requirement.lab_id))]


def holders_of(type_key: str, since: datetime) -> Sequence[UUID]:
    """People with a record for a kind of asset that was not over long ago."""
    query = sa.select(Qualification.person_id).where(
        Qualification.type_key == type_key,
        Qualification.revoked_at.is_(None),
        sa.or_(Qualification.valid_until.is_(None), Qualification.valid_until > since - timedelta(days=1)),
    )
    return db.session.scalars(query.distinct().order_by(Qualification.person_id)).all()


def _people(lab: Lab, type_keys: Sequence[str]) -> dict[UUID, str]:
    known = sa.select(Qualification.person_id).where(Qualification.type_key.in_(type_keys))
    members = sa.select(Membership.person_id).where(
        Membership.organisation_id == lab.organisation_id, Membership.ended_on.is_(None)
    )
    query = sa.select(Person.id, Person.name).where(
        Person.erased_at.is_(None), sa.or_(Person.id.in_(members), Person.id.in_(known))
    )
    return {row.id: row.name for row in db.session.execute(query.order_by(Person.name, Person.id))}


def _shown(people: Sequence[UUID], type_keys: Sequence[str]) -> dict[tuple[UUID, str], list[Qualification]]:
    found: dict[tuple[UUID, str], list[Qualification]] = defaultdict(list)
    query = sa.select(Qualification).where(Qualification.person_id.in_(people), Qualification.type_key.in_(type_keys))
    for row in db.session.scalars(query.order_by(Qualification.id)):
        found[row.person_id, row.type_key].append(row)
    return found


def _last_uses(people: Sequence[UUID], type_keys: Sequence[str], now: datetime) -> dict[tuple[UUID, str], datetime]:
    query = (
        sa.select(Booking.holder_id, Asset.type_key, sa.func.max(sa.func.least(sa.func.upper(Booking.during), now)))
        .join(Claim, Claim.booking_id == Booking.id)
        .join(Unit, Unit.id == Claim.unit_id)
        .join(Resource, Resource.id == Unit.resource_id)
        .join(Asset, Asset.id == Resource.asset_id)
        .where(Booking.holder_id.in_(people), Booking.status.in_(WORKED), Asset.type_key.in_(type_keys))
        .group_by(Booking.holder_id, Asset.type_key)
    )
    return {(row[0], row[1]): row[2] for row in db.session.execute(query)}
