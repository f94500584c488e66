"""Tables of twins and simulation runs."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from lift.core.db import Base, Created, Json, Key, one_of, state_column
from lift.twins.enums import RunState


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
