"""The reader's firm: what prices, pools and distances ask about it."""

from __future__ import annotations

from dataclasses import dataclass
from math import asin, cos, radians, sin, sqrt
from uuid import UUID

import sqlalchemy as sa

from lift.core.db import db
from lift.people.enums import OrganisationKind, SizeClass
from lift.people.models import Company, Organisation
from lift.training.policy.pools import CompanyFacts

HALF_PRICE_FOR = (SizeClass.MICRO, SizeClass.SMALL, SizeClass.MEDIUM)
EARTH_KM = 6371.0


@dataclass(frozen=True)
class Firm:
    """The acting company as session lists need it. Prices are in cents of EUR, places in degrees."""

    facts: CompanyFacts
    size: SizeClass
    heads: int | None
    country: str
    lat: float | None
    lon: float | None

    @property
    def pays_half(self) -> bool:
        """Whether the network's price for small and medium firms is theirs."""
        return self.size in HALF_PRICE_FOR

    def price_of(self, list_cents: int, partner_cents: int) -> int:
        """What a seat costs this firm when it takes the aid."""
        return partner_cents if self.pays_half else list_cents

    def kilometres_to(self, lat: float | None, lon: float | None) -> int | None:
        """As the crow flies; None when a place is unknown."""
        if None in (self.lat, self.lon, lat, lon):
            return None
        a, b, c, d = (radians(x or 0.0) for x in (self.lat, self.lon, lat, lon))
        half = sin((c - a) / 2) ** 2 + cos(a) * cos(c) * sin((d - b) / 2) ** 2
        return round(2 * EARTH_KM * asin(sqrt(half)))


def firm_of(organisation_id: UUID | None) -> Firm | None:
    """The firm a person acts for; None for visitors and for bodies that are no company."""
    if organisation_id is None:
        return None
    query = (
        sa.select(Organisation, Company)
        .join(Company, Company.organisation_id == Organisation.id)
        .where(Organisation.id == organisation_id, Organisation.kind == OrganisationKind.COMPANY)
    )
    row = db.session.execute(query).one_or_none()
    if row is None:
        return None
    body, company = row
    facts = CompanyFacts(body.id, company.hub_organisation_id, body.nuts or "", str(company.size_class), body.country)
    return Firm(facts, company.size_class, company.heads, body.country, body.lat, body.lon)


def company_facts(company: UUID) -> CompanyFacts:
    """Hub, region and size class of a body; empty where not declared."""
    query = (
        sa.select(Company.hub_organisation_id, Organisation.nuts, Company.size_class, Organisation.country)
        .select_from(Organisation)
        .outerjoin(Company, Company.organisation_id == Organisation.id)
        .where(Organisation.id == company)
    )
    row = db.session.execute(query).one()
    return CompanyFacts(company, row[0], row[1] or "", str(row[2] or "unknown"), row[3])
