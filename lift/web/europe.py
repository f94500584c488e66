"""Where the organisations stand on the home page's map, and where their names fit.

The land is drawn at build time (static/src/vite/europe.ts) by the same projection: ``static/src/map/projection.json``
holds the numbers for both, a test holds them together. Everything here is in pixels of a canvas of 1440 by 640.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import cos, hypot, log, pi, radians, sin, tan
from typing import Any, Protocol

PARALLELS = (43.0, 62.0)
CENTRE = (10.0, 50.0)
SCALE = 1140.0
AT = (972.0, 366.0)

PIN = 6.0  # half the width of a mark
TOUCHING = 12.0  # marks nearer than this stand side by side under one name
BEND = 0.12  # of a link's length
ON_A_LINE = 6.0  # cost of a name lying over a point of a link, in square pixels of a covered name


class Placed(Protocol):
    """What is shown of an organisation."""

    name: str
    short_name: str
    kind: str
    city: str
    lat: float | None
    lon: float | None
    url: str


@dataclass(frozen=True)
class View:
    """A cut of the canvas and the size of its letters (px of the canvas): desk and phone differ."""

    left: float
    top: float
    width: float
    height: float
    letter: float
    cities: bool


DESK = View(560, 8, 880, 624, 13.0, cities=True)
PHONE = View(665, 92, 560, 510, 19.0, cities=False)


@dataclass
class Pin:
    """One organisation's mark."""

    organisation: Any
    x: float
    y: float


@dataclass(frozen=True)
class Label:
    """The name of one pin, or of several that touch. ``leader`` runs to a pin when the name stands away from it."""

    name: str
    city: str
    url: str
    x: float
    y: float
    anchor: str
    leader: tuple[float, float, float, float] | None


@dataclass(frozen=True)
class EuropeMap:
    """All that the map partial draws. ``arcs`` are SVG paths."""

    view: View
    pins: list[Pin]
    labels: list[Label]
    arcs: list[str]


def place(lat: float, lon: float) -> tuple[float, float]:
    """Degrees to pixels, Lambert conformal conic on the sphere (Snyder 1987, p. 107)."""
    phi1, phi2 = (radians(p) for p in PARALLELS)
    n = log(cos(phi1) / cos(phi2)) / log(_half(phi2) / _half(phi1))
    f = cos(phi1) * _half(phi1) ** n / n
    rho, rho_centre = f / _half(radians(lat)) ** n, f / _half(radians(CENTRE[1])) ** n
    theta = n * radians(lon - CENTRE[0])
    return AT[0] + SCALE * rho * sin(theta), AT[1] - SCALE * (rho_centre - rho * cos(theta))


def _half(phi: float) -> float:
    return tan(pi / 4 + phi / 2)


def europe(organisations: Iterable[Placed], links: Iterable[tuple[str, str]], phone: bool = False) -> EuropeMap:
    """The map of ``organisations``; ``links`` are pairs of short names that share a working group."""
    view = PHONE if phone else DESK
    pins = [Pin(o, *place(o.lat, o.lon)) for o in organisations if o.lat is not None and o.lon is not None]
    groups = _groups(pins)
    for group in groups:
        _side_by_side(group)
    by_name = {p.organisation.short_name: p for p in pins}
    arcs = [_Arc(by_name[a], by_name[b]) for a, b in links if a in by_name and b in by_name]
    labels = _labels(groups, pins, view, [point for arc in arcs for point in arc.points()])
    return EuropeMap(view, pins, labels, [arc.path() for arc in arcs])


def _groups(pins: Sequence[Pin]) -> list[list[Pin]]:
    groups: list[list[Pin]] = []
    for pin in sorted(pins, key=lambda p: p.organisation.short_name, reverse=True):
        for group in groups:
            same_city = pin.organisation.city == group[0].organisation.city
            if same_city and hypot(pin.x - group[0].x, pin.y - group[0].y) < TOUCHING:
                group.append(pin)
                break
        else:
            groups.append([pin])
    return groups


def _side_by_side(group: list[Pin]) -> None:
    if len(group) < 2:
        return
    middle = sum(p.x for p in group) / len(group)
    height = sum(p.y for p in group) / len(group)
    for index, pin in enumerate(group):
        pin.x = middle + (index - (len(group) - 1) / 2) * PIN * 1.8
        pin.y = height


