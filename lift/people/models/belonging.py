"""Who belongs where and may do what: memberships, roles, and the ways to both."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lift.core.actor import Role, Scope
from lift.core.db import Base, Created, Key, one_of, state_column
from lift.people.enums import JoinState
from lift.people.models.organisations import Organisation
from lift.people.models.persons import Person


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


class Invitation(Base):
    """A way into an organisation: for one address, with one role, once, for 14 days (PA2)."""

    __tablename__ = "invitation"
    __table_args__ = (one_of("role", Role), one_of("scope", Scope), sa.Index(None, "organisation_id", "expires_at"))

    id: Mapped[Key]
    organisation_id: Mapped[UUID] = mapped_column(sa.ForeignKey("organisation.id"))
    email: Mapped[str]
    role: Mapped[Role] = state_column(Role)
    scope: Mapped[Scope] = state_column(Scope)
    scope_id: Mapped[UUID | None]
    token_hash: Mapped[str] = mapped_column(unique=True)
    invited_by: Mapped[UUID] = mapped_column(sa.ForeignKey("person.id"))
    created_at: Mapped[Created]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    used_by: Mapped[UUID | None] = mapped_column(sa.ForeignKey("person.id"))
    revoked_at: Mapped[datetime | None]

    organisation: Mapped[Organisation] = relationship()


class JoinRequest(Base):
    """A person asks to belong to an organisation; its administrator answers within five days or it lapses (RULES R6)."""

    __tablename__ = "join_request"
    __table_args__ = (
        one_of("state", JoinState),
        sa.Index("uq_join_request_open", "person_id", "organisation_id", unique=True,
                 postgresql_where=sa.text("state = 'open'")),
        sa.Index(None, "organisation_id", "state"),
        sa.Index(None, "state", "decide_by"),
    )  # fmt: skip

    id: Mapped[Key]
    person_id: Mapped[UUID] = mapped_column(sa.ForeignKey("person.id"))
    organisation_id: Mapped[UUID] = mapped_column(sa.ForeignKey("organisation.id"))
    state: Mapped[JoinState] = state_column(JoinState, JoinState.OPEN)
    same_domain: Mapped[bool] = mapped_column(default=False)  # the address belongs to the organisation's domain
    asked_at: Mapped[datetime]
    decide_by: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[UUID | None] = mapped_column(sa.ForeignKey("person.id"))

    person: Mapped[Person] = relationship(foreign_keys=[person_id])
    organisation: Mapped[Organisation] = relationship()


class RoleProposal(Base):
    """A role for the whole network, proposed by one coordinator; a second one gives it (RULES R5)."""

    __tablename__ = "role_proposal"
    __table_args__ = (
        one_of("role", Role),
        sa.CheckConstraint("seconded_by <> proposed_by", name="two_coordinators"),
        sa.CheckConstraint("seconded_by <> person_id AND proposed_by <> person_id", name="not_for_oneself"),
        sa.Index("uq_role_proposal_open", "person_id", "organisation_id", "role", unique=True,
                 postgresql_where=sa.text("closed_at IS NULL")),
    )  # fmt: skip

    id: Mapped[Key]
    person_id: Mapped[UUID] = mapped_column(sa.ForeignKey("person.id"))
    organisation_id: Mapped[UUID] = mapped_column(sa.ForeignKey("organisation.id"))
    role: Mapped[Role] = state_column(Role)
    reason: Mapped[str]
    proposed_by: Mapped[UUID] = mapped_column(sa.ForeignKey("person.id"))
    proposed_at: Mapped[datetime]
    seconded_by: Mapped[UUID | None] = mapped_column(sa.ForeignKey("person.id"))
    closed_at: Mapped[datetime | None]

    person: Mapped[Person] = relationship(foreign_keys=[person_id])
    proposer: Mapped[Person] = relationship(foreign_keys=[proposed_by])
    organisation: Mapped[Organisation] = relationship()
