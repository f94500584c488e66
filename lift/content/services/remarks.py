"""Remarks on passages (A3): written by the group's people, answered, settled; an open "must fix" blocks publishing."""

from __future__ import annotations

from uuid import UUID

from lift.content import texts
from lift.content.models import Module, ModuleVersion, ReviewComment, ReviewReply
from lift.content.permissions import can_author, can_publish, can_see_draft
from lift.content.policy import anchor_of
from lift.content.services.versions import step_of
from lift.core import audit, clock
from lift.core.actor import Actor
from lift.core.db import db, transaction
from lift.core.errors import Invalid, Problem, require, require_found
from lift.core.i18n import Text
from lift.core.locks import lock_rows

NOT_ASKED = Problem("A16", Text(texts.NOT_REVIEWER), owner="content")


def comment_passage(
    version_id: UUID, step_key: str, language: str, quote: str, text: str, *, actor: Actor, must_fix: bool = False,
    at: int | None = None,
) -> ReviewComment:  # fmt: skip
    """Tie a remark to words of a step; ``at`` is where they stood, for words that stand there twice."""
    with transaction() as session:
        version, module = _seen(version_id, actor)
        body = step_of(version, step_key).body.get(language, "")
        anchor = anchor_of(body, quote.replace("\r\n", "\n").strip(), at)
        if anchor is None:
            raise Invalid(Problem("A3", Text(texts.QUOTE_MISSING), owner="content", field="quote"))
        if not text.strip():
            raise Invalid(Problem("A3", Text(texts.COMMENT_NEEDED), owner="content", field="text"))
        row = ReviewComment(
            module_id=module.id, version_id=version.id, step_key=step_key, language=language, quote=anchor.quote,
            before=anchor.before, after=anchor.after, must_fix=must_fix, text=text.strip(), person_id=actor.person_id,
        )  # fmt: skip
        session.add(row)
        session.flush()
        audit.record(actor, "content.comment", "review_comment", row.id, after={"must_fix": must_fix})
        return row


def answer_comment(comment_id: UUID, text: str, *, actor: Actor) -> ReviewReply:
    """A word back."""
    with transaction() as session:
        row = _comment(comment_id, actor)
        if not text.strip():
            raise Invalid(Problem("A3", Text(texts.COMMENT_NEEDED), owner="content", field="text"))
        reply = ReviewReply(comment_id=row.id, person_id=actor.person_id, text=text.strip())
        session.add(reply)
        session.flush()
        audit.record(actor, "content.answer_comment", "review_comment", row.id)
        return reply


def settle_comment(comment_id: UUID, settled: bool, *, actor: Actor) -> ReviewComment:
    """Settled, or open again. A "must fix" is settled by who wrote it or by the lead, an idea by an author too."""
    with transaction():
        row = _comment(comment_id, actor)
        module = db.session.get_one(Module, row.module_id)
        own = actor.person_id == row.person_id or can_publish(actor, module.group_id)
        may = own or (can_author(actor, module.group_id) and not row.must_fix)
        require(may, Problem("A3", Text(texts.NOT_YOUR_COMMENT), owner="content"))
        row.settled_at, row.settled_by = (clock.now(), actor.person_id) if settled else (None, None)
        audit.record(actor, "content.settle_comment", "review_comment", row.id, after={"settled": settled})
        return row


def _seen(version_id: UUID, actor: Actor) -> tuple[ModuleVersion, Module]:
    version = require_found(db.session.get(ModuleVersion, version_id))
    module = db.session.get_one(Module, version.module_id)
    require(can_see_draft(actor, module.group_id, version) and actor.person_id is not None, NOT_ASKED)
    return version, module


def _comment(comment_id: UUID, actor: Actor) -> ReviewComment:
    row = require_found(next(iter(lock_rows(ReviewComment, [comment_id])), None))
    _seen(row.version_id, actor)
    return row
