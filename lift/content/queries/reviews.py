"""Reviews: who was asked, what they remarked, and everything that the publishing gate looks at."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from lift.content.enums import ReviewDecision, StepKind, VersionState
from lift.content.folder.markup import links
from lift.content.models import (
    LinkCheck,
    Module,
    ModuleIssue,
    ModuleReview,
    ModuleVersion,
    ReviewComment,
    StepRecall,
    StepTrial,
)
from lift.content.policy.gate import GateFacts
from lift.content.queries.folders import version_faults
from lift.content.queries.hosting import hosts_of
from lift.core import clock
from lift.core.db import Texts, db
from lift.people import queries as people
from lift.people.models import Account, Organisation, Person


@dataclass(frozen=True)
class Asked:
    """A review with who it is and for whom."""

    review: ModuleReview
    name: str
    organisation: str


def reviews_of(version_id: UUID) -> list[Asked]:
    """Who was asked to review a version, in the order of asking."""
    query = (
        sa.select(ModuleReview, Person.name, Organisation.short_name)
        .join(Person, Person.id == ModuleReview.reviewer_id)
        .join(Organisation, Organisation.id == ModuleReview.organisation_id)
        .where(ModuleReview.version_id == version_id)
        .order_by(ModuleReview.asked_at, ModuleReview.id)
    )
    return [Asked(*row) for row in db.session.execute(query)]


@dataclass(frozen=True)
class ToReview:
    """One line of a reviewer's list."""

    review: ModuleReview
    title: Texts
    slug: str
    number: int
    state: VersionState


def asked_reviews(person_id: UUID) -> list[ToReview]:
    """What waits for this person, the nearest due date first."""
    query = (
        sa.select(ModuleReview, ModuleVersion.title, Module.slug, ModuleVersion.number, ModuleVersion.state)
        .join(ModuleVersion, ModuleVersion.id == ModuleReview.version_id)
        .join(Module, Module.id == ModuleVersion.module_id)
        .where(
            ModuleReview.reviewer_id == person_id, ModuleReview.decision == ReviewDecision.ASKED,
            ModuleVersion.state.in_([VersionState.REVIEW, VersionState.APPROVED]),
        )
        .order_by(ModuleReview.due_at.asc().nulls_last(), ModuleReview.asked_at)
    )  # fmt: skip
    return [ToReview(*row) for row in db.session.execute(query)]


def last_reviewed(module_id: UUID, person_id: UUID, before: int) -> int | None:
    """Number of the version of this module that the person decided on last, below a number."""
    query = (
        sa.select(sa.func.max(ModuleVersion.number))
        .join(ModuleReview, ModuleReview.version_id == ModuleVersion.id)
        .where(
            ModuleVersion.module_id == module_id, ModuleReview.reviewer_id == person_id,
            ModuleReview.decided_at.is_not(None), ModuleVersion.number < before,
        )
    )  # fmt: skip
    return db.session.scalar(query)


@dataclass(frozen=True)
class Remark:
    """A comment with its author's name and the answers, each with a name."""

    comment: ReviewComment
    name: str
    answers: list[tuple[str, str, datetime]]


def remarks_of(module_id: UUID, *, open_only: bool = False) -> list[Remark]:
    """Remarks on a module, whichever version they were written on, the oldest first. Two statements at any number."""
    query = sa.select(ReviewComment).filter_by(module_id=module_id).options(selectinload(ReviewComment.replies))
    query = query.where(ReviewComment.settled_at.is_(None)) if open_only else query
    found = list(db.session.scalars(query.order_by(ReviewComment.at, ReviewComment.id)))
    names = _names({c.person_id for c in found} | {r.person_id for c in found for r in c.replies})
    return [
        Remark(c, names.get(c.person_id, ""), [(names.get(r.person_id, ""), r.text, r.at) for r in c.replies])
        for c in found
    ]


def _names(person_ids: Collection[UUID]) -> dict[UUID, str]:
    query = sa.select(Person.id, Person.name).where(Person.id.in_(person_ids))
    return {row.id: row.name for row in db.session.execute(query)} if person_ids else {}


