"""Tables of people. Account carries the fields that Flask-Security expects; its roles are unused."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from flask_security import UserMixin
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.mutable import MutableList
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lift.core.actor import Role, Scope
from lift.core.db import Base, Created, Json, Key, Texts, one_of, state_column
from lift.core.ids import uuid7
from lift.people.enums import ConsentPurpose, OrganisationKind, SizeClass


class Organisation(Base):
    """Any body. ``country`` is ISO 3166-1, ``nuts`` NUTS 2021, ``lat``/``lon`` degrees."""

    __tablename__ = "organisation"
    __table_args__ = (one_of("kind", OrganisationKind), sa.Index(None, "kind", "name"))

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
    """What an SME adds: VAT number, sector, size as declared. Hidden from other organisations by default."""

    __tablename__ = "company"
    __table_args__ = (one_of("size_class", SizeClass),)

    organisation_id: Mapped[UUID] = mapped_column(sa.ForeignKey("organisation.id"), primary_key=True)
    vat_number: Mapped[str | None] = mapped_column(unique=True)
    nace: Mapped[str | None]
    heads: Mapped[int | None]
    size_class: Mapped[SizeClass] = state_column(SizeClass, SizeClass.UNKNOWN)
    size_declared_on: Mapped[date | None]
    hub_organisation_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("organisation.id"))
    contact_email: Mapped[str | None]
    machines_note: Mapped[Texts] = mapped_column(default=dict)

    organisation: Mapped[Organisation] = relationship(back_populates="company", foreign_keys=[organisation_id])


class Person(Base):
    """A human. ``pseudonym`` is what the audit keeps; erasure empties the name and leaves the pseudonym."""

    __tablename__ = "person"

    id: Mapped[Key]
    pseudonym: Mapped[UUID] = mapped_column(unique=True, default=uuid7)
    name: Mapped[str]
    language: Mapped[str] = mapped_column(default="en")
    job_title: Mapped[str] = mapped_column(default="")
    zone: Mapped[str | None]
    created_at: Mapped[Created]
    erased_at: Mapped[datetime | None]

    @property
    def initials(self) -> str:
        """First letters of first and last name."""
        words = self.name.split()
        return (words[0][:1] + (words[-1][:1] if len(words) > 1 else "")).upper() if words else "?"


class Account(Base, UserMixin):
    """Sign-in by address and password; fields after ``active`` are Flask-Security's."""

    __tablename__ = "account"

    id: Mapped[Key]  # type: ignore[assignment]  # Flask-Security's mixin guesses other types here and below
    person_id: Mapped[UUID] = mapped_column(sa.ForeignKey("person.id"), unique=True)
    email: Mapped[str | None] = mapped_column(unique=True)  # type: ignore[assignment]  # None: signs in by card only
    password: Mapped[str | None]
    active: Mapped[bool] = mapped_column(default=True)
    fs_uniquifier: Mapped[str] = mapped_column(unique=True)
    confirmed_at: Mapped[datetime | None]
    last_login_at: Mapped[datetime | None]  # type: ignore[assignment]
    current_login_at: Mapped[datetime | None]  # type: ignore[assignment]
    last_login_ip: Mapped[str | None]
    current_login_ip: Mapped[str | None]
    login_count: Mapped[int | None]  # type: ignore[assignment]
    tf_primary_method: Mapped[str | None]
    tf_totp_secret: Mapped[str | None]
    tf_last_counter: Mapped[int | None] = mapped_column(sa.BigInteger)  # a code works once
    mf_recovery_codes: Mapped[list[str] | None] = mapped_column(MutableList.as_mutable(ARRAY(sa.Text())))
    create_datetime: Mapped[Created]
    update_datetime: Mapped[datetime] = mapped_column(server_default=sa.func.now(), onupdate=sa.func.now())
    oidc_subject: Mapped[str | None] = mapped_column(unique=True)

    person: Mapped[Person] = relationship(lazy="joined", innerjoin=True)

    @property
    def roles(self) -> list[str]:  # type: ignore[override]
        """Flask-Security's roles are unused: rights are role grants."""
        return []


