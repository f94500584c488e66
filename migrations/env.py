"""Alembic under Flask-Migrate: one database, lock and statement limits, constraint names from the models."""

from __future__ import annotations

from alembic import context
from flask import current_app
from sqlalchemy import text

engine = current_app.extensions["migrate"].db.engine
metadata = current_app.extensions["migrate"].db.metadata


def keep(_object: object, name: str | None, kind: str, _reflected: bool, _compare_to: object) -> bool:
    """Partitions are made by the day's job; the indexes of the search stand in lift.core.triggers."""
    partition = kind == "table" and (name or "").startswith("telemetry_chunk_")
    return not (partition or (kind == "index" and (name or "").startswith("search_")))


with engine.connect() as connection:
    connection.execute(text("SET lock_timeout = '5s'"))
    connection.execute(text("SET statement_timeout = '10min'"))
    connection.commit()
    context.configure(connection=connection, target_metadata=metadata, include_object=keep, compare_type=True)
    with context.begin_transaction():
        context.run_migrations()
