"""Which labs can host a version (A5): machines that fit with their next free hours, and near misses with what is missing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from lift.content import texts
from lift.core import clock
from lift.core.actor import Role, Scope
from lift.core.db import Instants, db
from lift.core.i18n import Text
from lift.labs.models import Asset
from lift.labs.queries import free_windows
from lift.people.models import RoleGrant
from lift.twins.models import Twin

LOOK_AHEAD = timedelta(days=30)
WINDOWS = 3
RUNS_MACHINES = (Role.TRAINER, Role.LAB_MANAGER, Role.LAB_TECHNICIAN)


@dataclass(frozen=True)
class Host:
    """One machine that could carry the live steps; ``missing`` is empty where it can."""

    asset: Asset
    windows: Sequence[Instants]
    missing: Sequence[Text]

    @property
    def fits(self) -> bool:
        """Nothing is missing."""
        return not self.missing

    @property
    def has_twin(self) -> bool:
        """It has a computer copy."""
        return texts.NO_TWIN not in {text.msgid for text in self.missing}

    @property
    def suits(self) -> bool:
        """The machine itself has what is asked, whether or not it is free soon."""
        return not {text.msgid for text in self.missing} & {texts.LACKS_CAPABILITIES, texts.OTHER_TYPE}


def hosts_of(requirements: Mapping[str, Any], *, free: bool = True) -> list[Host]:
    """Machines for ``asset_type``, ``capabilities``, ``minutes``, ``operators``: those that fit first, by lab.

    A machine of another type is a near miss when it has a capability that is asked for. ``free=False`` asks the
    machines only, not the calendar.
    """
    if not requirements.get("asset_type"):
        return []
    now = clock.now()
    wanted = frozenset(requirements.get("capabilities", ()))
    found = [a for a in _candidates() if _is_near(a, requirements["asset_type"], wanted)]
    staffed, twins = _people_by_lab(now), _with_twin()
    hosts = [_host(asset, requirements, wanted, staffed, twins, now, free) for asset in found]
    return sorted(hosts, key=lambda h: (len(h.missing), h.asset.lab.name, h.asset.name))


def _candidates() -> Sequence[Asset]:
    query = sa.select(Asset).where(Asset.physical).options(joinedload(Asset.lab), joinedload(Asset.type))
    return db.session.scalars(query).all()


def _is_near(asset: Asset, type_key: str, wanted: frozenset[str]) -> bool:
    return asset.type_key == type_key or bool(wanted & set(asset.type.capabilities))


def _host(
    asset: Asset, asked: Mapping[str, Any], wanted: frozenset[str], staffed: Mapping[Any, int], twins: set[Any],
    now: datetime, free: bool,
) -> Host:  # fmt: skip
    minutes, operators = int(asked.get("minutes", 60)), int(asked.get("operators", 1))
    missing = []
    if asset.type_key != asked["asset_type"]:
        missing.append(Text(texts.OTHER_TYPE))
    if lacking := sorted(wanted - set(asset.type.capabilities)):
        missing.append(Text(texts.LACKS_CAPABILITIES, {"names": ", ".join(n.replace("-", " ") for n in lacking)}))
    windows = free_windows(asset, now, now + LOOK_AHEAD, minutes)[:WINDOWS] if free else []
    if free and not windows:
        missing.append(Text(texts.NO_FREE_WINDOW, {"minutes": minutes, "days": LOOK_AHEAD.days}))
    if asset.id not in twins:
        missing.append(Text(texts.NO_TWIN))
    if staffed.get(asset.lab_id, 0) < operators:
        missing.append(Text(texts.FEW_OPERATORS, {"there": staffed.get(asset.lab_id, 0), "asked": operators}))
    return Host(asset, windows, missing)


def _people_by_lab(now: datetime) -> dict[Any, int]:
    """How many people of each lab may run its machines."""
    query = (
        sa.select(RoleGrant.scope_id, sa.func.count(sa.distinct(RoleGrant.person_id)))
        .where(
            RoleGrant.scope == Scope.LAB, RoleGrant.role.in_(RUNS_MACHINES), RoleGrant.began_at <= now,
            sa.or_(RoleGrant.ends_at.is_(None), RoleGrant.ends_at > now),
        )
        .group_by(RoleGrant.scope_id)
    )  # fmt: skip
    return {row[0]: row[1] for row in db.session.execute(query)}


def _with_twin() -> set[Any]:
    return set(db.session.scalars(sa.select(Twin.asset_id)))
