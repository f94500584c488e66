"""Tables of the network."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lift.core.db import Base, Created, Json, Key, Texts, one_of, state_column
from lift.network.enums import GroupStanding, OutcomeKind, OutcomeState, PartnerState, RequestState


class Partner(Base):
    """An organisation in (or on its way into) the LIFT agreement."""

    __tablename__ = "partner"
    __table_args__ = (one_of("state", PartnerState), sa.Index(None, "state"))

    organisation_id: Mapped[UUID] = mapped_column(sa.ForeignKey("organisation.id"), primary_key=True)
    state: Mapped[PartnerState] = state_column(PartnerState, PartnerState.APPLIED)
    network_role: Mapped[str] = mapped_column(default="partner")  # partner, activity_leader, business_owner, host
    in_agreement: Mapped[bool] = mapped_column(default=False)
    agreement_version: Mapped[str | None]
    signed_on: Mapped[date | None]
    role_address: Mapped[str | None]
    source: Mapped[str] = mapped_column(default="")


class PartnerChange(Base):
    """One step of a partner's state: who, when, why."""

    __tablename__ = "partner_change"
    __table_args__ = (one_of("state", PartnerState), sa.Index(None, "organisation_id", "at"))

    id: Mapped[Key]
    organisation_id: Mapped[UUID] = mapped_column(sa.ForeignKey("partner.organisation_id"))
    state: Mapped[PartnerState] = state_column(PartnerState)
    at: Mapped[Created]
    by: Mapped[UUID | None] = mapped_column(sa.ForeignKey("person.id"))
    reason: Mapped[str] = mapped_column(default="")


class NetworkFact(Base):
    """A public statement about the network, with its source; shown as entered, never computed."""

    __tablename__ = "network_fact"
    __table_args__ = (sa.UniqueConstraint("key"),)

    id: Mapped[Key]
    key: Mapped[str]
    text: Mapped[Texts]
    value: Mapped[Json] = mapped_column(default=dict)
    source: Mapped[str]


class WorkingGroup(Base):
    """People of several partners around a topic."""

    __tablename__ = "working_group"

    id: Mapped[Key]
    slug: Mapped[str] = mapped_column(unique=True)
    title: Mapped[Texts]
    topic: Mapped[Texts] = mapped_column(default=dict)
    methods: Mapped[Texts] = mapped_column(default=dict)
    basis: Mapped[str]  # "seed" where the source names the topic, "proposal" where we do
    lead_person_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("person.id"))
    deputy_person_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("person.id"))

    members: Mapped[list[GroupMember]] = relationship(back_populates="group", order_by="GroupMember.standing")
    outcomes: Mapped[list[Outcome]] = relationship(back_populates="group", order_by="Outcome.created_at")


class GroupMember(Base):
    """An organisation's place in a working group."""

    __tablename__ = "group_member"
    __table_args__ = (one_of("standing", GroupStanding), sa.UniqueConstraint("group_id", "organisation_id"),
                      sa.Index(None, "organisation_id"))  # fmt: skip

    id: Mapped[Key]
    group_id: Mapped[UUID] = mapped_column(sa.ForeignKey("working_group.id"))
    organisation_id: Mapped[UUID] = mapped_column(sa.ForeignKey("organisation.id"))
    standing: Mapped[GroupStanding] = state_column(GroupStanding, GroupStanding.MEMBER)
    since: Mapped[date] = mapped_column(server_default=sa.func.current_date())

    group: Mapped[WorkingGroup] = relationship(back_populates="members")


class Outcome(Base):
    """What a group made; modules come from outcomes."""

    __tablename__ = "outcome"
    __table_args__ = (one_of("kind", OutcomeKind), one_of("state", OutcomeState), sa.Index(None, "group_id"))

    id: Mapped[Key]
    group_id: Mapped[UUID] = mapped_column(sa.ForeignKey("working_group.id"))
    title: Mapped[Texts]
    kind: Mapped[OutcomeKind] = state_column(OutcomeKind)
    state: Mapped[OutcomeState] = state_column(OutcomeState, OutcomeState.PROPOSED)
    link: Mapped[str | None]
    file_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("stored_file.id"))
    licence: Mapped[str | None]
    gain: Mapped[Texts] = mapped_column(default=dict)
    contributors: Mapped[list[str]] = mapped_column(default=list)
    created_at: Mapped[Created]

    group: Mapped[WorkingGroup] = relationship(back_populates="outcomes")


class GroupMeeting(Base):
    """The group met: when, who was there (as written down), what it decided, and a paper if there is one."""

    __tablename__ = "group_meeting"
    __table_args__ = (sa.Index(None, "group_id", "held_on"),)

    id: Mapped[Key]
    group_id: Mapped[UUID] = mapped_column(sa.ForeignKey("working_group.id"))
    held_on: Mapped[date]
    people: Mapped[str]
    decisions: Mapped[str]  # one a line
    file_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("stored_file.id"))
    recorded_by: Mapped[UUID | None] = mapped_column(sa.ForeignKey("person.id"))
    recorded_at: Mapped[Created]


class GroupRequest(Base):
    """A body outside asks to take part; one open request of a body to a group."""

    __tablename__ = "group_request"
    __table_args__ = (
        one_of("state", RequestState),
        sa.Index("uq_group_request_open", "group_id", "organisation_id", unique=True,
                 postgresql_where=sa.text("state = 'asked'")),
        sa.Index(None, "organisation_id"),
    )  # fmt: skip

    id: Mapped[Key]
    group_id: Mapped[UUID] = mapped_column(sa.ForeignKey("working_group.id"))
    organisation_id: Mapped[UUID] = mapped_column(sa.ForeignKey("organisation.id"))
    person_id: Mapped[UUID] = mapped_column(sa.ForeignKey("person.id"))
    brings: Mapped[str]
    state: Mapped[RequestState] = state_column(RequestState, RequestState.ASKED)
    asked_at: Mapped[Created]
    answer: Mapped[str] = mapped_column(default="")
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[UUID | None] = mapped_column(sa.ForeignKey("person.id"))
