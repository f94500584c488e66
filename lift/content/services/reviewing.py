"""Reviews (A16): asked with a due date, accepted or passed on by name, decided; the lead asks somebody else instead."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lift.content import queries, texts
from lift.content.enums import ReviewDecision, VersionState
from lift.content.models import ModuleReview, ModuleVersion
from lift.content.permissions import can_author, can_publish, can_review
from lift.content.services.versions import NOT_AUTHOR, NOT_LEAD, locked_version
from lift.core import audit, clock, jobs, mail
from lift.core.actor import Actor
from lift.core.db import db, transaction
from lift.core.errors import Conflict, Invalid, Problem, require, require_found
from lift.core.i18n import Text, in_language, pick
from lift.core.locks import lock_rows

TELL_REVIEW = jobs.JobKind("content.tell_review")
CHECK_LINKS = jobs.JobKind("content.check_links", atomic=False)
USUAL_TIME = timedelta(days=14)
USUAL_MINUTES = 45


def send_to_review(
    version_id: UUID, reviewer_id: UUID, organisation_id: UUID, *, actor: Actor, due_at: datetime | None = None,
    scope: str = "", effort_minutes: int = USUAL_MINUTES,
) -> ModuleReview:  # fmt: skip
    """Ask somebody, who acts for ``organisation_id``, to review; a draft is frozen by it. Asking again changes the date."""
    with transaction() as session:
        version, module = locked_version(version_id)
        require(can_author(actor, module.group_id), NOT_AUTHOR)
        if version.state not in (VersionState.DRAFT, VersionState.REVIEW):
            raise Conflict(Problem("A1", Text(texts.NOT_DRAFT), owner="content"))
        if reviewer_id in {*version.author_ids, version.created_by}:
            raise Conflict(Problem("A2", Text(texts.OWN_WORK), owner="content"))
        if (reviewer_id, organisation_id) not in {(p, o) for p, _, o, _ in queries.reviewers_of(module.group_id)}:
            raise Invalid(Problem("A16", Text(texts.NOT_A_REVIEWER), owner="content", field="reviewer"))
        due = due_at or clock.now() + USUAL_TIME
        if due <= clock.now():
            raise Invalid(Problem("A16", Text(texts.DUE_IN_PAST), owner="content", field="due"))
        version.state = VersionState.REVIEW
        review = _asked(session, version, reviewer_id, organisation_id)
        review.due_at, review.scope, review.effort_minutes, review.reminders = due, scope.strip(), effort_minutes, 0
        session.flush()
        audit.record(actor, "content.send_to_review", "module_version", version.id)
        jobs.enqueue(TELL_REVIEW, review_id=review.id)
        jobs.enqueue(CHECK_LINKS, version_id=version.id)
        return review


def _asked(session: Session, version: ModuleVersion, reviewer_id: UUID, organisation_id: UUID) -> ModuleReview:
    """The reviewer's row, made, or asked anew when they had declined or been replaced."""
    found = session.scalar(sa.select(ModuleReview).filter_by(version_id=version.id, reviewer_id=reviewer_id))
    if found is None:
        found = ModuleReview(version_id=version.id, reviewer_id=reviewer_id, organisation_id=organisation_id)
        session.add(found)
    elif found.decision in (ReviewDecision.DECLINED, ReviewDecision.REPLACED):
        found.decision, found.decided_at, found.accepted_at = ReviewDecision.ASKED, None, None
    return found


def accept_review(version_id: UUID, *, actor: Actor) -> ModuleReview:
    """Say that one will do it."""
    with transaction():
        review = _own(version_id, actor)
        review.accepted_at = review.accepted_at or clock.now()
        audit.record(actor, "content.accept_review", "module_version", version_id)
        return review


def decline_review(version_id: UUID, instead: str, *, actor: Actor) -> ModuleReview:
    """Say no, with the name of somebody else whom the group could ask."""
    with transaction():
        review = _own(version_id, actor)
        if not instead.strip():
            raise Invalid(Problem("A16", Text(texts.NAME_NEEDED), owner="content", field="instead"))
        review.decision, review.named_instead = ReviewDecision.DECLINED, instead.strip()
        review.decided_at = clock.now()
        audit.record(actor, "content.decline_review", "module_version", version_id)
        return review


