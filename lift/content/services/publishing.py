"""From draft to published: review by somebody else, an approval from another partner, the lead's act (A1, A2, R4)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from lift.content import texts
from lift.content.enums import ReviewDecision, VersionState
from lift.content.models import Module, ModuleReview, ModuleVersion
from lift.content.permissions import can_author, can_publish, can_review
from lift.content.policy import publishing_problems
from lift.core import audit, clock, events
from lift.core.actor import Actor
from lift.core.db import db, transaction
from lift.core.errors import Conflict, NotFound, Problem, refuse_if, require
from lift.core.i18n import Text
from lift.core.locks import lock_rows
from lift.people import queries as people

PUBLISHED = "content.published"


def send_to_review(
    version_id: UUID, reviewer_id: UUID, organisation_id: UUID, *, actor: Actor, due_at: datetime | None = None
) -> ModuleReview:
    """Ask somebody, who acts for ``organisation_id``, to review a draft."""
    with transaction():
        version, module = _locked(version_id)
        require(can_author(actor, module.group_id), Problem("A1", Text(texts.NOT_AUTHOR), owner="content"))
        if version.state not in (VersionState.DRAFT, VersionState.REVIEW):
            raise Conflict(Problem("A1", Text(texts.NOT_DRAFT), owner="content"))
        if reviewer_id == version.created_by:
            raise Conflict(Problem("A2", Text(texts.OWN_WORK), owner="content"))
        version.state = VersionState.REVIEW
        review = ModuleReview(
            version_id=version.id, reviewer_id=reviewer_id, organisation_id=organisation_id, due_at=due_at
        )
        db.session.add(review)
        db.session.flush()
        audit.record(actor, "content.send_to_review", "module_version", version.id)
        return review


def decide_review(version_id: UUID, decision: ReviewDecision, note: str, *, actor: Actor) -> ModuleReview:
    """A reviewer's answer. Raises Forbidden for the author and for people who were not asked."""
    with transaction():
        version, _ = _locked(version_id)
        require(can_review(actor, version), Problem("A2", Text(texts.OWN_WORK), owner="content"))
        query = sa.select(ModuleReview).filter_by(version_id=version.id, reviewer_id=actor.person_id)
        review = db.session.scalar(query)
        require(review is not None, Problem("A16", Text(texts.NOT_REVIEWER), owner="content"))
        assert review is not None
        if version.state is not VersionState.REVIEW:
            raise Conflict(Problem("A16", Text(texts.NOT_IN_REVIEW), owner="content"))
        review.decision, review.note, review.decided_at = decision, note, clock.now()
        if decision is ReviewDecision.APPROVED:
            version.state = VersionState.APPROVED
        audit.record(actor, "content.review", "module_version", version.id, after={"decision": decision.value})
        return review


def publish(version_id: UUID, *, actor: Actor) -> ModuleVersion:
    """Make a version public for good. Raises Refused with every unmet condition."""
    with transaction():
        version, module = _locked(version_id)
        require(can_publish(actor, module.group_id), Problem("R4", Text(texts.NOT_LEAD), owner="content"))
        reviews = list(db.session.scalars(sa.select(ModuleReview).filter_by(version_id=version.id)))
        home = people.home_of(version.created_by) if version.created_by else None
        refuse_if(publishing_problems(version, reviews, home))
        version.state, version.published_at, version.published_by = VersionState.PUBLISHED, clock.now(), actor.person_id
        module.published_version_id = version.id
        audit.record(actor, "content.publish", "module_version", version.id, after={"number": version.number})
        events.announce(PUBLISHED, version_id=version.id)
        return version


def retire(version_id: UUID, *, actor: Actor, reason: str) -> ModuleVersion:
    """Take a published version out of the offer; running sessions keep it."""
    with transaction():
        version, module = _locked(version_id)
        require(can_publish(actor, module.group_id), Problem("R4", Text(texts.NOT_LEAD), owner="content"))
        if version.state is not VersionState.PUBLISHED:
            raise Conflict(Problem("A1", Text(texts.NOT_PUBLISHED), owner="content"))
        version.state, version.retired_at = VersionState.RETIRED, clock.now()
        if module.published_version_id == version.id:
            module.published_version_id = None
        audit.record(actor, "content.retire", "module_version", version.id, reason=reason)
        return version


def _locked(version_id: UUID) -> tuple[ModuleVersion, Module]:
    rows = lock_rows(ModuleVersion, [version_id])
    if not rows:
        raise NotFound
    return rows[0], db.session.get_one(Module, rows[0].module_id)
