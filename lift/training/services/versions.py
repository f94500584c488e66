"""A session keeps the version that it began with; its trainer may take another one before anybody has started (A4, A7)."""

from __future__ import annotations

from uuid import UUID

from lift.content import queries as content
from lift.content.models import ModuleVersion
from lift.core import audit, clock, jobs, mail
from lift.core.actor import Actor
from lift.core.db import db, transaction
from lift.core.errors import NotFound, refuse_if, require_found
from lift.core.i18n import Text, in_language, pick
from lift.core.locks import lock_rows
from lift.training import queries, texts
from lift.training.models import PilotSession
from lift.training.permissions import can_teach
from lift.training.policy.versions import update_problems

OFFER_UPDATE = jobs.JobKind("training.offer_update")


def take_version(code: str, number: int, *, actor: Actor) -> PilotSession:
    """The session uses another published version; back to the earlier one by the same act. What was answered stays readable."""
    with transaction() as session:
        found = require_found(queries.session_by_code(code))
        if not can_teach(actor, found, queries.trainers_of(found.id)):
            raise NotFound
        row = lock_rows(PilotSession, [found.id])[0]
        old = session.get_one(ModuleVersion, row.version_id)
        new = require_found(next((v for v in [old, *queries.versions_for(row)] if v.number == number), None))
        refuse_if(update_problems(row, old, new, queries.started_on(row.id), clock.now()))
        row.version_id = new.id
        audit.record(actor, "training.take_version", "pilot_session", row.id,
                     before={"version": old.number}, after={"version": new.number})  # fmt: skip
        return row


def offer_update(version_id: UUID, *, public_url: str) -> int:
    """One mail a trainer and session that keeps an older version; a second call adds none. Returns how many were queued."""
    with transaction():
        version = require_found(content.version_with_steps(version_id))
        found = queries.trainers_of_older(version)
        for reader in found:
            words = {
                "title": pick(version.title, reader.language), "n": version.number, "changed": version.what_changed,
                "day": f"{reader.session.starts_at:%Y-%m-%d}", "url": f"{public_url}/sessions/{reader.session.code}/version",
            }  # fmt: skip
            mail.queue_mail(
                reader.email, event=f"update:{version_id}:{reader.session.id}", kind="training.update",
                subject=in_language(Text(texts.UPDATE_SUBJECT, words), reader.language),
                body=in_language(Text(texts.UPDATE_BODY, words), reader.language),
            )  # fmt: skip
        db.session.flush()
        return len(found)