@dataclass(frozen=True)
class _Box:
    left: float
    top: float
    right: float
    bottom: float

    def covers(self, other: _Box) -> float:
        """Shared area in square pixels."""
        wide = min(self.right, other.right) - max(self.left, other.left)
        high = min(self.bottom, other.bottom) - max(self.top, other.top)
        return wide * high if wide > 0 and high > 0 else 0.0

    def holds(self, points: Iterable[tuple[float, float]]) -> int:
        """How many of the points lie inside."""
        return sum(self.left < x < self.right and self.top < y < self.bottom for x, y in points)


@dataclass(frozen=True)
class _Arc:
    """A link, bent a little to one side."""

    start: Pin
    end: Pin

    def middle(self) -> tuple[float, float]:
        """The control point of the curve."""
        a, b = self.start, self.end
        return (a.x + b.x) / 2 + (b.y - a.y) * BEND, (a.y + b.y) / 2 - (b.x - a.x) * BEND

    def path(self) -> str:
        """As SVG."""
        x, y = self.middle()
        return f"M{self.start.x:.1f} {self.start.y:.1f}Q{x:.1f} {y:.1f} {self.end.x:.1f} {self.end.y:.1f}"

    def points(self, count: int = 40) -> Iterable[tuple[float, float]]:
        """Points along the curve."""
        x, y = self.middle()
        for step in range(1, count):
            t = step / count
            a, b, c = (1 - t) ** 2, 2 * t * (1 - t), t**2
            yield a * self.start.x + b * x + c * self.end.x, a * self.start.y + b * y + c * self.end.y


def _labels(
    groups: list[list[Pin]], pins: Sequence[Pin], view: View, lines: Sequence[tuple[float, float]]
) -> list[Label]:
    """Greedy, the most crowded first: the first place that covers nothing, else the one that covers least."""
    taken = [_Box(p.x - PIN, p.y - PIN, p.x + PIN, p.y + PIN) for p in pins]
    crowded = sorted(groups, key=lambda g: sum(hypot(p.x - g[0].x, p.y - g[0].y) < 90 for p in pins), reverse=True)
    chosen: list[Label] = []
    for group in crowded:
        best = min(
            _candidates(group, view), key=lambda c: _cost(c[1], taken, view) + ON_A_LINE * c[1].holds(lines) + c[2]
        )
        taken.append(best[1])
        chosen.append(best[0])
    return chosen


def _cost(box: _Box, taken: Iterable[_Box], view: View) -> float:
    window = _Box(view.left, view.top, view.left + view.width, view.top + view.height)
    outside = (box.right - box.left) * (box.bottom - box.top) - box.covers(window)
    return sum(box.covers(other) for other in taken) + 4 * max(0.0, outside)


def _candidates(group: list[Pin], view: View) -> list[tuple[Label, _Box, float]]:
    """Right, left, then pushed away with a thin line; each with what it costs to look at."""
    name, city = _words(group, view)
    wide = max(len(name) * view.letter * 0.6, len(city) * view.letter * 0.53)
    high = view.letter * (2.3 if city else 1.25)
    left, right = min(p.x for p in group), max(p.x for p in group)
    middle, y = (left + right) / 2, group[0].y
    shift = view.letter * 0.45
    spots = [("start", right + PIN + 6, dy, 0.0 + abs(dy)) for dy in (0.0, -shift, shift)]
    spots += [("end", left - PIN - 6, dy, 0.5 + abs(dy)) for dy in (0.0, -shift, shift)]
    for away in (1.6, 2.4):
        push = view.letter * away
        spots += [(side, middle + sign * push * 1.6, dy * push, 20.0 * away)
                  for side, sign in (("start", 1), ("end", -1)) for dy in (1.0, -1.0)]  # fmt: skip
    url = group[0].organisation.url
    out = []
    for anchor, x, dy, cost in spots:
        box = _Box(x if anchor == "start" else x - wide, y + dy - view.letter * 0.7,
                   x + wide if anchor == "start" else x, y + dy - view.letter * 0.7 + high)  # fmt: skip
        far = abs(dy) > view.letter
        edge = x - 4 if anchor == "start" else x + 4
        leader = (middle, y, edge, y + dy) if far else None
        out.append((Label(name, city, url, x, y + dy, anchor, leader), box, cost))
    return out


def _words(group: list[Pin], view: View) -> tuple[str, str]:
    name = ", ".join(p.organisation.short_name for p in group)
    city = group[0].organisation.city
    return name, city if view.cities and city.split("-")[0].lower() not in name.lower() else ""
