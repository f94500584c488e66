"""Kinds of job of the live path. Queue ``live`` never waits behind others."""

from __future__ import annotations

from datetime import timedelta

from lift.core.jobs import JobKind

SEAL_CUT = JobKind("live.seal_cut", queue="live", deadline=timedelta(seconds=30))
SEAL_RECORDING = JobKind("live.seal_recording", queue="live", deadline=timedelta(minutes=2))
LEAVE_BENCHES = JobKind("live.leave_benches", queue="live", deadline=timedelta(seconds=10))
