"""The rules in force at an asset: what the network says, the lab's preset, the lab, the asset; the nearest one counts.

``effective_rules`` is the one place that knows the levels: one more level is one more row of ``_layers``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

from lift.labs.enums import Preset, RuleSource
from lift.labs.models import Asset, Lab


@dataclass(frozen=True)
class Rules:
    """Values of RULES section 1 that a lab sets; None means no limit. ``sources`` says where each comes from.

    The values here are the network's: what counts where nobody said anything else.
    """

    step_minutes: int = 30
    lead_minutes: int = 60
    horizon_days: int = 60
    release_hour: int = 8
    min_minutes: int = 30
    max_minutes: int = 240
    chains_allowed: bool = False
    gap_minutes: int = 0
    buffers_in_opening: bool = False
    person_per_week: int | None = None
    organisation_per_week: int | None = None
    person_minutes_per_day: int | None = None
    person_minutes_per_month: int | None = None
    person_minutes_in_30_days: int | None = None
    organisation_minutes_per_month: int | None = None
    free_cancel_minutes: int = 24 * 60
    hold_minutes: int = 15
    members_book: bool = True
    sources: Mapping[str, RuleSource] = field(default_factory=dict)
    presets: Mapping[str, Any] = field(default_factory=dict)  # what the preset in force says, where it says something

    def differs(self, name: str) -> bool:
        """True when the lab or the asset set it, to something else than its preset says."""
        return self.source(name) in OWN_SOURCES and getattr(self, name) != self.instead(name)

    def instead(self, name: str) -> Any:
        """What the preset says."""
        return self.presets.get(name, Rules.__dataclass_fields__[name].default)

    def without_person(self) -> Rules:
        """For a booking that takes nobody's time: no limit of a person counts it."""
        limits = {name: None for name in NAMES if name.startswith("person_")}
        return replace(self, **limits)  # type: ignore[arg-type]  # every one of them may be None

    def source(self, name: str) -> RuleSource:
        """Where the value of ``name`` comes from."""
        return self.sources.get(name, RuleSource.NETWORK)


NAMES = frozenset(f.name for f in fields(Rules)) - {"sources", "presets"}
OWN_SOURCES = (RuleSource.LAB, RuleSource.ASSET)
OF_THE_LAB = frozenset(name for name in NAMES if name.startswith(("person_", "organisation_")))
"""Rules that count over all assets of a lab: an asset does not change them."""

PRESETS: dict[Preset, dict[str, Any]] = {
    Preset.TEACHING_ONLY: {"members_book": False},
    Preset.SUPERVISED_PRACTICE: {"person_per_week": 5, "organisation_per_week": 20},
    Preset.OPEN_PRACTICE: {"lead_minutes": 0, "max_minutes": 480, "person_per_week": 10, "chains_allowed": True},
}


def effective_rules(asset: Asset) -> Rules:
    """The rules in force at ``asset`` (its lab loaded), each with its source."""
    return _laid(_layers(asset.lab, asset))


def lab_rules(lab: Lab) -> Rules:
    """The rules that a lab's assets start from."""
    return _laid(_layers(lab, None))


def inherited_rules(asset: Asset) -> Rules:
    """What would count at ``asset`` if it had set nothing of its own."""
    return _laid(layer for layer in _layers(asset.lab, asset) if layer[0] is not RuleSource.ASSET)


def preset_rules(preset: Preset) -> Rules:
    """What a preset says, with the network's values for the rest."""
    return _laid([(RuleSource.PRESET, PRESETS[preset])])


def _layers(lab: Lab, asset: Asset | None) -> Iterator[tuple[RuleSource, Mapping[str, Any]]]:
    """The levels from the farthest to the nearest. An asset's own preset covers what its lab changed."""
    yield RuleSource.PRESET, PRESETS[lab.preset]
    yield RuleSource.LAB, lab.rules
    if asset is not None and asset.preset is not None:
        yield RuleSource.ASSET_PRESET, _own(preset_changes(asset.preset))
    if asset is not None:
        yield RuleSource.ASSET, _own(asset.rules)


def preset_changes(preset: Preset) -> dict[str, Any]:
    """Every value of a preset, the network's where it says nothing: so that choosing one leaves nothing of another."""
    rules = preset_rules(preset)
    return {name: getattr(rules, name) for name in NAMES}


def _own(layer: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in layer.items() if name not in OF_THE_LAB}


def _laid(layers: Any) -> Rules:
    values: dict[str, Any] = {}
    sources: dict[str, RuleSource] = {}
    presets: Mapping[str, Any] = {}
    for source, layer in layers:
        known = {name: value for name, value in layer.items() if name in NAMES}
        values |= known
        sources |= dict.fromkeys(known, source)
        if source in (RuleSource.PRESET, RuleSource.ASSET_PRESET):
            presets = known
    return Rules(**values, sources=sources, presets=presets)
