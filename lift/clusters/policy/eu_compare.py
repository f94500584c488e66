"""A source's figures beside the computed ones: what differs, and what explains it (C8, C9). Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from lift.clusters import texts
from lift.core.i18n import Text

COUNTS = {
    "projects": "projects",
    "as_coordinator": "as_coordinator",
    "partners": "unique_partners",
    "countries": "countries",
}
"""Computed figure → the source's name for it."""
ORDER = ("projects", "as_coordinator", "active", "funding", "partners", "countries")


@dataclass(frozen=True)
class Line:
    """One figure twice: ``source`` as the source shows it ("" when silent), ``computed`` in whole EUR or as a count."""

    figure: str
    source: str
    computed: int
    difference: Text


def lines(source: dict[str, Any] | None, computed: dict[str, Any]) -> list[Line]:
    """Every figure in a fixed order."""
    head, found = (source or {}).get("headline", {}), computed["figures"]
    return [_funding(head, found) if name == "funding" else _count(name, head, found) for name in ORDER]


def _count(name: str, head: dict[str, Any], found: dict[str, Any]) -> Line:
    told, value = head.get(COUNTS.get(name, "")), int(found[name])
    if told is None:
        return Line(name, "", value, Text(texts.COMPARE_SILENT))
    if told != value and name == "countries" and told == found["countries_with_own"]:
        return Line(name, str(told), value, Text(texts.COMPARE_OWN_COUNTRY, {"n": told}))
    return Line(name, str(told), value, _difference(value - told))


def _funding(head: dict[str, Any], found: dict[str, Any]) -> Line:
    net, gross, span = round(found["funding_net"]), round(found["funding_ec"]), head.get("total_ec_funding_eur_range")
    shown = str(head.get("total_ec_funding_display", ""))
    if not span:
        return Line("funding", shown, net, Text(texts.COMPARE_SILENT))
    low, high = span
    if low <= net <= high:
        return Line("funding", shown, net, Text(texts.COMPARE_ROUNDED))
    if low <= gross <= high:
        return Line("funding", shown, net, Text(texts.COMPARE_GROSS, {"amount": gross}))
    return Line("funding", shown, net, _difference(net - high if net > high else net - low))


def _difference(by: int) -> Text:
    if by == 0:
        return Text(texts.COMPARE_SAME)
    return Text(texts.COMPARE_MORE if by > 0 else texts.COMPARE_FEWER, {"n": abs(by)})


def changes(snapshots: Sequence[Any]) -> list[tuple[str, int, int]]:
    """(figure, before, after) between the two newest snapshots (newest first); empty with fewer than two."""
    if len(snapshots) < 2:
        return []
    after, before = (row.profile["figures"] for row in snapshots[:2])
    names = {name: "funding_net" if name == "funding" else name for name in ORDER}
    pairs = [(name, round(before[key]), round(after[key])) for name, key in names.items()]
    return [pair for pair in pairs if pair[1] != pair[2]]
