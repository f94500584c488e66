"""Which migration the code expects, and which the database has."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa

from lift.core.db import db

HEAD_FILE = Path(__file__).resolve().parents[2] / "migrations" / "HEAD"


def expected_head() -> str:
    """The revision named by ``migrations/HEAD`` (kept in git, so two branches that both add one collide)."""
    return HEAD_FILE.read_text().strip()


def schema_is_current() -> bool:
    """True when the database is at the expected revision."""
    return bool(db.session.scalar(sa.text("SELECT version_num FROM alembic_version")) == expected_head())
