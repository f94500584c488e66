"""Tables of twins and simulation runs."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from lift.core.db import Base, BigKey, Created, Json, Key, one_of, state_column
from lift.twins.enums import OPEN, RunState


class Twin(Base):
    """The Asset Administration Shell of an asset plus the behaviour model that shadows it."""

    __tablename__ = "twin"

    id: Mapped[Key]
    asset_id: Mapped[UUID] = mapped_column(sa.ForeignKey("asset.id"), unique=True)
    aas_id: Mapped[str] = mapped_column(unique=True)  # globally unique id of the shell (IRI)
    model_key: Mapped[str]
    model_version: Mapped[str]
    seats: Mapped[int] = mapped_column(default=1)
    tolerance: Mapped[Json] = mapped_column(default=dict)


class SimulationRun(Base):
    """One what-if: parameters, seed, progress, result. Cached by content (simulator, version, parameters, seed)."""

    __tablename__ = "simulation_run"
    __table_args__ = (
        one_of("state", RunState),
        sa.UniqueConstraint("person_id", "simulator", "number"),
        sa.Index(None, "person_id", "created_at"),
        sa.Index(None, "content_sha256"),
        sa.Index("ix_simulation_run_open", "state", postgresql_where=sa.text("state IN ('queued', 'running')")),
    )

    id: Mapped[Key]
    number: Mapped[int]  # the person's own count for this simulator: "run 7"
    simulator: Mapped[str]
    version: Mapped[str]
    parameters: Mapped[Json]
    seed: Mapped[int] = mapped_column(sa.BigInteger)
    content_sha256: Mapped[str]
    state: Mapped[RunState] = state_column(RunState, RunState.QUEUED)
    done_units: Mapped[int] = mapped_column(default=0)
    total_units: Mapped[int] = mapped_column(default=0)
    result: Mapped[Json | None]
    error: Mapped[str | None]
    person_id: Mapped[UUID] = mapped_column(sa.ForeignKey("person.id"))
    organisation_id: Mapped[UUID] = mapped_column(sa.ForeignKey("organisation.id"))
    created_at: Mapped[Created]
    started_at: Mapped[datetime | None]
    heartbeat_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    cancel_asked_at: Mapped[datetime | None]

    @property
    def is_open(self) -> bool:
        """Waits or runs."""
        return self.state in OPEN

    @property
    def is_reused(self) -> bool:
        """The result is that of an earlier run with the same content; started_at and ended_at tell when that one ran."""
        return self.state == RunState.DONE and self.ended_at is not None and self.ended_at < self.created_at


class TwinSession(Base):
    """A person works with the computer copy of an asset: where the model is, and everything that was asked of it."""

    __tablename__ = "twin_session"
    __table_args__ = (sa.UniqueConstraint("person_id", "asset_id"),)

    id: Mapped[Key]
    person_id: Mapped[UUID] = mapped_column(sa.ForeignKey("person.id"))
    asset_id: Mapped[UUID] = mapped_column(sa.ForeignKey("asset.id"))
    state: Mapped[Json] = mapped_column(default=dict)  # the model's own dump
    stepped_at: Mapped[datetime] = mapped_column(server_default=sa.func.now())
    stopped: Mapped[bool] = mapped_column(default=False)
    log: Mapped[list[Any]] = mapped_column(default=list)  # {at, name, asked, outcome}, oldest first
    passed_at: Mapped[datetime | None]  # the twin check (L16)
    created_at: Mapped[Created]


class TwinBlock(Base):
    """What the computer copy said: columns over times, in the form of the gateway's blocks."""

    __tablename__ = "twin_block"
    __table_args__ = (sa.Index(None, "session_id", "last_at"),)

    id: Mapped[BigKey]
    session_id: Mapped[UUID] = mapped_column(sa.ForeignKey("twin_session.id"))
    first_at: Mapped[datetime]
    last_at: Mapped[datetime]
    block: Mapped[bytes] = mapped_column(sa.LargeBinary)
