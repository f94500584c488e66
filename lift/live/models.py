"""Tables of the live path. ``telemetry_chunk`` is partitioned by day of ``last_at`` (see the first migration)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lift.core.db import Base, BigKey, Created, Instants, Json, Key, one_of, state_column
from lift.live.enums import BenchMode, CommandState, CutState, GrantLevel, StopKind


class Gateway(Base):
    """A process beside machines that dials in with a token."""

    __tablename__ = "gateway"

    id: Mapped[Key]
    lab_id: Mapped[UUID] = mapped_column(sa.ForeignKey("lab.id"))
    key: Mapped[str] = mapped_column(unique=True)
    token_hash: Mapped[str] = mapped_column(unique=True)
    revoked_at: Mapped[datetime | None]
    created_at: Mapped[Created]
    last_seen_at: Mapped[datetime | None]
    version: Mapped[str | None]
    store_id: Mapped[str | None]
    clock_offset: Mapped[float | None]  # seconds the gateway's wall clock is ahead of the platform's


class GatewayCursor(Base):
    """The last batch taken in from one store of one gateway; moved in the transaction of the chunks."""

    __tablename__ = "gateway_cursor"

    gateway_id: Mapped[UUID] = mapped_column(sa.ForeignKey("gateway.id"), primary_key=True)
    store_id: Mapped[str] = mapped_column(primary_key=True)
    last_sequence: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    last_at: Mapped[datetime | None]  # newest sample taken in


class AssetLink(Base):
    """An asset as its gateway last reported it: one row per connected asset."""

    __tablename__ = "asset_link"
    __table_args__ = (sa.Index(None, "gateway_id"),)

    asset_id: Mapped[UUID] = mapped_column(sa.ForeignKey("asset.id"), primary_key=True)
    gateway_id: Mapped[UUID] = mapped_column(sa.ForeignKey("gateway.id"))
    spec: Mapped[Json]  # lift.edge.contract.AssetSpec
    report: Mapped[Json] = mapped_column(default=dict)  # lift.edge.contract.AssetReport
    reported_at: Mapped[datetime | None]
    next_counter: Mapped[int] = mapped_column(sa.BigInteger, default=1)


class TelemetryChunk(Base):
    """One block as it arrived. ``block`` is the contract's Block as JSON bytes."""

    __tablename__ = "telemetry_chunk"
    __table_args__ = (
        sa.PrimaryKeyConstraint("id", "last_at"),
        sa.Index("ix_telemetry_chunk_asset", "asset_id", "last_at"),
        {"postgresql_partition_by": "RANGE (last_at)"},
    )

    id: Mapped[int] = mapped_column(sa.BigInteger, sa.Identity())
    asset_id: Mapped[UUID] = mapped_column(sa.ForeignKey("asset.id"))
    gateway_id: Mapped[UUID] = mapped_column(sa.ForeignKey("gateway.id"))
    first_at: Mapped[datetime]
    last_at: Mapped[datetime]
    samples: Mapped[int]
    late: Mapped[bool] = mapped_column(default=False)
    received_at: Mapped[Created]
    block: Mapped[bytes] = mapped_column(sa.LargeBinary)


class DataGap(Base):
    """Time without data of an asset, and why; never filled in."""

    __tablename__ = "data_gap"
    __table_args__ = (sa.Index("ix_data_gap_asset_during", "asset_id", "during", postgresql_using="gist"),)

    id: Mapped[BigKey]
    asset_id: Mapped[UUID] = mapped_column(sa.ForeignKey("asset.id"))
    during: Mapped[Instants]
    reason: Mapped[str]
    created_at: Mapped[Created]