def gate_facts(version: ModuleVersion) -> GateFacts:
    """Everything that the publishing gate looks at; the version's steps are loaded."""
    live = [s.key for s in version.steps if s.kind is StepKind.LIVE]
    run = sa.select(StepTrial.step_key).where(
        StepTrial.version_id == version.id, StepTrial.person_id.notin_(version.author_ids)
    )
    must_fix = sa.select(ReviewComment.step_key).where(
        ReviewComment.module_id == version.module_id, ReviewComment.must_fix, ReviewComment.settled_at.is_(None)
    )
    ran = set(db.session.scalars(run))
    return GateFacts(
        version=version,
        reviews=[a.review for a in reviews_of(version.id)],
        author_organisation_id=version.organisation_id or (people.home_of(version.created_by) if version.created_by else None),
        must_fix=list(db.session.scalars(must_fix.order_by(ReviewComment.at))),
        faults=version_faults(version),
        dead_links=_dead_links(version),
        links=len(links_in(version)),
        hosts=sum(h.suits for h in hosts_of(version.requirements, free=False)) if live else None,
        live=live,
        not_run=[key for key in live if key not in ran],
    )  # fmt: skip


def links_in(version: ModuleVersion) -> dict[str, str]:
    """Every address that the steps point at, with the step where it stands first."""
    found: dict[str, str] = {}
    for step in version.steps:
        for text in step.body.values():
            for url in links(text):
                found.setdefault(url, step.key)
    return found


def _dead_links(version: ModuleVersion) -> list[tuple[str, str]]:
    """(address, step) of links that did not answer and that nobody vouches for now."""
    found = links_in(version)
    if not found:
        return []
    query = sa.select(LinkCheck).where(LinkCheck.url.in_(found), ~LinkCheck.alive)
    now = clock.now()
    dead = [c.url for c in db.session.scalars(query) if c.vouched_until is None or c.vouched_until < now]
    return [(url, found[url]) for url in sorted(dead)]


def urls_to_check(version_id: UUID | None, older_than: datetime) -> list[str]:
    """Addresses of one version, or of all that are on offer, that were not looked at since."""
    query = sa.select(ModuleVersion).options(selectinload(ModuleVersion.steps))
    if version_id is not None:
        query = query.where(ModuleVersion.id == version_id)
    else:
        query = query.where(
            ModuleVersion.state.in_([VersionState.PUBLISHED, VersionState.REVIEW, VersionState.APPROVED])
        )
    urls = {url for version in db.session.scalars(query) for url in links_in(version)}
    fresh = sa.select(LinkCheck.url).where(LinkCheck.url.in_(urls), LinkCheck.checked_at >= older_than)
    return sorted(urls - set(db.session.scalars(fresh))) if urls else []


@dataclass(frozen=True)
class ReviewTold:
    """What a mail about a review says, and to whom."""

    review: ModuleReview
    title: Texts
    slug: str
    number: int
    name: str
    language: str
    email: str | None


def review_told(review_id: UUID) -> ReviewTold | None:
    """A review with its reader."""
    query = (
        sa.select(ModuleReview, ModuleVersion.title, Module.slug, ModuleVersion.number, Person.name, Person.language,
                  Account.email)
        .join(ModuleVersion, ModuleVersion.id == ModuleReview.version_id)
        .join(Module, Module.id == ModuleVersion.module_id)
        .join(Person, Person.id == ModuleReview.reviewer_id)
        .outerjoin(Account, Account.person_id == Person.id)
        .where(ModuleReview.id == review_id)
    )  # fmt: skip
    row = db.session.execute(query).one_or_none()
    return ReviewTold(*row) if row else None


def reviews_due(now: datetime) -> list[UUID]:
    """Reviews without an answer whose half time or due date has passed since the last reminder (A16)."""
    instant = sa.literal(now, sa.DateTime(timezone=True))
    half = instant - ModuleReview.asked_at >= ModuleReview.due_at - instant
    query = (
        sa.select(ModuleReview.id)
        .join(ModuleVersion, ModuleVersion.id == ModuleReview.version_id)
        .where(
            ModuleReview.decision == ReviewDecision.ASKED, ModuleVersion.state == VersionState.REVIEW,
            sa.or_(
                sa.and_(ModuleReview.reminders == 0, half),
                sa.and_(ModuleReview.reminders == 1, ModuleReview.due_at <= now),
            ),
        )
        .order_by(ModuleReview.id)
    )  # fmt: skip
    return list(db.session.scalars(query))


def recalled_steps(version_id: UUID) -> dict[str, StepRecall]:
    """Steps of a version that are unsafe, by key (A19)."""
    return {row.step_key: row for row in db.session.scalars(sa.select(StepRecall).filter_by(version_id=version_id))}


def issues_of(module_id: UUID, *, open_only: bool = True) -> list[ModuleIssue]:
    """What the next version should make better, the oldest first (A20)."""
    query = sa.select(ModuleIssue).filter_by(module_id=module_id)
    query = query.where(ModuleIssue.closed_by_version_id.is_(None)) if open_only else query
    return list(db.session.scalars(query.order_by(ModuleIssue.at, ModuleIssue.id)))
