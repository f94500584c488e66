"""The computed profile in words and levels: every rule stated beside its result (C8, C9, C10). Pure."""

from __future__ import annotations

from collections import Counter
from typing import Any

PRIMARY_SHARE, PRIMARY_LEAST = 0.4, 2
RECENT_YEARS = 4
MOST_TOPICS, MOST_AREAS = 3, 8
RULES = {
    "projects": "Projects of the file in which the body takes part, in any role, each once.",
    "as_coordinator": "Those of them in which one of its rows has the role coordinator.",
    "active": "Those of them with status SIGNED whose end is not past.",
    "funding": "Sum of netEcContribution over its own rows; ecContribution (with linked third parties) beside it.",
    "partners": "Other bodies in the same projects; PICs with one VAT number are one body.",
    "countries": "Countries of those other bodies; its own country counts when another body is from there.",
    "areas": "Third level of the EuroSciVoc path; a project may support several areas.",
    "level": "Primary: at least two projects and 40 % of all. Emerging: every project began in the last four years"
    " of the files. Secondary: all others.",
    "focus": "Topics of the projects that began in the first and in the last four years of its own projects.",
    "role": "Leader: coordinates a fifth or more. Active partner: five projects or more. Participant: fewer.",
    "reach": "European: partners in ten countries or more. International: in two or more. National: fewer.",
    "confidence": "High: 20 projects and 20 keywords or topics. Moderate: 5 of each. Low: fewer.",
}
"""How each figure is made; shown beside it."""


def profile_of(pic: int, raw: dict[str, Any]) -> dict[str, Any]:
    """What the one statement counted, with levels, focus, role, reach and the confidence note. Money in EUR."""
    last_year = max((f["last_year"] or 0 for f in raw["files"]), default=0)
    return {
        "pic": pic,
        "pics": raw["pics"] or [],
        "name": (raw["body"] or {}).get("name", ""),
        "country": (raw["body"] or {}).get("country", ""),
        "figures": figures(raw),
        "expertise": expertise(raw, last_year),
        "focus": focus(raw),
        "role": role(raw),
        "reach": reach(raw),
        "notable": notable(raw),
        "projects": raw["list"],
        "lift_partners": raw["lift_partners"],
        "confidence": confidence(raw),
        "sources": raw["files"],
        "rules": RULES,
    }


def figures(raw: dict[str, Any]) -> dict[str, Any]:
    """The headline numbers by name."""
    names = ("projects", "as_coordinator", "active", "partners", "countries", "countries_with_own", "rows",
             "unknown_rows", "median_size")  # fmt: skip
    return {**{name: raw[name] for name in names}, "funding_net": float(raw["net"]), "funding_ec": float(raw["ec"])}


def level(projects: int, of: int, first_year: int | None, last_year: int) -> str:
    """Primary, secondary or emerging (RULES["level"])."""
    if projects >= PRIMARY_LEAST and projects >= PRIMARY_SHARE * of:
        return "primary"
    return "emerging" if first_year is not None and first_year > last_year - RECENT_YEARS else "secondary"


def expertise(raw: dict[str, Any], last_year: int) -> list[dict[str, Any]]:
    """Areas with their projects; ``cross_sector`` names the root of an area outside the body's own main field."""
    of = raw["projects"]
    roots: Counter[str] = Counter()
    for area in raw["areas"]:
        roots[area["root"]] += area["projects"]
    main = min(roots, key=lambda r: (-roots[r], r)) if roots else None
    return [
        {
            "name": area["area"],
            "level": level(area["projects"], of, area["first_year"], last_year),
            "projects": area["projects"],
            "evidence_projects": area["evidence"],
            "cross_sector": area["root"] if area["root"] != main else None,
        }
        for area in raw["areas"][:MOST_AREAS]
    ]


def focus(raw: dict[str, Any]) -> dict[str, Any] | None:
    """Early and recent topics; None with fewer than two years between first and last project."""
    years = raw["years"]
    if not years or years[-1] - years[0] < 2:
        return None
    early_end = min(years[0] + RECENT_YEARS - 1, years[-1] - 1)
    recent_start = max(years[-1] - RECENT_YEARS + 1, early_end + 1)
    return {
        "early": {"from": years[0], "to": early_end, "topics": _most(raw, years[0], early_end)},
        "recent": {"from": recent_start, "to": years[-1], "topics": _most(raw, recent_start, years[-1])},
    }


def _most(raw: dict[str, Any], first: int, last: int) -> list[str]:
    found: Counter[str] = Counter()
    for year, title, n in raw["topics"]:
        if first <= year <= last:
            found[title] += n
    return sorted(found, key=lambda title: (-found[title], title))[:MOST_TOPICS]


def role(raw: dict[str, Any]) -> str:
    """RULES["role"]; "none" without a project."""
    if not raw["projects"]:
        return "none"
    if raw["as_coordinator"] * 5 >= raw["projects"]:
        return "leader"
    return "active_partner" if raw["projects"] >= 5 else "participant"


def reach(raw: dict[str, Any]) -> str:
    """RULES["reach"]."""
    return "european" if raw["countries"] >= 10 else "international" if raw["countries"] >= 2 else "national"


def notable(raw: dict[str, Any]) -> list[dict[str, str]]:
    """The largest known contribution and the newest, each with its reason."""
    found = []
    if raw["list"] and raw["list"][0]["ec"] is not None:
        found.append({"acronym": raw["list"][0]["acronym"], "reason": "largest"})
    if raw["newest"]:
        found.append({"acronym": raw["newest"], "reason": "newest"})
    return found


def confidence(raw: dict[str, Any]) -> dict[str, Any]:
    """How much stands behind the profile, and what cannot be concluded from it (keys of ``texts.CANNOT``)."""
    words = raw["keywords"] + len({title for _, title, _ in raw["topics"]})
    enough = min(raw["projects"], words)
    cannot = []
    if not raw["as_coordinator"]:
        cannot.append("never_led")
    if raw["projects"] < 5:
        cannot.append("few_projects")
    if raw["unknown_rows"]:
        cannot.append("unknown_money")
    if not raw["areas"]:
        cannot.append("no_topics")
    return {
        "level": "high" if enough >= 20 else "moderate" if enough >= 5 else "low",
        "projects": raw["projects"],
        "keywords": words,
        "ever_coordinated": raw["as_coordinator"] > 0,
        "cannot": cannot,
    }
