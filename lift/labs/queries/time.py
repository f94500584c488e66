"""Free time: opening minus claims minus blocks, as multirange arithmetic in the database (M3, M4, M18)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import reduce
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import TSTZMULTIRANGE
from sqlalchemy.orm import joinedload

from lift.core import clock
from lift.core.db import Instants, db
from lift.labs.enums import ResourceKind
from lift.labs.models import Asset, Block, Lab, OpenRange, Resource
from lift.labs.policy.booking import BlockSeen, next_on_step, window
from lift.labs.policy.rules import Rules, effective_rules
from lift.labs.policy.spans import common, ends, length, span
from lift.labs.policy.wants import Want

SEARCH = timedelta(days=7)
STARTS = 3

# What may be seen and driven lies in the opening, and keeps the unit's own buffers clear of every claim and block. One row
# per unit: time that is free on two units one after the other is no window.
_FREE = sa.text("""
WITH wanted AS (
  SELECT unnest(CAST(:unit_ids AS uuid[])) AS unit_id, unnest(CAST(:setups AS interval[])) AS setup,
         unnest(CAST(:teardowns AS interval[])) AS teardown, unnest(CAST(:insides AS interval[])) AS inside_start,
         unnest(CAST(:outsides AS interval[])) AS inside_end
), opening AS (
  SELECT w.unit_id, range_agg(tstzrange(lower(o.during) + w.inside_start, upper(o.during) - w.inside_end)) AS time
  FROM wanted w JOIN open_range o ON o.lab_id = :lab_id AND o.during && CAST(:within AS tstzrange)
   AND lower(o.during) + w.inside_start < upper(o.during) - w.inside_end
  GROUP BY w.unit_id
), busy AS (
  SELECT w.unit_id, range_agg(tstzrange(lower(b.during) - w.teardown, upper(b.during) + w.setup)) AS time
  FROM wanted w JOIN unit u ON u.id = w.unit_id JOIN LATERAL (
    SELECT c.during FROM claim c JOIN booking k ON k.id = c.booking_id
    WHERE c.unit_id = w.unit_id AND c.booking_id IS DISTINCT FROM CAST(:but AS uuid)
      AND NOT (k.status = 'hold' AND k.expires_at <= :now)
    UNION ALL
    SELECT s.during FROM block s
    WHERE s.removed_at IS NULL AND s.lab_id = :lab_id AND (s.resource_id IS NULL OR s.resource_id = u.resource_id)
  ) b ON b.during && CAST(:around AS tstzrange)
  GROUP BY w.unit_id
)
SELECT w.unit_id, (tstzmultirange(CAST(:within AS tstzrange)) * opening.time) - coalesce(busy.time, '{}') AS time
FROM wanted w JOIN opening USING (unit_id) LEFT JOIN busy USING (unit_id)
""").columns(unit_id=sa.UUID(), time=TSTZMULTIRANGE())


def free_windows(asset: Asset, start: datetime, end: datetime, minutes: int) -> list[Instants]:
    """When ``asset`` can be booked for ``minutes`` between two instants, lead time and horizon kept; buffers are outside.

    Each begins where a booking may begin: on the asset's step.
    """
    now, rules = clock.now(), effective_rules(asset)
    within = clipped(span(start, max(start, end)), asset.lab, rules, now)
    free = common_windows([want_of_asset(asset)], asset.lab, within, minutes, now)
    starts = [next_on_step(ends(w)[0], rules.step_minutes, asset.lab.zone) for w in free]
    fitting = zip(starts, (ends(w)[1] for w in free), strict=True)
    return [span(first, last) for first, last in fitting if first + timedelta(minutes=minutes) <= last]


def clipped(asked: Instants, lab: Lab, rules: Rules, now: datetime) -> Instants:
    """The part of a range that lead time and horizon leave; an empty one when nothing is left."""
    start, end = ends(asked)
    earliest, latest = window(lab, rules, now)
    return span(max(start, earliest), max(start, earliest, min(end, latest)))


def common_windows(
    wants: Sequence[Want], lab: Lab, within: Instants, minutes: int, now: datetime, *, but: UUID | None = None
) -> list[Instants]:
    """Windows of at least ``minutes`` in which one unit of every want is free; the booking ``but`` does not count."""
    free = free_by_unit(wants, lab, within, now, but=but)
    enough = timedelta(minutes=minutes)
    per_want = [[w for unit in want.unit_ids for w in free[unit] if length(w) >= enough] for want in wants]
    windows = dict.fromkeys(w for w in reduce(common, per_want) if length(w) >= enough) if per_want else {}
    return [w for w in windows if not any(o != w and o.contains(w) for o in windows)]


def free_by_unit(
    wants: Sequence[Want], lab: Lab, within: Instants, now: datetime, *, but: UUID | None = None
) -> dict[UUID, list[Instants]]:
    """What may be seen and driven on each candidate unit, in one query however many there are."""
    start, end = ends(within)
    rows = [(unit, want) for want in wants for unit in want.unit_ids]
    none = timedelta()
    margin = max((want.setup + want.teardown for want in wants), default=none)
    values = {
        "unit_ids": [unit for unit, _ in rows],
        "setups": [want.setup for _, want in rows],
        "teardowns": [want.teardown for _, want in rows],
        "insides": [want.setup if want.buffers_in_opening else none for _, want in rows],
        "outsides": [want.teardown if want.buffers_in_opening else none for _, want in rows],
        "lab_id": lab.id,
        "within": f"[{start.isoformat()},{end.isoformat()})",
        "around": f"[{(start - margin).isoformat()},{(end + margin).isoformat()})",
        "but": but,
        "now": now,
    }
    found: dict[UUID, list[Instants]] = defaultdict(list)
    for unit_id, time in db.session.execute(_FREE, values) if start < end else ():
        found[unit_id] = list(time)
    return found


def nearest_starts(
    wants: Sequence[Want],
    lab: Lab,
    rules: Rules,
    asked: Instants,
    now: datetime,
    *,
    but: UUID | None = None,
    after: datetime | None = None,
) -> list[datetime]:
    """The three feasible starts nearest to the one asked for, in order of time; a week around first, then all.

    ``after``: the first instant that the quota of the week leaves.
    """
    start = max(ends(asked)[0], after or ends(asked)[0])
    minutes = min(max(int(length(asked) / timedelta(minutes=1)), rules.min_minutes), rules.max_minutes)
    starts: set[datetime] = set()
    for low, high in ((start - SEARCH, start + SEARCH), (now, start + timedelta(days=rules.horizon_days + 1))):
        within = clipped(span(max(low, after or low), high), lab, rules, now)
        windows = common_windows(wants, lab, within, minutes, now, but=but)
        starts = {s for w in windows for s in _starts_near(w, start, minutes, rules.step_minutes, lab.zone)}
        if len(starts) >= STARTS:
            break
    return sorted(sorted(starts, key=lambda s: (abs(s - start), s))[:STARTS])


def _starts_near(free: Instants, asked: datetime, minutes: int, step_minutes: int, zone: str) -> list[datetime]:
    """Up to three starts on the step on either side of ``asked`` that fit into one free window."""
    low, end = ends(free)
    last = end - timedelta(minutes=minutes)
    step = timedelta(minutes=step_minutes)
    middle = next_on_step(min(max(asked, low), last), step_minutes, zone)
    return [s for n in range(-STARTS, STARTS + 1) if low <= (s := middle + n * step) <= last]


def open_ranges_near(lab_id: UUID, around: Instants) -> list[Instants]:
    """Openings of a lab that touch a range, whole."""
    query = sa.select(OpenRange.during).where(OpenRange.lab_id == lab_id, OpenRange.during.overlaps(around))
    return list(db.session.scalars(query.order_by(OpenRange.during)))


def blocks_near(lab: Lab, around: Instants) -> list[BlockSeen]:
    """Standing blocks of a lab and its resources that touch a range."""
    query = (
        sa.select(Block, Resource)
        .outerjoin(Resource, Resource.id == Block.resource_id)
        .where(Block.lab_id == lab.id, Block.removed_at.is_(None), Block.during.overlaps(around))
        .order_by(Block.during)
    )
    return [
        BlockSeen(
            resource.name if resource else lab.name, block.during, block.reason, resource.id if resource else None
        )
        for block, resource in db.session.execute(query)
    ]


def resource_of_asset(asset_id: UUID) -> Resource:
    """The resource of an asset, its units loaded."""
    return resources_of_assets([asset_id])[asset_id]


def resources_of_assets(asset_ids: Sequence[UUID]) -> dict[UUID, Resource]:
    """The resources of assets, by asset, their units loaded."""
    query = (
        sa.select(Resource)
        .where(Resource.kind == ResourceKind.ASSET, Resource.asset_id.in_(asset_ids))
        .options(joinedload(Resource.units))
    )
    return {r.asset_id: r for r in db.session.scalars(query).unique() if r.asset_id is not None}


def assets_with_labs(asset_ids: Sequence[UUID]) -> Sequence[Asset]:
    """Assets with their labs, in the order of their names."""
    query = sa.select(Asset).where(Asset.id.in_(asset_ids)).options(joinedload(Asset.lab)).order_by(Asset.name)
    return db.session.scalars(query).all()


def want_of_asset(asset: Asset, parts: Sequence[Instants] = ()) -> Want:
    """Any unit of the asset, with its buffers."""
    return asset_want(asset, resource_of_asset(asset.id), parts)


def asset_want(asset: Asset, resource: Resource, parts: Sequence[Instants]) -> Want:
    """The want of an asset whose resource is loaded."""
    return Want(
        resource_id=resource.id,
        name=asset.name,
        kind=resource.kind,
        unit_ids=tuple(unit.id for unit in resource.units),
        parts=tuple(parts),
        setup=timedelta(minutes=asset.setup_minutes),
        teardown=timedelta(minutes=asset.teardown_minutes),
        buffers_in_opening=effective_rules(asset).buffers_in_opening,
    )


def plain_want(resource: Resource, parts: Sequence[Instants]) -> Want:
    """Any unit of a room or a person's time: without buffers."""
    units = tuple(unit.id for unit in resource.units)
    return Want(resource.id, resource.name, resource.kind, units, tuple(parts))
