"""The profile of a source turned into what a page shows. Pure: nothing is added, what is missing is said to be missing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from lift.clusters import texts
from lift.core.i18n import Text

LEVELS = ("primary", "secondary", "emerging", None)


@dataclass(frozen=True)
class Figure:
    """One large number: its value (as the source shows it), unit, name, and how it is meant."""

    value: str
    unit: str
    label: Text
    note: Text | None


@dataclass(frozen=True)
class Area:
    """One area of expertise. ``name`` and ``level`` are None where the source gives none."""

    name: str | None
    level: str | None
    projects: int
    of: int
    evidence: tuple[str, ...]


@dataclass(frozen=True)
class Span:
    """A stretch of the "then and now" axis, in percent of its width; ``open_end``: the source gives no end."""

    title: str
    topics: tuple[str, ...]
    left: float
    width: float
    open_end: bool
    words: Text


@dataclass(frozen=True)
class Trajectory:
    """Early and recent focus on one axis of years; ``gap`` is the stretch that the source is silent about."""

    years: tuple[int, ...]
    spans: tuple[Span, ...]
    gap: tuple[float, float] | None


@dataclass(frozen=True)
class Project:
    """One EU project; ``contribution`` in whole EUR, None when not stated."""

    acronym: str
    role: str
    contribution: int | None
    why: str
    start: date | None
    end: date | None


def figures(profile: dict[str, Any]) -> list[Figure]:
    """The headline figures that the profile has, in a fixed order."""
    head = profile.get("headline", {})
    made = [
        _count(head, "projects", texts.PROJECTS, _projects_note(profile)),
        _count(head, "as_coordinator", texts.AS_COORDINATOR, _coordinator_note(head)),
        _funding(head),
        _count(head, "unique_partners", texts.PARTNERS, Text(texts.PARTNERS_NOTE)),
        _count(head, "countries", texts.COUNTRIES, Text(texts.COUNTRIES_NOTE)),
    ]
    return [figure for figure in made if figure is not None]


def _count(head: dict[str, Any], key: str, label: str, note: Text | None) -> Figure | None:
    return Figure(str(head[key]), "", Text(label), note) if key in head else None


def _projects_note(profile: dict[str, Any]) -> Text | None:
    programme = profile.get("programme")
    if not programme:
        return None
    none_active = str(profile.get("activity_status", "")).startswith("no active")
    third = sum(1 for p in profile.get("projects", []) if p.get("role") == "thirdParty")
    words = texts.PROJECTS_ENDED_NOTE if none_active else texts.PROJECTS_NOTE
    return Text(words, {"programme": programme, "third": third})


def _coordinator_note(head: dict[str, Any]) -> Text:
    return (
        Text(texts.NEVER_COORDINATOR if head["as_coordinator"] == 0 else texts.COORDINATOR_NOTE)
        if ("as_coordinator" in head)
        else Text("")
    )


def _funding(head: dict[str, Any]) -> Figure | None:
    shown = head.get("total_ec_funding_display")
    if not shown:
        return None
    amount = str(shown).removeprefix("EUR ").strip()
    number = amount.rstrip("KM")
    unit = amount[len(number):] + " EUR" if amount != number else "EUR"  # fmt: skip
    low_high = head.get("total_ec_funding_eur_range")
    note = Text(texts.FUNDING_RANGE, {"low": spaced(low_high[0]), "high": spaced(low_high[1])}) if low_high else (
        Text(texts.FUNDING_NO_RANGE)
    )  # fmt: skip
    return Figure(number, unit, Text(texts.FUNDING), note)


def spaced(number: int) -> str:
    """ "493 500" with a space that does not break."""
    return f"{number:,}".replace(",", "\u00a0")


def areas(profile: dict[str, Any]) -> list[Area]:
    """Areas of expertise, most projects first, then by level."""
    of = profile.get("headline", {}).get("projects", 0)
    found = [
        Area(row.get("name"), row.get("level"), row["projects"], of, tuple(row.get("evidence_projects", ())))
        for row in profile.get("expertise", [])
    ]
    return sorted(found, key=lambda a: (-a.projects, LEVELS.index(a.level) if a.level in LEVELS else len(LEVELS)))


def area_sum_note(profile: dict[str, Any]) -> Text | None:
    """Why the counts of the areas add up to more than there are projects; and which project supports none."""
    found = areas(profile)
    total = sum(a.projects for a in found)
    if not found or total <= found[0].of:
        return None
    used = {name for a in found for name in a.evidence}
    left = [p["acronym"] for p in profile.get("projects", []) if p["acronym"] not in used]
    words = texts.AREAS_SUM_LEFT if left else texts.AREAS_SUM
    return Text(words, {"sum": total, "projects": found[0].of, "left": ", ".join(left)})


def trajectory(profile: dict[str, Any], today: date) -> Trajectory | None:
    """Early and recent focus with the years that the source gives."""
    row = profile.get("trajectory", {})
    if "early_period" not in row or "recent_from" not in row:
        return None
    first, last = row["early_period"]
    end = max(today.year, row["recent_from"]) + 1
    width = end - first

    def at(year: int) -> float:
        return float(round(100 * (year - first) / width, 2))

    early = Span(row["early_focus"], tuple(row.get("early_topics", ())), 0.0, at(last + 1), False,
                 Text(texts.EARLY_YEARS, {"first": first, "last": last}))  # fmt: skip
    recent = Span(row["recent_focus"], tuple(row.get("recent_topics", ())), at(row["recent_from"]),
                  100 - at(row["recent_from"]), True, Text(texts.RECENT_YEARS, {"first": row["recent_from"]}))  # fmt: skip
    gap = (at(last + 1), at(row["recent_from"])) if row["recent_from"] > last + 1 else None
    return Trajectory(tuple(range(first, end)), (early, recent), gap)


def projects(profile: dict[str, Any]) -> list[Project]:
    """The projects, notable ones first, as the source orders them."""
    return [
        Project(row["acronym"], row.get("role", ""), row.get("ec_contribution_eur"), row.get("notable_reason", ""),
                _day(row.get("start")), _day(row.get("end")))
        for row in sorted(profile.get("projects", []), key=lambda row: not row.get("notable"))
    ]  # fmt: skip


def _day(value: Any) -> date | None:
    """A day as the source writes it: plain, or as a value with a source of its own."""
    text = value.get("value") if isinstance(value, dict) else value
    return date.fromisoformat(text) if text else None
