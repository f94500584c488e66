"""Backup and restore: the database by PostgreSQL's own tools, files and secrets by copy, one manifest beside them."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
from pathlib import Path

import sqlalchemy as sa

from lift.core.schema import expected_head

DUMP = "database.dump"
MANIFEST = "manifest.json"


class BackupError(Exception):
    """Says what is wrong and what to do, in one line."""


def backup(target: Path, *, database_url: str, home: Path, binaries: Path | None) -> dict[str, str]:
    """Write a backup into an empty or new folder; returns its manifest. Raises BackupError."""
    target.mkdir(parents=True, exist_ok=True, mode=0o700)
    if any(target.iterdir()):
        raise BackupError(f"{target} is not empty; name a new folder")
    _run(_tool("pg_dump", binaries), "--format=custom", f"--file={target / DUMP}", _libpq(database_url))
    for part in ("files", "secrets"):
        if (home / part).exists():
            shutil.copytree(home / part, target / part)
    manifest = {"schema": expected_head(), "sha256": _digest(target / DUMP)}
    (target / MANIFEST).write_text(json.dumps(manifest, indent=2) + "\n")
    return manifest


def restore(source: Path, *, database_url: str, home: Path, binaries: Path | None) -> None:
    """Bring a backup into an empty database. Raises BackupError when it is damaged, of another schema, or not empty."""
    if not (source / MANIFEST).exists():
        raise BackupError(f"{source} holds no backup: {MANIFEST} is missing")
    manifest = json.loads((source / MANIFEST).read_text())
    if manifest["sha256"] != _digest(source / DUMP):
        raise BackupError(f"{source / DUMP} is damaged: its hash differs from the manifest")
    if manifest["schema"] != expected_head():
        raise BackupError(f"the backup is of schema {manifest['schema']}, this version expects {expected_head()}")
    if _has_tables(database_url):
        raise BackupError("the database is not empty; create a new one and name it in LIFT_DATABASE_URL")
    _run(
        _tool("pg_restore", binaries),
        "--no-owner",
        "--exit-on-error",
        f"--dbname={_libpq(database_url)}",
        str(source / DUMP),
    )
    for part in ("files", "secrets"):
        if (source / part).exists():
            shutil.copytree(source / part, home / part, dirs_exist_ok=True)


def _libpq(database_url: str) -> str:
    return database_url.replace("postgresql+psycopg://", "postgresql://", 1)


def _tool(name: str, binaries: Path | None) -> str:
    if binaries is not None and (binaries / name).exists():
        return str(binaries / name)
    found = shutil.which(name)
    if found is None:
        raise BackupError(f"{name} is not on PATH; install PostgreSQL's client programs")
    return found


def _run(*command: str) -> None:
    result = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 our own arguments
    if result.returncode != 0:
        raise BackupError(result.stderr.strip().splitlines()[-1] if result.stderr.strip() else f"{command[0]} failed")


def _has_tables(database_url: str) -> bool:
    engine = sa.create_engine(database_url, poolclass=sa.NullPool)
    with engine.connect() as connection:
        count = connection.scalar(sa.text("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"))
    engine.dispose()
    return bool(count)


def _digest(path: Path) -> str:
    with path.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()