class SignInCard(Base):
    """A printed card for a person without an address: code (hashed), PIN set at first use, lock after wrong tries."""

    __tablename__ = "sign_in_card"
    __table_args__ = (
        sa.Index("uq_sign_in_card_live", "person_id", unique=True, postgresql_where=sa.text("revoked_at IS NULL")),
    )

    id: Mapped[Key]
    person_id: Mapped[UUID] = mapped_column(sa.ForeignKey("person.id"))
    code_hash: Mapped[str] = mapped_column(unique=True)
    pin_hash: Mapped[str | None]
    issued_by: Mapped[UUID | None] = mapped_column(sa.ForeignKey("person.id"))
    issued_at: Mapped[Created]
    wrong_tries: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]

    person: Mapped[Person] = relationship(foreign_keys=[person_id])


class SharedSignIn(Base):
    """A sign-in on a computer that others use too: ends when idle or by "Done, next person", also with no browser left.

    The cookie carries the id; an ended row makes every copy of that cookie worthless.
    """

    __tablename__ = "shared_sign_in"
    __table_args__ = (
        sa.Index("ix_shared_sign_in_open", "seen_at", postgresql_where=sa.text("ended_at IS NULL")),
        sa.Index(None, "person_id"),
    )

    id: Mapped[Key]
    person_id: Mapped[UUID] = mapped_column(sa.ForeignKey("person.id"))
    began_at: Mapped[Created]
    seen_at: Mapped[datetime] = mapped_column(server_default=sa.func.now())
    ended_at: Mapped[datetime | None]


class Membership(Base):
    """A person belongs to an organisation for a time."""

    __tablename__ = "membership"
    __table_args__ = (
        sa.Index("uq_membership_live", "person_id", "organisation_id", unique=True,
                 postgresql_where=sa.text("ended_on IS NULL")),
        sa.Index(None, "organisation_id"),
    )  # fmt: skip

    id: Mapped[Key]
    person_id: Mapped[UUID] = mapped_column(sa.ForeignKey("person.id"))
    organisation_id: Mapped[UUID] = mapped_column(sa.ForeignKey("organisation.id"))
    began_on: Mapped[date] = mapped_column(server_default=sa.func.current_date())
    ended_on: Mapped[date | None]

    person: Mapped[Person] = relationship()
    organisation: Mapped[Organisation] = relationship()


class RoleGrant(Base):
    """RULES R1: a person holds a role in a scope while acting for an organisation."""

    __tablename__ = "role_grant"
    __table_args__ = (
        one_of("role", Role),
        one_of("scope", Scope),
        sa.Index(None, "person_id", "organisation_id"),
        sa.Index(None, "scope", "scope_id"),
    )

    id: Mapped[Key]
    person_id: Mapped[UUID] = mapped_column(sa.ForeignKey("person.id"))
    organisation_id: Mapped[UUID] = mapped_column(sa.ForeignKey("organisation.id"))
    role: Mapped[Role] = state_column(Role)
    scope: Mapped[Scope] = state_column(Scope)
    scope_id: Mapped[UUID | None]
    began_at: Mapped[Created]
    ends_at: Mapped[datetime | None]
    granted_by: Mapped[UUID | None] = mapped_column(sa.ForeignKey("person.id"))
    reason: Mapped[str] = mapped_column(default="")


class ApiToken(Base):
    """A bearer token, kept as a hash, bound to person, organisation and scopes, expiring."""

    __tablename__ = "api_token"
    __table_args__ = (sa.Index(None, "person_id"),)

    id: Mapped[Key]
    token_hash: Mapped[str] = mapped_column(unique=True)
    person_id: Mapped[UUID] = mapped_column(sa.ForeignKey("person.id"))
    organisation_id: Mapped[UUID] = mapped_column(sa.ForeignKey("organisation.id"))
    scopes: Mapped[list[str]]
    label: Mapped[str] = mapped_column(default="")
    created_at: Mapped[Created]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]


class Consent(Base):
    """A dated yes (and its end) to one purpose, in one text version."""

    __tablename__ = "consent"
    __table_args__ = (one_of("purpose", ConsentPurpose), sa.Index(None, "person_id", "purpose"))

    id: Mapped[Key]
    person_id: Mapped[UUID] = mapped_column(sa.ForeignKey("person.id"))
    purpose: Mapped[ConsentPurpose] = state_column(ConsentPurpose)
    text_version: Mapped[str]
    given_at: Mapped[Created]
    withdrawn_at: Mapped[datetime | None]


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
