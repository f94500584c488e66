"""What the next version should make better (A20): raised at a step, closed by the draft that does it."""

from __future__ import annotations

from uuid import UUID

from lift.content import texts
from lift.content.models import Module, ModuleIssue, ModuleVersion
from lift.content.permissions import can_author, can_see_version
from lift.content.services.versions import NOT_AUTHOR, draft_for, step_of
from lift.core import audit
from lift.core.actor import Actor
from lift.core.db import transaction
from lift.core.errors import Invalid, NotFound, Problem, require, require_found
from lift.core.i18n import Text
from lift.core.locks import lock_rows


def raise_issue(version_id: UUID, step_key: str, text: str, *, actor: Actor) -> ModuleIssue:
    """Something that learners or trainers stumbled over becomes work for the next version."""
    with transaction() as session:
        version = require_found(session.get(ModuleVersion, version_id))
        module = session.get_one(Module, version.module_id)
        if not can_see_version(actor, module.group_id, version):
            raise NotFound
        require(can_author(actor, module.group_id), NOT_AUTHOR)
        step_of(version, step_key)
        if not text.strip():
            raise Invalid(Problem("A20", Text(texts.ISSUE_NEEDS_TEXT), owner="content", field="text"))
        row = ModuleIssue(module_id=module.id, step_key=step_key, text=text.strip()[:1000], raised_by=actor.person_id)
        session.add(row)
        session.flush()
        audit.record(actor, "content.raise_issue", "module_issue", row.id, after={"step": step_key})
        return row


def close_issue(issue_id: UUID, version_id: UUID, *, actor: Actor) -> ModuleIssue:
    """The draft does it. Raises NotFound for an issue of another module."""
    with transaction():
        draft = draft_for(version_id, actor)
        row = require_found(next(iter(lock_rows(ModuleIssue, [issue_id])), None))
        if row.module_id != draft.module_id:
            raise NotFound
        row.closed_by_version_id = draft.id
        audit.record(actor, "content.close_issue", "module_issue", row.id, after={"number": draft.number})
        return row
