"""Labs, asset types and assets come into being, each asset with the resource that is booked."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any
from uuid import UUID

from lift.core import audit
from lift.core.actor import Actor
from lift.core.db import transaction
from lift.core.errors import Forbidden, Problem, require, require_found
from lift.core.i18n import Text
from lift.core.ids import short_code
from lift.labs import texts
from lift.labs.enums import AccessClass, Preset, ResourceKind
from lift.labs.models import Asset, AssetType, Lab, Qualification
from lift.labs.permissions import can_add_lab, can_run_lab, can_set_rules
from lift.labs.services.opening import set_opening
from lift.labs.services.resources import ensure_resource


def add_lab(
    *, organisation_id: UUID, slug: str, name: str, zone: str, country: str, city: str, actor: Actor,
    preset: Preset = Preset.SUPERVISED_PRACTICE, **more: Any,
) -> Lab:  # fmt: skip
    """A lab of an organisation. ``more``: further columns of Lab (about, address, lat, lon, rules, source)."""
    require(can_add_lab(actor, organisation_id), Problem("R2", Text(texts.MAY_NOT_RUN, {"lab": name}), owner=name))
    with transaction() as session:
        lab = Lab(
            organisation_id=organisation_id, slug=slug, name=name, zone=zone, country=country, city=city,
            preset=preset, **more,
        )  # fmt: skip
        session.add(lab)
        session.flush()
        audit.record(actor, "labs.add_lab", "lab", lab.id)
        return lab


@dataclass(frozen=True)
class LabAnswers:
    """The six answers after which a lab has rules and hours. ``hours``: weekday (0 = Monday) to opening and closing time."""

    name: str
    city: str
    country: str
    zone: str
    hours: Mapping[int, tuple[time, time]]
    preset: Preset


def open_lab(answers: LabAnswers, *, actor: Actor) -> Lab:
    """A lab of the organisation that the actor acts for, open at these hours, with the rules of a preset."""
    with transaction():
        if actor.organisation_id is None:
            raise Forbidden(Problem("R2", texts.MAY_NOT_ADD_LAB, owner="labs"))
        lab = add_lab(
            organisation_id=actor.organisation_id, slug=slug_of(answers.name), name=answers.name, zone=answers.zone,
            country=answers.country, city=answers.city, preset=answers.preset, actor=actor,
        )  # fmt: skip
        set_opening(lab.id, {day: [pair] for day, pair in answers.hours.items()}, actor=actor)
        return lab


def add_asset_type(key: str, title: Mapping[str, str], capabilities: Sequence[str] = ()) -> AssetType:
    """A word that steps and assets share; adding it again changes its texts."""
    with transaction() as session:
        return session.merge(AssetType(key=key, title=dict(title), capabilities=list(capabilities)))


def add_asset(
    lab_id: UUID, *, key: str, name: str, type_key: str, actor: Actor,
    access: AccessClass = AccessClass.ON_SITE_ONLY, units: int = 1, **more: Any,
) -> Asset:  # fmt: skip
    """An asset with its bookable resource of ``units`` places. ``more``: further columns of Asset."""
    with transaction() as session:
        lab = require_found(session.get(Lab, lab_id))
        require(
            can_run_lab(actor, lab) or can_set_rules(actor, lab),
            Problem("R2", Text(texts.MAY_NOT_RUN, {"lab": lab.name}), owner=lab.name),
        )
        asset = Asset(lab_id=lab_id, key=key, name=name, type_key=type_key, access=access, **more)
        session.add(asset)
        session.flush()
        ensure_resource(ResourceKind.ASSET, name, asset_id=asset.id, lab_id=lab_id, units=units)
        audit.record(actor, "labs.add_asset", "asset", asset.id, after={"key": key, "access": access.value})
        return asset


def name_owner(asset_id: UUID, person_id: UUID, *, actor: Actor) -> None:
    """Who answers for an asset; without an owner nobody drives it (M1)."""
    with transaction() as session:
        asset = require_found(session.get(Asset, asset_id))
        lab = session.get_one(Lab, asset.lab_id)
        require(can_run_lab(actor, lab), Problem("R2", Text(texts.MAY_NOT_RUN, {"lab": lab.name}), owner=lab.name))
        asset.owner_person_id = person_id
        audit.record(actor, "labs.name_owner", "asset", asset_id, after={"owner": person_id})


def grant_qualification(
    person_id: UUID, type_key: str, *, access: AccessClass, item: str, actor: Actor,
    valid_until: datetime | None = None, evidence: Mapping[str, Any] | None = None,
) -> Qualification:  # fmt: skip
    """A person has shown ``item`` (twin_check, briefing, signoff) for assets of a type. The caller has authorised it."""
    with transaction() as session:
        row = Qualification(
            person_id=person_id, type_key=type_key, access=access, item=item, valid_until=valid_until,
            evidence=dict(evidence or {}), granted_by=actor.person_id,
        )  # fmt: skip
        session.add(row)
        session.flush()
        audit.record(actor, "labs.grant_qualification", "qualification", row.id, after={"item": item, "type": type_key})
        return row


def slug_of(name: str) -> str:
    """A name for addresses: the letters and digits of ``name``, and four characters that make it the only one."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return "-".join([*re.findall("[a-z0-9]+", plain), short_code(4).lower()])
