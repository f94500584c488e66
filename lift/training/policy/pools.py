"""Pools: who may have a seat of which, in which order they are tried, how a request falls into them. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

from lift.training.models import Pool

WEIGHTS = {"company": 16, "code": 8, "hub": 4, "region": 2, "size_class": 1, "country": 1}
"""How specific a condition is: a person who matches several pools takes a seat of the most specific one (N2)."""


@dataclass(frozen=True)
class CompanyFacts:
    """What pool conditions ask about a company."""

    organisation_id: UUID
    hub: UUID | None
    region: str
    size_class: str
    country: str = ""


def pool_admits(condition: Mapping[str, Any], facts: CompanyFacts | None) -> bool:
    """True when every condition of a pool holds for the company; a pool without conditions admits everybody.

    Visitors (None) are admitted only where nothing is asked.
    """
    if facts is None:
        return not condition
    return all(_holds(name, wanted, facts) for name, wanted in condition.items())


def _holds(name: str, wanted: Any, facts: CompanyFacts) -> bool:
    if name == "region":
        return facts.region.startswith(str(wanted))
    if name == "size_class":
        return facts.size_class in wanted
    told = {"hub": facts.hub, "country": facts.country, "company": facts.organisation_id}
    return str(told[name]) == str(wanted)


def eligible_pools(pools: Sequence[Pool], facts: CompanyFacts, code: str) -> list[Pool]:
    """Pools of which the company may have seats, the most specific first; a released pool has none to give."""
    typed = code.strip().casefold()
    admitted = [
        pool
        for pool in pools
        if pool.released_at is None
        and pool_admits(pool.condition, facts)
        and (pool.code is None or pool.code.casefold() == typed)
    ]
    return sorted(admitted, key=lambda pool: (-_weight(pool), -len(str(pool.condition.get("region", ""))), pool.id))


def code_is_known(pools: Sequence[Pool], code: str) -> bool:
    """Whether some pool opens with what was typed; nothing typed is fine."""
    typed = code.strip().casefold()
    return not typed or any(pool.code is not None and pool.code.casefold() == typed for pool in pools)


def _weight(pool: Pool) -> int:
    return sum(WEIGHTS[name] for name in pool.condition) + (WEIGHTS["code"] if pool.code else 0)


def shared_out(seats: int, rooms: Sequence[int | None], *, whole: bool) -> list[int]:
    """How many of ``seats`` each pool gives, in order; ``rooms`` are its free seats, None without limit.

    ``whole``: all of them, or none.
    """
    left, given = seats, []
    for room in rooms:
        takes = left if room is None else min(left, max(0, room))
        given.append(takes)
        left -= takes
    return [0] * len(rooms) if whole and left else given


@dataclass(frozen=True)
class Entry:
    """One place in a queue, with what decides which pools it may have a seat of."""

    id: UUID
    pool_id: UUID
    ticket: int
    group_id: UUID | None = None
    together: bool = False
    declines: int = 0
    facts: CompanyFacts | None = None
    code: str = ""


def queue_of(pool: Pool, waiting: Sequence[Entry]) -> list[Entry]:
    """Who is next for a seat of this pool: its own list, then those who wait elsewhere and may have one of it (E11).

    Who declined an offer keeps the place, and is asked again when nobody else wants the seat (E12).
    """
    ordered = sorted(waiting, key=lambda entry: (entry.declines, entry.ticket))
    own = [entry for entry in ordered if entry.pool_id == pool.id]
    return own + [e for e in ordered if e.pool_id != pool.id and e.facts and eligible_pools([pool], e.facts, e.code)]


def who_fits(queue: Sequence[Entry], free: int | None) -> list[UUID]:
    """Who is offered a seat, in order. A group that stays together is offered seats as a whole or not at all; one that
    does not fit is passed over and keeps its place (E11, S11)."""
    chosen: list[UUID] = []
    seen: set[UUID] = set()
    left = len(queue) if free is None else free
    for entry in queue:
        if left <= 0:
            break
        if entry.id in seen:
            continue
        group = [e.id for e in queue if e.group_id == entry.group_id] if entry.together else [entry.id]
        seen.update(group)
        if len(group) <= left:
            chosen += group
            left -= len(group)
    return chosen


class Quota(Protocol):
    """A group of seats that is being drafted."""

    @property
    def name(self) -> str: ...

    @property
    def size(self) -> int | None: ...

    @property
    def release_at(self) -> Any: ...

    @property
    def fallback(self) -> str: ...
