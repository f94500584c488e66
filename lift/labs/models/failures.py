"""Problems of assets: reported, shut down, back; and what was offered to those who gave way."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lift.core.db import Base, Created, Key, one_of, state_column
from lift.labs.enums import FailureState
from lift.labs.models.places import Asset
from lift.labs.models.time import Block


class Failure(Base):
    """A problem of an asset, from its report to its outcome, which the reporter is told (M16)."""

    __tablename__ = "failure"
    __table_args__ = (
        one_of("state", FailureState),
        sa.Index(None, "asset_id", "reported_at"),
        sa.Index("ix_failure_open", "asset_id", postgresql_where=sa.text("closed_at IS NULL")),
    )

    id: Mapped[Key]
    asset_id: Mapped[UUID] = mapped_column(sa.ForeignKey("asset.id"))
    state: Mapped[FailureState] = state_column(FailureState, FailureState.REPORTED)
    what: Mapped[str]
    reported_by: Mapped[UUID | None] = mapped_column(sa.ForeignKey("person.id"))
    reported_at: Mapped[Created]
    block_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("block.id"))
    outcome: Mapped[str] = mapped_column(default="")
    closed_by: Mapped[UUID | None] = mapped_column(sa.ForeignKey("person.id"))
    closed_at: Mapped[datetime | None]

    asset: Mapped[Asset] = relationship()
    block: Mapped[Block | None] = relationship()


class Displacement(Base):
    """A booking that gave way to a block: whose block, and until when its old time is offered back."""

    __tablename__ = "displacement"
    __table_args__ = (sa.Index(None, "block_id"),)

    booking_id: Mapped[UUID] = mapped_column(sa.ForeignKey("booking.id"), primary_key=True)
    block_id: Mapped[UUID] = mapped_column(sa.ForeignKey("block.id"))
    displaced_at: Mapped[Created]
    back_until: Mapped[datetime | None]  # set when the block ends early
