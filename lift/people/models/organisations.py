"""Bodies and firms, and what firms declare."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lift.core.db import Base, Created, Json, Key, Texts, one_of, state_column
from lift.people.enums import LinkKind, OrganisationKind, SizeClass, VatState

# The host of the website, to which requests to join are compared.
DOMAIN = "regexp_replace(lower(split_part(website, '/', 3)), '^www[.]', '')"


class Organisation(Base):
    """Any body. ``country`` is ISO 3166-1, ``nuts`` NUTS 2021, ``lat``/``lon`` degrees."""

    __tablename__ = "organisation"
    __table_args__ = (one_of("kind", OrganisationKind), sa.Index(None, "kind", "name"), sa.Index(None, "domain"))

    id: Mapped[Key]
    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    short_name: Mapped[str]
    kind: Mapped[OrganisationKind] = state_column(OrganisationKind)
    country: Mapped[str]
    city: Mapped[str] = mapped_column(default="")
    lat: Mapped[float | None]
    lon: Mapped[float | None]
    nuts: Mapped[str | None]
    website: Mapped[str | None]
    domain: Mapped[str | None] = mapped_column(sa.Computed(DOMAIN, persisted=True))
    about: Mapped[Texts] = mapped_column(default=dict)
    source: Mapped[str] = mapped_column(default="")
    created_at: Mapped[Created]

    company: Mapped[Company | None] = relationship(
        back_populates="organisation", foreign_keys="Company.organisation_id"
    )

    @property
    def initials(self) -> str:
        """Two letters for the switcher."""
        words = [w for w in self.short_name.replace("-", " ").split() if w[:1].isalnum()]
        return (words[0][0] + words[1][0] if len(words) > 1 else self.short_name[:2]).upper()


class Company(Base):
    """What an SME adds: VAT number, sector, size as declared. Hidden from other organisations by default.

    ``vat_number`` is canonical (country prefix, capitals, no blanks), ``nace`` a division of NACE Rev. 2 ("25").
    """

    __tablename__ = "company"
    __table_args__ = (one_of("size_class", SizeClass), one_of("vat_state", VatState))

    organisation_id: Mapped[UUID] = mapped_column(sa.ForeignKey("organisation.id"), primary_key=True)
    vat_number: Mapped[str | None] = mapped_column(unique=True)
    vat_state: Mapped[VatState] = state_column(VatState, VatState.UNCHECKED)
    vat_checked_at: Mapped[datetime | None]
    nace: Mapped[str | None]
    heads: Mapped[int | None]
    size_class: Mapped[SizeClass] = state_column(SizeClass, SizeClass.UNKNOWN)
    size_declared_on: Mapped[date | None]
    hub_organisation_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("organisation.id"))
    contact_email: Mapped[str | None]
    machines_note: Mapped[Texts] = mapped_column(default=dict)

    organisation: Mapped[Organisation] = relationship(back_populates="company", foreign_keys=[organisation_id])


class SizeDeclaration(Base):
    """A dated answer on the size of a company; the newest counts, all are kept."""

    __tablename__ = "size_declaration"
    __table_args__ = (one_of("size_class", SizeClass), sa.Index(None, "organisation_id", "declared_on"))

    id: Mapped[Key]
    organisation_id: Mapped[UUID] = mapped_column(sa.ForeignKey("organisation.id"))
    size_class: Mapped[SizeClass] = state_column(SizeClass)
    heads: Mapped[int | None]
    answers: Mapped[Json] = mapped_column(default=dict)
    declared_by: Mapped[UUID | None] = mapped_column(sa.ForeignKey("person.id"))
    declared_on: Mapped[date] = mapped_column(server_default=sa.func.current_date())


class CompanyLink(Base):
    """A dated declaration: this other firm is linked with ours, or a partner of it (Recommendation 2003/361/EC, article 3).

    An ended one stays as history. ``vat_number`` is canonical; a firm that is here too is found by it.
    """

    __tablename__ = "company_link"
    __table_args__ = (
        one_of("kind", LinkKind),
        sa.Index(
            "uq_company_link_live", "organisation_id", "vat_number", unique=True,
            postgresql_where=sa.text("ended_on IS NULL"),
        ),
        sa.Index(None, "vat_number"),
    )  # fmt: skip

    id: Mapped[Key]
    organisation_id: Mapped[UUID] = mapped_column(sa.ForeignKey("organisation.id"))
    kind: Mapped[LinkKind] = state_column(LinkKind)
    name: Mapped[str]
    vat_number: Mapped[str]
    declared_on: Mapped[date] = mapped_column(server_default=sa.func.current_date())
    declared_by: Mapped[UUID | None] = mapped_column(sa.ForeignKey("person.id"))
    ended_on: Mapped[date | None]
