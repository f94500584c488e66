"""Tables of hubs. ``profile`` keeps the source's figures and quirks as they stand; nothing in it is guessed."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lift.core.db import Base, Created, Json, Key, Texts


class Hub(Base):
    """A cluster's page towards SMEs."""

    __tablename__ = "hub"

    id: Mapped[Key]
    organisation_id: Mapped[UUID] = mapped_column(sa.ForeignKey("organisation.id"), unique=True)
    slug: Mapped[str] = mapped_column(unique=True)
    tagline: Mapped[Texts] = mapped_column(default=dict)
    regions: Mapped[list[str]] = mapped_column(default=list)  # NUTS codes it serves
    profile: Mapped[Json | None]
    profile_source: Mapped[str | None]
    profile_read_on: Mapped[date | None]

    texts: Mapped[list[HubText]] = relationship(back_populates="hub", order_by="HubText.written_on.desc()")


class HubText(Base):
    """A paragraph that a person wrote and signs (C9); never computed."""

    __tablename__ = "hub_text"
    __table_args__ = (sa.Index(None, "hub_id", "kind"),)

    id: Mapped[Key]
    hub_id: Mapped[UUID] = mapped_column(sa.ForeignKey("hub.id"))
    kind: Mapped[str]  # outlook, about
    text: Mapped[Texts]
    author_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("person.id"))
    author_name: Mapped[str]
    written_on: Mapped[date]
    created_at: Mapped[Created]

    hub: Mapped[Hub] = relationship(back_populates="texts")
