"""The map of the home page: one projection for land and marks, names that can be read."""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from itertools import combinations

import pytest

from config import ROOT
from lift.web import europe

THIRTEEN = ROOT / "lift" / "seed" / "data" / "lift_partners.csv"


@dataclass(frozen=True)
class Partner:
    name: str
    short_name: str
    kind: str
    city: str
    lat: float | None
    lon: float | None
    url: str = "/"


def partners() -> list[Partner]:
    with THIRTEEN.open(newline="") as file:
        return [
            Partner(r["name"], r["short_name"], r["kind"], r["city"], float(r["lat"]), float(r["lon"]))
            for r in csv.DictReader(file)
        ]


def boxes(view: europe.View, labels: list[europe.Label]) -> list[tuple[float, float, float, float]]:
    """Generous boxes around the drawn names: left, top, right, bottom."""
    found = []
    for label in labels:
        wide = max(len(label.name), len(label.city)) * view.letter * 0.55
        left = label.x if label.anchor == "start" else label.x - wide
        lines = 2 if label.city else 1
        found.append(
            (left, label.y - view.letter * 0.6, left + wide, label.y - view.letter * 0.6 + lines * view.letter)
        )
    return found


def test_projection_is_the_one_the_land_is_drawn_by() -> None:
    drawn = json.loads((ROOT / "static" / "src" / "map" / "projection.json").read_text())
    assert (drawn["parallels"], drawn["centre"], drawn["scale"], drawn["at"]) == (
        list(europe.PARALLELS),
        list(europe.CENTRE),
        europe.SCALE,
        list(europe.AT),
    )


def test_place_of_the_centre_is_where_the_sheet_puts_it() -> None:
    assert europe.place(50.0, 10.0) == pytest.approx(europe.AT)


def test_place_north_is_up_and_east_is_right() -> None:
    assert europe.place(60.0, 10.0)[1] < europe.AT[1]
    assert europe.place(50.0, 20.0)[0] > europe.AT[0]


def test_organisation_without_a_place_is_left_out() -> None:
    nowhere = Partner("Nowhere", "Nowhere", "university", "", None, None)
    assert europe.europe([nowhere], []).pins == []


def test_neighbours_in_one_city_share_one_name_and_stand_side_by_side() -> None:
    drawn = europe.europe(partners(), [])
    milano = [p for p in drawn.pins if p.organisation.city == "Milano"]
    assert [label.name for label in drawn.labels if "POLIMI" in label.name] == ["POLIMI, MADE"]
    assert abs(milano[0].x - milano[1].x) >= europe.PIN


@pytest.mark.parametrize("phone", [False, True])
def test_names_of_the_thirteen_do_not_cover_each_other(phone: bool) -> None:
    drawn = europe.europe(partners(), [], phone)
    places = boxes(drawn.view, drawn.labels)
    covering = [
        (a, b) for a, b in combinations(places, 2) if a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
    ]
    assert covering == []


@pytest.mark.parametrize("phone", [False, True])
def test_marks_of_the_thirteen_lie_inside_the_cut(phone: bool) -> None:
    drawn = europe.europe(partners(), [], phone)
    view = drawn.view
    outside = [
        p.organisation.short_name
        for p in drawn.pins
        if not (view.left < p.x < view.left + view.width and view.top < p.y < view.top + view.height)
    ]
    assert outside == []


def test_link_to_an_unknown_organisation_is_not_drawn() -> None:
    assert len(europe.europe(partners(), [("POLIMI", "CTU"), ("POLIMI", "Nobody")]).arcs) == 1
