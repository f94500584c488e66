"""Output of the API of modules."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import Field

from lift.content.enums import StepKind
from lift.content.queries import ModuleCard
from lift.web.api import ApiModel


class StepOut(ApiModel):
    """One step, without its text."""

    key: str
    kind: StepKind
    minutes: int
    required: bool
    title: dict[str, str]


class SkillOut(ApiModel):
    """An ESCO skill with the level that the module leads to."""

    uri: str
    label: str
    level: str


class ModuleOut(ApiModel):
    """A module in its newest published version. Texts are by language."""

    id: UUID
    slug: str
    group: str = Field(description="Slug of the working group.")
    version: int
    title: dict[str, str]
    summary: dict[str, str]
    gain: dict[str, str]
    languages: list[str]
    minutes: int
    eqf_level: int | None
    licence: str
    credits: dict[str, int] = Field(description="Share of 100 by the slug of the partner.")
    asset_type: str | None = Field(description="The kind of machine that it needs, if any.")
    capabilities: list[str]
    skills: list[SkillOut]
    steps: list[StepOut]
    published_at: datetime

    @classmethod
    def of(cls, card: ModuleCard) -> ModuleOut:
        """Out of a published module with its steps loaded."""
        version = card.version
        plain = ("title", "summary", "gain", "languages", "minutes", "eqf_level", "licence", "credits", "published_at")
        values: dict[str, Any] = {name: getattr(version, name) for name in plain}
        return cls(
            id=card.module.id, slug=card.module.slug, group=card.group.slug, version=version.number,
            asset_type=version.requirements.get("asset_type"), capabilities=version.requirements.get("capabilities", []),
            skills=[SkillOut(uri=s["uri"], label=s.get("label", ""), level=s.get("level", "")) for s in version.skills],
            steps=[StepOut.model_validate(step) for step in version.steps], **values,
        )  # fmt: skip


class ModulePage(ApiModel):
    """One page, by key."""

    items: list[ModuleOut]
    next: str | None
