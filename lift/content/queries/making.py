"""What is on its way: drafts and reviews of a group, lineage from outcome to module, how long reviews take."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from lift.content.enums import ReviewDecision, VersionState
from lift.content.models import Module, ModuleReview, ModuleVersion
from lift.core import clock
from lift.core.actor import Role, Scope
from lift.core.db import Texts, db
from lift.network.enums import OutcomeState
from lift.network.models import Outcome
from lift.people.models import Organisation, Person, RoleGrant

ON_THE_WAY = (VersionState.DRAFT, VersionState.REVIEW, VersionState.APPROVED)


def versions_in_the_making(group_id: UUID) -> list[ModuleVersion]:
    """Drafts and versions in review of one group."""
    query = (
        sa.select(ModuleVersion)
        .join(Module)
        .where(
            Module.group_id == group_id,
            ModuleVersion.state.in_(ON_THE_WAY),
        )
        .options(joinedload(ModuleVersion.module))
        .order_by(ModuleVersion.created_at)
    )
    return list(db.session.scalars(query))


@dataclass(frozen=True)
class InTheMaking:
    """A version that is not published yet, with who was asked to look at it: (name, organisation, decision)."""

    version: ModuleVersion
    reviews: list[tuple[str, str, ReviewDecision]]


def reviews_in_the_making(group_id: UUID) -> list[InTheMaking]:
    """Versions of one group on their way, each with its reviewers. Two statements at any number."""
    versions = versions_in_the_making(group_id)
    query = (
        sa.select(ModuleReview, Person.name, Organisation.short_name)
        .join(Person, Person.id == ModuleReview.reviewer_id)
        .join(Organisation, Organisation.id == ModuleReview.organisation_id)
        .where(ModuleReview.version_id.in_([v.id for v in versions]))
        .order_by(ModuleReview.asked_at)
    )
    asked: dict[UUID, list[tuple[str, str, ReviewDecision]]] = {}
    for review, name, organisation in db.session.execute(query) if versions else ():
        asked.setdefault(review.version_id, []).append((name, organisation, review.decision))
    return [InTheMaking(version, asked.get(version.id, [])) for version in versions]


def version_of(slug: str, number: int) -> ModuleVersion | None:
    """A version of any state by its address, with module and steps."""
    query = sa.select(ModuleVersion).join(Module).where(Module.slug == slug, ModuleVersion.number == number)
    return db.session.scalar(query.options(joinedload(ModuleVersion.module), selectinload(ModuleVersion.steps)))


def versions_of(module_id: UUID) -> list[ModuleVersion]:
    """All versions of a module with their steps, the newest first."""
    query = sa.select(ModuleVersion).filter_by(module_id=module_id).options(selectinload(ModuleVersion.steps))
    return list(db.session.scalars(query.order_by(ModuleVersion.number.desc())))


@dataclass(frozen=True)
class LineageGaps:
    """A6: what a group made and nobody teaches, and what is taught and comes from nothing; ids or slugs with titles."""

    outcomes: list[tuple[UUID, Texts]]
    modules: list[tuple[str, Texts]]


def lineage_gaps(group_id: UUID) -> LineageGaps:
    """Outcomes without a module and modules without an outcome, of one group."""
    made = sa.exists().where(Module.outcome_id == Outcome.id)
    outcomes = sa.select(Outcome.id, Outcome.title).where(
        Outcome.group_id == group_id, ~made, Outcome.state.notin_([OutcomeState.PROPOSED, OutcomeState.RETIRED])
    )
    modules = (
        sa.select(Module.slug, ModuleVersion.title)
        .join(ModuleVersion, ModuleVersion.id == Module.published_version_id)
        .where(Module.group_id == group_id, Module.outcome_id.is_(None))
    )
    return LineageGaps(
        [(row.id, row.title) for row in db.session.execute(outcomes.order_by(Outcome.created_at))],
        [(row.slug, row.title) for row in db.session.execute(modules.order_by(Module.slug))],
    )


@dataclass(frozen=True)
class MadeOf:
    """A module that came of an outcome, by its newest version."""

    slug: str
    title: Texts
    state: VersionState
    versions: int
    public: bool


def lineage_of(outcome_id: UUID, *, inside: bool) -> list[MadeOf]:
    """Modules made of an outcome; who is outside the group sees the published ones only."""
    query = sa.select(Module).where(Module.outcome_id == outcome_id).options(selectinload(Module.versions))
    found = []
    for module in db.session.scalars(query.order_by(Module.created_at)):
        public = module.published_version_id is not None
        seen = [v for v in module.versions if inside or v.id == module.published_version_id]
        if seen:
            shown = next((v for v in seen if v.id == module.published_version_id), seen[-1])
            found.append(MadeOf(module.slug, shown.title, shown.state, len(seen), public))
    return found


def average_wait(group_id: UUID) -> float | None:
    """Days from asking to a decision, over the group's reviews; None before the first (A16)."""
    took = sa.func.avg(sa.extract("epoch", ModuleReview.decided_at - ModuleReview.asked_at))
    decided = [ReviewDecision.APPROVED, ReviewDecision.CHANGES]
    query = (
        sa.select(took)
        .join(ModuleVersion, ModuleVersion.id == ModuleReview.version_id)
        .join(Module, Module.id == ModuleVersion.module_id)
        .where(Module.group_id == group_id, ModuleReview.decision.in_(decided))
    )
    seconds = db.session.scalar(query)
    return None if seconds is None else float(seconds) / 86_400


def reviewers_of(group_id: UUID) -> list[tuple[UUID, str, UUID, str]]:
    """Who may be asked to review: person, name, organisation they review for, its short name; by partner."""
    now = clock.now()
    query = (
        sa.select(Person.id, Person.name, Organisation.id, Organisation.short_name)
        .join(RoleGrant, RoleGrant.person_id == Person.id)
        .join(Organisation, Organisation.id == RoleGrant.organisation_id)
        .where(
            RoleGrant.role == Role.REVIEWER, RoleGrant.scope == Scope.WORKING_GROUP, RoleGrant.scope_id == group_id,
            RoleGrant.began_at <= now, sa.or_(RoleGrant.ends_at.is_(None), RoleGrant.ends_at > now),
            Person.erased_at.is_(None),
        )
        .distinct()
        .order_by(Organisation.short_name, Person.name)
    )  # fmt: skip
    return [(p, name, o, short) for p, name, o, short in db.session.execute(query)]