class RefusedBatch(Base):
    """A batch that could not be taken in: for the operator, who asks the gateway to send it again after mending."""

    __tablename__ = "refused_batch"
    __table_args__ = (sa.UniqueConstraint("gateway_id", "store_id", "sequence"),)

    id: Mapped[BigKey]
    gateway_id: Mapped[UUID] = mapped_column(sa.ForeignKey("gateway.id"))
    store_id: Mapped[str]
    sequence: Mapped[int] = mapped_column(sa.BigInteger)
    reason: Mapped[str]
    created_at: Mapped[Created]
    seen_at: Mapped[datetime | None]


class Bench(Base):
    """A person (or team) works with one asset or its twin, inside a booking."""

    __tablename__ = "bench"
    __table_args__ = (
        one_of("mode", BenchMode),
        sa.Index(None, "booking_id"),
        sa.Index("ix_bench_open", "asset_id", postgresql_where=sa.text("closed_at IS NULL")),
        sa.Index("uq_bench_open_person", "booking_id", "asset_id", "person_id", unique=True,
                 postgresql_where=sa.text("closed_at IS NULL")),
    )  # fmt: skip

    id: Mapped[Key]
    booking_id: Mapped[UUID] = mapped_column(sa.ForeignKey("booking.id"))
    asset_id: Mapped[UUID] = mapped_column(sa.ForeignKey("asset.id"))
    person_id: Mapped[UUID] = mapped_column(sa.ForeignKey("person.id"))
    organisation_id: Mapped[UUID] = mapped_column(sa.ForeignKey("organisation.id"))
    mode: Mapped[BenchMode] = state_column(BenchMode, BenchMode.ASSET)
    attempt_ref: Mapped[Json] = mapped_column(
        default=dict
    )  # ids that training carries through (step, version, session)
    opened_at: Mapped[Created]
    closed_at: Mapped[datetime | None]
    seen_at: Mapped[datetime | None]  # last sign of the browser

    recording: Mapped[Recording | None] = relationship(back_populates="bench")


class ControlGrant(Base):
    """The right to see or drive one asset until an instant. One live driver per asset, by constraint."""

    __tablename__ = "control_grant"
    __table_args__ = (
        one_of("level", GrantLevel),
        sa.Index("uq_control_grant_driver", "asset_id", unique=True,
                 postgresql_where=sa.text("level IN ('drive', 'supervised') AND ended_at IS NULL")),
        sa.Index(None, "bench_id"),
        sa.Index("ix_control_grant_live", "asset_id", postgresql_where=sa.text("ended_at IS NULL")),
    )  # fmt: skip

    id: Mapped[Key]
    asset_id: Mapped[UUID] = mapped_column(sa.ForeignKey("asset.id"))
    bench_id: Mapped[UUID] = mapped_column(sa.ForeignKey("bench.id"))
    booking_id: Mapped[UUID] = mapped_column(sa.ForeignKey("booking.id"))
    person_id: Mapped[UUID] = mapped_column(sa.ForeignKey("person.id"))
    level: Mapped[GrantLevel] = state_column(GrantLevel)
    given_by: Mapped[UUID | None] = mapped_column(sa.ForeignKey("person.id"))
    began_at: Mapped[Created]
    until: Mapped[datetime]  # the end of the booking; the signed token lives 15 s at a time
    ended_at: Mapped[datetime | None]
    end_reason: Mapped[str | None]


class Command(Base):
    """One wish to change a machine, and what became of it (X4, X15)."""

    __tablename__ = "command"
    __table_args__ = (
        one_of("state", CommandState),
        sa.Index(None, "bench_id", "asked_at"),
        sa.Index("ix_command_open", "asset_id", postgresql_where=sa.text("state IN ('pending', 'accepted')")),
        sa.UniqueConstraint("asset_id", "counter"),
    )

    id: Mapped[Key]
    grant_id: Mapped[UUID] = mapped_column(sa.ForeignKey("control_grant.id"))
    bench_id: Mapped[UUID] = mapped_column(sa.ForeignKey("bench.id"))
    asset_id: Mapped[UUID] = mapped_column(sa.ForeignKey("asset.id"))
    person_id: Mapped[UUID] = mapped_column(sa.ForeignKey("person.id"))
    variable: Mapped[str | None]
    action: Mapped[str | None]
    value: Mapped[Json] = mapped_column(default=dict)  # {"v": …}, so that any JSON scalar fits
    counter: Mapped[int] = mapped_column(sa.BigInteger)
    state: Mapped[CommandState] = state_column(CommandState, CommandState.PENDING)
    reason: Mapped[str | None]
    bound: Mapped[str | None]
    value_before: Mapped[Json | None]
    value_after: Mapped[Json | None]
    asked_at: Mapped[Created]
    deadline: Mapped[datetime]
    answered_at: Mapped[datetime | None]


