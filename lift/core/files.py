"""Files by content under one folder: written once, never changed, named by their SHA-256."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Collection
from pathlib import Path
from uuid import UUID

import sqlalchemy as sa

from lift.core.db import after_commit, db
from lift.core.models import StoredFile

_root: Path | None = None


def use_root(root: Path) -> None:
    """Set by the app at start."""
    global _root
    _root = root


def path_of(sha256: str) -> Path:
    """Where the content lies."""
    if _root is None:
        raise RuntimeError("the file store has no folder yet")
    return _root / sha256[:2] / sha256


def put(content: bytes, *, name: str, media_type: str) -> StoredFile:
    """Store bytes and add their row to the present transaction. The same content is kept once."""
    digest = hashlib.sha256(content).hexdigest()
    target = path_of(digest)
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=target.parent)
        with os.fdopen(handle, "wb") as out:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
        Path(temporary).replace(target)
    row = StoredFile(sha256=digest, size=len(content), media_type=media_type, name=name)
    db.session.add(row)
    db.session.flush()
    return row


def stored(file_id: UUID) -> StoredFile:
    """The row of a file: its name, its type, where its bytes lie."""
    return db.session.get_one(StoredFile, file_id)


def read(file_id: UUID) -> bytes:
    """The content of a stored file."""
    return path_of(db.session.get_one(StoredFile, file_id).sha256).read_bytes()


def forget(file_ids: Collection[UUID]) -> None:
    """Take files out of the store, in the present transaction; the caller has dropped what refers to them.

    Content that another row still names stays. The bytes go after the commit, so a roll-back loses nothing.
    """
    rows = db.session.scalars(sa.select(StoredFile).where(StoredFile.id.in_(file_ids))).all()
    for row in rows:
        db.session.delete(row)
    db.session.flush()
    gone = {row.sha256 for row in rows}
    kept = set(db.session.scalars(sa.select(StoredFile.sha256).where(StoredFile.sha256.in_(gone))))

    def unlink() -> None:
        for sha256 in gone - kept:
            path_of(sha256).unlink(missing_ok=True)

    after_commit(unlink)
