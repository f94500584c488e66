"""The rules in force at an asset: what the lab's preset says, what the lab changed, what the asset changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from lift.labs.enums import Preset, RuleSource
from lift.labs.models import Asset


@dataclass(frozen=True)
class Rules:
    """Values of RULES section 1 that a lab sets; None means no limit. ``sources`` says where each comes from."""

    step_minutes: int = 30
    lead_minutes: int = 60
    horizon_days: int = 60
    release_hour: int = 8
    min_minutes: int = 30
    max_minutes: int = 240
    buffers_in_opening: bool = False
    person_per_week: int | None = None
    organisation_per_week: int | None = None
    free_cancel_minutes: int = 24 * 60
    hold_minutes: int = 15
    members_book: bool = True
    sources: Mapping[str, RuleSource] = field(default_factory=dict)

    def source(self, name: str) -> RuleSource:
        """Where the value of ``name`` comes from."""
        return self.sources.get(name, RuleSource.PRESET)


NAMES = frozenset(f.name for f in fields(Rules)) - {"sources"}

PRESETS: dict[Preset, dict[str, Any]] = {
    Preset.TEACHING_ONLY: {"members_book": False},
    Preset.SUPERVISED_PRACTICE: {"person_per_week": 5, "organisation_per_week": 20},
    Preset.OPEN_PRACTICE: {"lead_minutes": 0, "max_minutes": 480, "person_per_week": 10},
}


def effective_rules(asset: Asset) -> Rules:
    """The rules in force at ``asset`` (its lab loaded). Quotas count per lab: an asset does not change them."""
    own = {name: value for name, value in asset.rules.items() if not name.endswith("_per_week")}
    layers = (
        (RuleSource.PRESET, PRESETS[asset.lab.preset]),
        (RuleSource.LAB, asset.lab.rules),
        (RuleSource.ASSET, own),
    )
    values: dict[str, Any] = {}
    sources: dict[str, RuleSource] = {}
    for source, layer in layers:
        known = {name: value for name, value in layer.items() if name in NAMES}
        values |= known
        sources |= dict.fromkeys(known, source)
    return Rules(**values, sources=sources)