class Stop(Base):
    """A software stop of an asset. Standing until released; a lab stop latches (X9)."""

    __tablename__ = "stop"
    __table_args__ = (
        one_of("kind", StopKind),
        sa.Index("ix_stop_standing", "asset_id", postgresql_where=sa.text("released_at IS NULL")),
    )

    id: Mapped[Key]
    asset_id: Mapped[UUID] = mapped_column(sa.ForeignKey("asset.id"))
    bench_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("bench.id"))
    kind: Mapped[StopKind] = state_column(StopKind)
    pressed_by: Mapped[UUID | None] = mapped_column(sa.ForeignKey("person.id"))
    pressed_at: Mapped[Created]
    reached_at: Mapped[datetime | None]  # the gateway read the safe state back
    released_by: Mapped[UUID | None] = mapped_column(sa.ForeignKey("person.id"))
    released_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(default="")


class Recording(Base):
    """What an asset said during a bench."""

    __tablename__ = "recording"
    __table_args__ = (sa.Index(None, "asset_id"),)

    id: Mapped[Key]
    bench_id: Mapped[UUID] = mapped_column(sa.ForeignKey("bench.id"), unique=True)
    asset_id: Mapped[UUID] = mapped_column(sa.ForeignKey("asset.id"))
    started_at: Mapped[Created]
    ended_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=0)
    sealed_at: Mapped[datetime | None]
    complete: Mapped[bool | None]
    file_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("stored_file.id"))
    provenance: Mapped[Json] = mapped_column(default=dict)

    bench: Mapped[Bench] = relationship(back_populates="recording")


class Cut(Base):
    """A sealed window of a recording: Parquet file, own hash, provenance. Answers are checked against it."""

    __tablename__ = "cut"
    __table_args__ = (
        one_of("state", CutState),
        sa.UniqueConstraint("recording_id", "number"),
        sa.CheckConstraint("NOT isempty(during)", name="during_not_empty"),
    )

    id: Mapped[Key]
    recording_id: Mapped[UUID] = mapped_column(sa.ForeignKey("recording.id"))
    number: Mapped[int]  # "dataset 2"
    person_id: Mapped[UUID] = mapped_column(sa.ForeignKey("person.id"))
    during: Mapped[Instants]
    state: Mapped[CutState] = state_column(CutState, CutState.ASKED)
    file_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("stored_file.id"))
    sha256: Mapped[str | None]
    samples: Mapped[int | None]
    summary: Mapped[Json] = mapped_column(default=dict)  # parts, good, coverage
    provenance: Mapped[Json] = mapped_column(default=dict)
    asked_at: Mapped[Created]
    sealed_at: Mapped[datetime | None]

    recording: Mapped[Recording] = relationship()


class BenchEvent(Base):
    """What happened on a bench, in words the list shows: kind, moment, parameters."""

    __tablename__ = "bench_event"
    __table_args__ = (sa.Index(None, "bench_id", "at"), sa.Index(None, "asset_id", "at"))

    id: Mapped[BigKey]
    bench_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("bench.id"))
    asset_id: Mapped[UUID] = mapped_column(sa.ForeignKey("asset.id"))
    at: Mapped[Created]
    kind: Mapped[str]
    details: Mapped[Json] = mapped_column(default=dict)
