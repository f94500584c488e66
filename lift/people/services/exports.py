"""All that LIFT holds of a person, as one archive: asked for on a page, packed by a job, kept for a week (L12)."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa

from lift.core import audit, clock, files, jobs, registry
from lift.core.actor import Actor
from lift.core.db import db, transaction
from lift.core.errors import NotFound, require_found
from lift.core.i18n import Text, in_language
from lift.core.locks import lock_rows
from lift.core.mail import queue_mail
from lift.core.models import StoredFile
from lift.core.retention import DataClass, keep
from lift.people import queries, texts
from lift.people.models import DataExport, Person

PACK_EXPORT = jobs.JobKind("people.pack_export", queue="reports", deadline=timedelta(minutes=15), attempts=8)
KEPT = timedelta(days=7)


def ask_export(actor: Actor) -> DataExport:
    """Begin an archive of one's own data; asking again while one is being packed gives that one."""
    person_id = require_found(actor.person_id)
    with transaction() as session:
        lock_rows(Person, [person_id])
        waiting = sa.select(DataExport).where(DataExport.person_id == person_id, DataExport.ready_at.is_(None))
        row = session.scalar(waiting)
        if row is None:
            row = DataExport(person_id=person_id, asked_at=clock.now())
            session.add(row)
            session.flush()
            jobs.enqueue(PACK_EXPORT, export_id=row.id)
            audit.record(actor, "people.export_asked", "person", person_id)
        return row


def pack_export(export_id: UUID) -> None:
    """Write the archive and tell its owner; does nothing when it is ready, or when the person was erased meanwhile."""
    with transaction():
        row = next(iter(lock_rows(DataExport, [export_id])), None)
        if row is None or row.ready_at is not None:
            return
        now = clock.now()
        name = f"lift-my-data-{now:%Y-%m-%d}.zip"
        row.file_id = files.put(_archive(row.person_id), name=name, media_type="application/zip").id
        row.ready_at, row.ends_at = now, now + KEPT
        _tell(row)


def export_file(actor: Actor, export_id: UUID) -> StoredFile:
    """The archive, for its owner while it is kept. NotFound for everybody else and afterwards."""
    with transaction() as session:
        row = session.get(DataExport, export_id)
        if row is None or row.person_id != actor.person_id or row.file_id is None:
            raise NotFound
        if row.ends_at is not None and row.ends_at <= clock.now():
            raise NotFound
        audit.record(actor, "people.exported", "person", row.person_id)
        return files.stored(row.file_id)


def drop_exports(which: sa.ColumnElement[bool]) -> int:
    """Forget archives and their bytes."""
    rows = db.session.scalars(sa.select(DataExport).where(which)).all()
    gone = [row.file_id for row in rows if row.file_id]
    for row in rows:
        db.session.delete(row)
    db.session.flush()
    files.forget(gone)
    return len(rows)


def _archive(person_id: UUID) -> bytes:
    """A zip: one JSON file a feature, and the stored files of the person under ``files/``."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for feature, holder in sorted(registry.holders().items()):
            data = json.dumps(holder.personal_data(person_id), ensure_ascii=False, indent=2, default=str)
            archive.writestr(f"{feature}.json", data)
            for file_id in holder.files(person_id):
                archive.writestr(f"files/{feature}/{file_id}-{files.stored(file_id).name}", files.read(file_id))
    return packed.getvalue()


def _tell(row: DataExport) -> None:
    """By mail; who has no address sees it on the page."""
    account = queries.account_of(row.person_id)
    if account is None or not account.email:
        return
    said, language = {"name": account.person.name}, account.person.language
    queue_mail(
        account.email, event=str(row.id), kind="people.export_ready",
        subject=in_language(Text(texts.MAIL_EXPORT_SUBJECT), language),
        body=in_language(Text(texts.MAIL_EXPORT_BODY, said), language),
    )  # fmt: skip


def _old_exports(cut: datetime) -> int:
    return drop_exports(DataExport.ready_at <= cut)


keep(DataClass("archives of one's own data", KEPT, "delete", "a week to fetch it", _old_exports))
