"""The look holds by itself: no inline script, one file of colours, letters that can be read, parts that say what they take."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from config import ROOT

TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
STYLES = sorted((ROOT / "static" / "src").rglob("*.scss"))
TOKENS = ROOT / "static" / "src" / "styles" / "_tokens.scss"
PARTS = sorted(p for p in (ROOT / "templates" / "ui").glob("*.html") if not p.name.startswith(("_", "gallery")))

FORBIDDEN = {
    "inline script": re.compile(r"<script(?![^>]*(\bsrc=|application/json))", re.IGNORECASE),
    "inline handler": re.compile(r"\son[a-z]+\s*=\s*[\"']", re.IGNORECASE),
    "style element": re.compile(r"<style\b", re.IGNORECASE),
    "htmx evaluation": re.compile(r"hx-on|hx-(vals|headers)=[\"']js:|hx-trigger=[\"'][^\"']*\["),
    "javascript address": re.compile(r"javascript:", re.IGNORECASE),
    "outside address": re.compile(r"(src|href)=[\"']https?://[^\"'{]*\.(js|css|woff2?|png|svg)", re.IGNORECASE),
}
# text on ground, as they meet on pages; WCAG 2.2 AA asks 4.5 of each
PAIRS = [
    *((ink, ground) for ink in ("ink", "muted", "brand", "good", "bad") for ground in ("surface", "paper")),
    ("muted", "sunk"),
    ("good", "good-tint"),
    ("att-ink", "att-tint"),
    ("bad", "bad-tint"),
    ("live-ink", "live-tint"),
    ("twin", "twin-tint"),
    ("brand", "brand-tint"),
    ("on-brand", "brand"),
    ("on-stop", "stop"),
    ("on-live", "live"),
    ("written", "written-tint"),
    ("att", "surface"),
    ("live", "surface"),
    ("twin", "surface"),
]


def tokens(dark: bool) -> dict[str, str]:
    """Token name → #rrggbb in the light or the dark look."""
    light_part, dark_part = TOKENS.read_text().split(':root[data-look="dark"]')
    found: dict[str, str] = {}
    for text in (light_part, dark_part) if dark else (light_part,):
        found |= dict(re.findall(r"--l-([a-z0-9-]+): (#[0-9a-f]{3,6});", text))
    return found


def luminance(colour: str) -> float:
    digits = colour.lstrip("#")
    digits = "".join(c * 2 for c in digits) if len(digits) == 3 else digits
    parts = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def relative(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("what", FORBIDDEN)
def test_templates_hold_nothing_that_the_policy_would_block(what: str) -> None:
    guilty = [relative(t) for t in TEMPLATES if FORBIDDEN[what].search(t.read_text())]
    assert guilty == []


def test_every_part_says_what_it_takes() -> None:
    assert [relative(p) for p in PARTS if not p.read_text().startswith("{#-")] == []


def test_colours_stand_in_one_file() -> None:
    colour = re.compile(r"#[0-9a-f]{3,8}\b", re.IGNORECASE)
    guilty = [relative(s) for s in STYLES if s != TOKENS and colour.search(s.read_text())]
    assert guilty == []


@pytest.mark.parametrize("dark", [False, True])
def test_letters_can_be_read_on_their_ground(dark: bool) -> None:
    known = tokens(dark)
    faint = {pair: round(contrast(known[pair[0]], known[pair[1]]), 2) for pair in PAIRS}
    assert {pair: value for pair, value in faint.items() if value < 4.5} == {}


def test_front_end_packages_are_pinned_exactly_and_name_no_registry() -> None:
    wanted = json.loads((ROOT / "package.json").read_text())
    versions = [*wanted["dependencies"].values(), *wanted["devDependencies"].values()]
    assert [v for v in versions if not re.fullmatch(r"\d+\.\d+\.\d+", v)] == []
    lock = json.loads((ROOT / "package-lock.json").read_text())
    assert [name for name, entry in lock["packages"].items() if "resolved" in entry] == []
    assert {wanted["name"]} == {lock["name"]}
