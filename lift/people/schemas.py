"""Input and output of the API of people."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from pydantic import Field

from lift.people.enums import OrganisationKind, SizeClass
from lift.people.models import Organisation
from lift.web.api import ApiModel


class TokenIn(ApiModel):
    """What the sign-in page asks, and what the token shall be for."""

    email: str = Field(min_length=3, max_length=254, examples=["owner@lift.example"])
    password: str = Field(min_length=1, max_length=200)
    totp: str | None = Field(default=None, max_length=9, description="The present code, where a second factor is set.")
    scopes: list[str] | None = Field(
        default=None, min_length=1, max_length=50, examples=[["sessions:read", "bookings:write"]],
        description="Left out: every scope; what the token may do is still what its person may do.",
    )  # fmt: skip
    organisation_id: UUID | None = Field(
        default=None, description="Whom the token acts for; the first one if left out."
    )
    label: str = Field(default="", max_length=100)
    days: int = Field(default=90, ge=1, le=365)


class TokenOut(ApiModel):
    """The token is shown this once."""

    id: UUID
    token: str
    scopes: list[str]
    organisation_id: UUID
    expires_at: datetime


class OrganisationOut(ApiModel):
    """A body of the network; companies only to their own people."""

    id: UUID
    slug: str
    name: str
    short_name: str
    kind: OrganisationKind
    country: str
    city: str
    lat: float | None
    lon: float | None
    nuts: str | None
    website: str | None
    about: dict[str, str]
    size_class: SizeClass | None = Field(description="Of a company: as declared.")

    @classmethod
    def of(cls, row: Organisation) -> OrganisationOut:
        """Out of a row with its company loaded."""
        fields = {name: getattr(row, name) for name in cls.model_fields if name != "size_class"}
        return cls(**fields, size_class=row.company.size_class if row.company else None)


class OrganisationPage(ApiModel):
    """One page, by key."""

    items: list[OrganisationOut]
    next: str | None
