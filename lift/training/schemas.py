"""Input and output of the API of training. Prices are in cents of EUR; instants carry their offset."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from pydantic import Field, model_validator

from lift.training.enums import AidAnswer, EnrolmentStatus, Fit, SeatsBand, SessionMode, SessionStatus
from lift.training.models import Enrolment
from lift.training.policy import MOST_PER_REQUEST, EnrolRequest
from lift.training.queries.catalogue import SessionCard
from lift.training.queries.mine import CheckedCertificate
from lift.web.api import ApiModel


class PartOut(ApiModel):
    """One stretch of a session."""

    start: datetime
    end: datetime
    mode: SessionMode


class SessionOut(ApiModel):
    """A published session as anybody may see it; of its seats only the band."""

    id: UUID
    code: str
    title: dict[str, str]
    topic: str
    version_id: UUID
    module_slug: str
    lab_slug: str
    host_slug: str
    country: str
    status: SessionStatus
    mode: SessionMode
    language: str
    place: dict[str, str]
    bring: dict[str, str]
    zone: str
    parts: list[PartOut]
    total_minutes: int
    list_price_cents: int
    price_cents: int = Field(description="For the acting firm, with the aid it can have.")
    enrol_until: datetime
    withdraw_until: datetime
    seats: SeatsBand

    @classmethod
    def of(cls, card: SessionCard) -> SessionOut:
        """Out of a card."""
        own = {"parts", "seats", "list_price_cents"}
        fields = {name: getattr(card, name) for name in cls.model_fields if name not in own}
        parts = [PartOut(start=start, end=end, mode=mode) for start, end, mode in card.parts]
        return cls(**fields, parts=parts, seats=card.band, list_price_cents=card.list_cents)


class SessionPage(ApiModel):
    """One page, soonest first."""

    items: list[SessionOut]
    next: str | None


class EnrolmentIn(ApiModel):
    """People and nameless seats of the acting company, as one act."""

    people: list[UUID] = Field(default=[], max_length=MOST_PER_REQUEST, description="Ids of the company's people.")
    nameless: int = Field(default=0, ge=0, le=MOST_PER_REQUEST)
    fit: Fit = Field(
        default=Fit.SOME, description="some: the rest waits; all: 409 unless all fit; together: or wait as one."
    )
    code: str = Field(default="", max_length=40, description="Opens seats that are kept for who has it.")
    voucher: str = Field(default="", max_length=40)
    aid: AidAnswer = AidAnswer.FULL_PRICE
    aid_declared_cents: int | None = Field(default=None, ge=0, le=10**9, description="Support of the last three years.")

    @model_validator(mode="after")
    def _asks_for_something(self) -> EnrolmentIn:
        if len(set(self.people)) != len(self.people):
            raise ValueError("a person stands in the list twice")
        if not 1 <= len(self.people) + self.nameless <= MOST_PER_REQUEST:
            raise ValueError(f"ask for 1 to {MOST_PER_REQUEST} seats")
        return self

    def request(self) -> EnrolRequest:
        """As the verb wants it."""
        people, told = tuple(self.people), self.aid_declared_cents
        return EnrolRequest(people, self.nameless, self.fit, self.aid, told, self.code, self.voucher)


class EnrolmentOut(ApiModel):
    """One place of the acting company."""

    id: UUID
    session_id: UUID
    person_id: UUID | None
    status: EnrolmentStatus
    price_cents: int
    aid_cents: int
    ahead: int | None = Field(description="How many wait before this one; only of the waiting.")
    expires_at: datetime | None

    @classmethod
    def of(cls, row: Enrolment, ahead: int) -> EnrolmentOut:
        """Out of a row."""
        names = set(cls.model_fields) - {"ahead"}
        waits = row.status is EnrolmentStatus.WAITING
        return cls(**{name: getattr(row, name) for name in names}, ahead=ahead if waits else None)


class EnrolmentList(ApiModel):
    """Places of the acting company in one session."""

    items: list[EnrolmentOut]


class CertificateOut(ApiModel):
    """What anybody may know of a certificate."""

    state: str = Field(description="valid or revoked; an unknown code is 404.")
    initials: str
    title: dict[str, str]
    number: str
    issuer: str
    issued_at: datetime
    revoked_at: datetime | None

    @classmethod
    def of(cls, found: CheckedCertificate) -> CertificateOut:
        """Out of a checked certificate."""
        names = set(cls.model_fields) - {"state"}
        state = "revoked" if found.revoked_at else "valid"
        return cls(state=state, **{name: getattr(found, name) for name in names})
