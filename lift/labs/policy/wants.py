"""Which unit of each wanted resource: chosen among locked candidates, or why none is free (B12, B13, B14)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from lift.core.db import Instants
from lift.core.errors import Problem
from lift.core.i18n import At, Text
from lift.labs import texts
from lift.labs.enums import ResourceKind
from lift.labs.policy.spans import ends, merged, widened


@dataclass(frozen=True)
class Want:
    """Any one unit of a resource, for the visible ``parts`` of a booking, each widened by set-up and tear-down."""

    resource_id: UUID
    name: str
    kind: ResourceKind
    unit_ids: tuple[UUID, ...]
    parts: tuple[Instants, ...]
    setup: timedelta = timedelta()
    teardown: timedelta = timedelta()
    buffers_in_opening: bool = False  # B5: the lab must be open during set-up and tear-down too

    def claims(self) -> list[Instants]:
        """What is taken of the unit's time; between two parts of one booking there are no buffers to keep apart."""
        return merged(widened(part, self.setup, self.teardown) for part in self.parts)


@dataclass(frozen=True)
class Choice:
    """One unit for one want."""

    want: Want
    unit_id: UUID


def chosen_units(
    wants: Sequence[Want], taken: Mapping[UUID, Sequence[Instants]], zone: str
) -> tuple[list[Choice], list[Problem]]:
    """The first free unit of each want, and a problem for each want that has none.

    ``taken``: what is claimed of each unit by others.
    """
    choices, problems = [], []
    for want in wants:
        free = next((unit for unit in want.unit_ids if not _in_the_way(want, taken.get(unit, ()))), None)
        if free is not None:
            choices.append(Choice(want, free))
        else:
            problems.append(_taken_problem(want, taken, zone))
    return choices, problems


def _in_the_way(want: Want, taken: Sequence[Instants]) -> list[Instants]:
    return [claim for claim in taken if any(claim.overlaps(needed) for needed in want.claims())]


def _taken_problem(want: Want, taken: Mapping[UUID, Sequence[Instants]], zone: str) -> Problem:
    """Says when, and not by whom."""
    claims = [claim for unit in want.unit_ids for claim in _in_the_way(want, taken.get(unit, ()))]
    person = want.kind == ResourceKind.PERSON
    start, end = ends(min(claims, key=ends))
    words = {"name": want.name, "start": At(start, zone), "end": At(end, zone)}
    msgid = texts.PERSON_ELSEWHERE if person else texts.TAKEN
    return Problem("B12" if person else "B14", Text(msgid, words), owner=want.name, field="start")
