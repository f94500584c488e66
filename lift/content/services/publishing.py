"""The lead's acts on a version: publish through the gate (A13), retire, and call an unsafe step back (A19)."""

from __future__ import annotations

from uuid import UUID

from lift.content import queries, texts
from lift.content.enums import VersionState
from lift.content.models import ModuleIssue, ModuleVersion, StepRecall
from lift.content.permissions import can_publish, can_recall
from lift.content.policy import publishing_problems
from lift.content.services.versions import NOT_LEAD, locked_version, step_of
from lift.core import audit, clock, events
from lift.core.actor import Actor
from lift.core.db import db, transaction
from lift.core.errors import Conflict, Invalid, Problem, refuse_if, require
from lift.core.i18n import Text
from lift.network import services as groups
from lift.network.enums import OutcomeState

PUBLISHED = "content.published"
STEP_RECALLED = "content.step_recalled"


def publish(version_id: UUID, *, actor: Actor) -> ModuleVersion:
    """Make a version public for good. Raises Refused with every unmet condition."""
    with transaction():
        version, module = locked_version(version_id)
        require(can_publish(actor, module.group_id), NOT_LEAD)
        refuse_if(publishing_problems(queries.gate_facts(version)))
        version.state, version.published_at, version.published_by = VersionState.PUBLISHED, clock.now(), actor.person_id
        db.session.flush()
        module.published_version_id = version.id
        if module.outcome_id is not None:
            groups.move_outcome(module.outcome_id, OutcomeState.PUBLISHED, actor=actor)
        audit.record(actor, "content.publish", "module_version", version.id, after={"number": version.number})
        events.announce(PUBLISHED, version_id=version.id)
        return version


def retire(version_id: UUID, *, actor: Actor, reason: str) -> ModuleVersion:
    """Take a published version out of the offer; running sessions keep it."""
    with transaction():
        version, module = locked_version(version_id)
        require(can_publish(actor, module.group_id), NOT_LEAD)
        if version.state is not VersionState.PUBLISHED:
            raise Conflict(Problem("A1", Text(texts.NOT_PUBLISHED), owner="content"))
        version.state, version.retired_at = VersionState.RETIRED, clock.now()
        if module.published_version_id == version.id:
            module.published_version_id = None
        audit.record(actor, "content.retire", "module_version", version.id, reason=reason)
        return version


def recall_step(version_id: UUID, step_key: str, reason: str, *, actor: Actor) -> StepRecall:
    """A step of a published version is unsafe: from now on it is started nowhere (A19).

    Whoever runs it is told, and running benches get the safe state, by those who listen to the event.
    """
    with transaction() as session:
        version, module = locked_version(version_id)
        require(can_recall(actor, module.group_id), Problem("A19", Text(texts.NOT_RECALLER), owner="content"))
        if version.state not in (VersionState.PUBLISHED, VersionState.RETIRED):
            raise Conflict(Problem("A19", Text(texts.NOT_PUBLISHED), owner="content"))
        if not reason.strip():
            raise Invalid(Problem("A19", Text(texts.RECALL_REASON), owner="content", field="reason"))
        step_of(version, step_key)
        if step_key in queries.recalled_steps(version.id):
            raise Conflict(Problem("A19", Text(texts.IS_RECALLED), owner="content"))
        row = StepRecall(version_id=version.id, step_key=step_key, reason=reason.strip(), recalled_by=actor.person_id)
        session.add(row)
        session.add(ModuleIssue(module_id=module.id, step_key=step_key, text=reason.strip(), raised_by=actor.person_id))
        session.flush()
        audit.record(actor, STEP_RECALLED, "module_version", version.id, after={"step": step_key}, reason=row.reason)
        events.announce(STEP_RECALLED, version_id=version.id, step_key=step_key)
        return row
