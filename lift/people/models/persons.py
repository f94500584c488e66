"""People and how they sign in. Account carries the fields that Flask-Security expects; its roles are unused."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from flask_security import UserMixin
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.mutable import MutableList
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lift.core.db import Base, Created, Key
from lift.core.ids import uuid7


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
