"""Output of the API of hubs."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from pydantic import Field

from lift.clusters.queries import HubRow
from lift.web.api import ApiModel


class WrittenText(ApiModel):
    """A paragraph that a person wrote and signed."""

    kind: str
    text: dict[str, str]
    author_name: str
    written_on: date


class HubOut(ApiModel):
    """A cluster's page. ``profile`` is the source's data as it stands; nothing is added where it is silent."""

    id: UUID
    slug: str
    name: str
    country: str
    city: str
    regions: list[str] = Field(description="NUTS codes that it serves.")
    tagline: dict[str, str]
    profile: dict[str, Any] | None
    profile_source: str | None
    profile_read_on: date | None = Field(description="Empty where the source gives no date.")
    texts: list[WrittenText] = Field(description="The newest first.")

    @classmethod
    def of(cls, row: HubRow) -> HubOut:
        """Out of a hub with its texts loaded."""
        hub, body = row.hub, row.organisation
        plain = ("id", "slug", "regions", "tagline", "profile", "profile_source", "profile_read_on")
        values: dict[str, Any] = {name: getattr(hub, name) for name in plain}
        texts = [WrittenText.model_validate(text) for text in hub.texts]
        return cls(name=body.name, country=body.country, city=body.city, texts=texts, **values)


class HubPage(ApiModel):
    """One page, by key."""

    items: list[HubOut]
    next: str | None