def replace_reviewer(review_id: UUID, reviewer_id: UUID, organisation_id: UUID, *, actor: Actor) -> ModuleReview:
    """The lead asks somebody else instead of a reviewer who has not answered, or has declined."""
    with transaction():
        old = require_found(next(iter(lock_rows(ModuleReview, [review_id])), None))
        version, module = locked_version(old.version_id)
        require(can_publish(actor, module.group_id), NOT_LEAD)
        if old.decision not in (ReviewDecision.ASKED, ReviewDecision.DECLINED):
            raise Conflict(Problem("A16", Text(texts.REVIEW_OVER), owner="content"))
        old.decision, old.decided_at = ReviewDecision.REPLACED, old.decided_at or clock.now()
        left = old.due_at if old.due_at and old.due_at > clock.now() else None
        return send_to_review(version.id, reviewer_id, organisation_id, actor=actor, due_at=left, scope=old.scope,
                              effort_minutes=old.effort_minutes or USUAL_MINUTES)  # fmt: skip


def tick_checklist(version_id: UUID, ticked: list[str], *, actor: Actor) -> ModuleReview:
    """What the reviewer has looked at."""
    with transaction():
        review = _own(version_id, actor)
        review.checklist = [key for key in texts.CHECKLIST if key in ticked]
        return review


def decide_review(version_id: UUID, decision: ReviewDecision, note: str, *, actor: Actor) -> ModuleReview:
    """A reviewer's answer. Raises Forbidden for its authors and for people who were not asked."""
    with transaction():
        review = _own(version_id, actor)
        version = db.session.get_one(ModuleVersion, version_id)
        if decision is ReviewDecision.CHANGES and not note.strip():
            raise Invalid(Problem("A16", Text(texts.NOTE_NEEDED), owner="content", field="note"))
        review.decision, review.note, review.decided_at = decision, note.strip(), clock.now()
        review.accepted_at = review.accepted_at or review.decided_at
        if decision is ReviewDecision.APPROVED:
            version.state = VersionState.APPROVED
        elif decision is ReviewDecision.CHANGES:
            version.state = VersionState.REVIEW
        audit.record(actor, "content.review", "module_version", version.id, after={"decision": decision.value})
        return review


def _own(version_id: UUID, actor: Actor) -> ModuleReview:
    """The actor's review of a version that is under review; the version stays locked."""
    version, _ = locked_version(version_id)
    require(can_review(actor, version), Problem("A2", Text(texts.OWN_WORK), owner="content"))
    query = sa.select(ModuleReview).filter_by(version_id=version.id, reviewer_id=actor.person_id)
    review = db.session.scalar(query)
    gone = review is None or review.decision is ReviewDecision.REPLACED
    require(not gone, Problem("A16", Text(texts.NOT_REVIEWER), owner="content"))
    assert review is not None
    if version.state not in (VersionState.REVIEW, VersionState.APPROVED):
        raise Conflict(Problem("A16", Text(texts.NOT_IN_REVIEW), owner="content"))
    return review


def remind(now: datetime) -> int:
    """One reminder at half time and one when due, by state: a missed tick is made up by the next. Returns how many."""
    due = queries.reviews_due(now)
    for review_id in due:
        with transaction():
            review = lock_rows(ModuleReview, [review_id])[0]
            review.reminders = 2 if review.due_at is not None and review.due_at <= now else 1
            jobs.enqueue(TELL_REVIEW, review_id=review_id, reminder=review.reminders)
    return len(due)


def tell_review(review_id: UUID, *, public_url: str, reminder: int = 0) -> bool:
    """The invitation, or one of its reminders. False when the review is over or there is no address."""
    with transaction():
        told = queries.review_told(review_id)
        if told is None or told.email is None or told.review.decision is not ReviewDecision.ASKED:
            return False
        review, language = told.review, told.language
        words = {
            "title": pick(told.title, language), "n": told.number, "name": told.name, "scope": review.scope,
            "minutes": review.effort_minutes or USUAL_MINUTES, "due": f"{review.due_at:%Y-%m-%d}" if review.due_at else "",
            "url": f"{public_url}/modules/{told.slug}/v{told.number}/review",
        }  # fmt: skip
        subject = (texts.REVIEW_SUBJECT, texts.HALF_SUBJECT, texts.DUE_SUBJECT)[reminder]
        mail.queue_mail(
            told.email, event=f"review:{review_id}:{review.due_at}", kind=f"content.review_{reminder}",
            subject=in_language(Text(subject, words), language),
            body=in_language(Text(texts.REMIND_BODY if reminder else texts.REVIEW_BODY, words), language),
        )  # fmt: skip
        return True
