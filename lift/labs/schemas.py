"""Input and output of the API of labs. Instants carry their offset; ranges are half-open."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Self
from uuid import UUID

from pydantic import AwareDatetime, Field, model_validator

from lift.core.db import Instants
from lift.labs.enums import AccessClass, BookingStatus, Purpose
from lift.labs.models import Booking
from lift.labs.policy.spans import ends
from lift.labs.queries.directory import AssetCard, LabCard
from lift.web.api import ApiModel, PageQuery

LONGEST_LOOK = timedelta(days=62)


class AssetOut(ApiModel):
    """An asset as anybody may see it."""

    id: UUID
    key: str
    name: str
    about: dict[str, str]
    access: AccessClass
    connected: bool
    physical: bool
    type_key: str
    type_title: dict[str, str]
    lab_id: UUID

    @classmethod
    def of(cls, lab_id: UUID, card: AssetCard) -> AssetOut:
        """Out of a card, which has nothing secret."""
        fields = {name: getattr(card, name) for name in cls.model_fields if name != "lab_id"}
        return cls(**fields, lab_id=lab_id)


class AssetPage(ApiModel):
    """One page, by key."""

    items: list[AssetOut]
    next: str | None


class AssetQuery(PageQuery):
    """All assets, or those of one lab."""

    lab_id: UUID | None = None


class LabOut(ApiModel):
    """A lab with its zone; hours are asked for as windows of its assets."""

    id: UUID
    slug: str
    name: str
    about: dict[str, str]
    country: str
    city: str
    zone: str
    owner_name: str
    owner_slug: str
    open_until: datetime | None = Field(description="Until when it is open now; null when it is closed.")
    opens_at: datetime | None = Field(description="When it opens next; null while it is open.")
    assets: list[AssetOut]

    @classmethod
    def of(cls, card: LabCard) -> LabOut:
        """Out of a card."""
        fields = {name: getattr(card, name) for name in cls.model_fields if name != "assets"}
        return cls(**fields, assets=[AssetOut.of(card.id, asset) for asset in card.assets])


class LabPage(ApiModel):
    """One page, by key."""

    items: list[LabOut]
    next: str | None


class Span(ApiModel):
    """From an instant to another."""

    start: datetime
    end: datetime

    @classmethod
    def of(cls, during: Instants) -> Span:
        """Out of a range."""
        start, end = ends(during)
        return cls(start=start, end=end)


class WindowsQuery(ApiModel):
    """Where to look, and for how long it must be free."""

    since: AwareDatetime = Field(alias="from")
    until: AwareDatetime = Field(alias="to")
    minutes: int = Field(default=60, ge=1, le=7 * 24 * 60)

    @model_validator(mode="after")
    def looks_ahead(self) -> Self:
        """At most 62 days at once."""
        if not self.since < self.until:
            raise ValueError("`to` must lie after `from`")
        if self.until - self.since > LONGEST_LOOK:
            raise ValueError("ask for 62 days at most")
        return self


class WindowList(ApiModel):
    """When the asset can be booked; set-up and tear-down are already taken off."""

    items: list[Span]


class TimeIn(ApiModel):
    """When."""

    start: AwareDatetime = Field(examples=["2026-11-30T09:00:00+01:00"])
    end: AwareDatetime = Field(examples=["2026-11-30T10:00:00+01:00"])


class BookingIn(TimeIn):
    """Assets of one lab for one time: all or none."""

    asset_ids: list[UUID] = Field(min_length=1, max_length=10)
    purpose: Purpose = Purpose.TRAINING
    title: str = Field(default="", max_length=80)
    note: str = Field(default="", max_length=400)
    present: bool = Field(
        default=True, description="Whether the token's person is there: their own time is booked too."
    )


class MoveIn(TimeIn):
    """The new time."""


class BookingOut(ApiModel):
    """A booking; `start` to `end` is what people see and drive in."""

    id: UUID
    code: str
    lab_id: UUID
    organisation_id: UUID
    holder_id: UUID | None
    session_id: UUID | None
    asset_ids: list[UUID]
    start: datetime
    end: datetime
    status: BookingStatus
    purpose: Purpose
    title: str
    expires_at: datetime | None

    @classmethod
    def of(cls, booking: Booking, asset_ids: list[UUID]) -> BookingOut:
        """Out of a row and the assets it has or had."""
        start, end = ends(booking.during)
        computed = {"asset_ids", "start", "end"}
        fields = {name: getattr(booking, name) for name in cls.model_fields if name not in computed}
        return cls(**fields, asset_ids=asset_ids, start=start, end=end)


class BookingPage(ApiModel):
    """One page, by key."""

    items: list[BookingOut]
    next: str | None


class BookingQuery(PageQuery):
    """Bookings of a lab, and those that touch a span."""

    lab_id: UUID | None = None
    since: AwareDatetime | None = Field(default=None, alias="from")
    until: AwareDatetime | None = Field(default=None, alias="to")
