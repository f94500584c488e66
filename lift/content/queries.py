"""Reads of content: the public list, one module, a step as it is shown."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from lift.content.enums import ReviewDecision, StepKind, VersionState
from lift.content.folder import Manifest, ModuleFolder
from lift.content.models import Module, ModuleMedia, ModuleReview, ModuleStep, ModuleVersion
from lift.core import files
from lift.core.db import db
from lift.network.models import WorkingGroup
from lift.people.models import Organisation, Person

SHOWN = (VersionState.PUBLISHED, VersionState.RETIRED)


_STEPS = sa.select(sa.func.count()).where(ModuleStep.version_id == ModuleVersion.id).scalar_subquery()
_LIVE = sa.exists().where(ModuleStep.version_id == ModuleVersion.id, ModuleStep.kind == StepKind.LIVE)


@dataclass(frozen=True)
class ModuleCard:
    """A published module as lists show it."""

    module: Module
    version: ModuleVersion
    group: WorkingGroup
    steps: int
    live: bool


def published_modules(*, group_id: UUID | None = None, language: str | None = None) -> list[ModuleCard]:
    """All published modules, by title; optionally of one group or in one language. One statement at any number."""
    query = (
        sa.select(ModuleVersion, WorkingGroup, _STEPS, _LIVE)
        .join(Module, Module.published_version_id == ModuleVersion.id)
        .join(WorkingGroup, WorkingGroup.id == Module.group_id)
        .options(contains_eager(ModuleVersion.module))
        .order_by(ModuleVersion.title["en"].astext)
    )
    if group_id is not None:
        query = query.where(Module.group_id == group_id)
    if language is not None:
        query = query.where(ModuleVersion.languages.contains([language]))
    return [
        ModuleCard(version.module, version, group, steps, live)
        for version, group, steps, live in db.session.execute(query)
    ]


def published_module(slug: str) -> ModuleCard | None:
    """One published module by its slug, with its steps."""
    query = (
        sa.select(ModuleVersion, WorkingGroup)
        .join(Module, Module.published_version_id == ModuleVersion.id)
        .join(WorkingGroup, WorkingGroup.id == Module.group_id)
        .where(Module.slug == slug)
        .options(joinedload(ModuleVersion.module), selectinload(ModuleVersion.steps))
    )
    row = db.session.execute(query).unique().one_or_none()
    if row is None:
        return None
    version, group = row
    return ModuleCard(version.module, version, group, len(version.steps), any(s.kind == "live" for s in version.steps))


def version_with_steps(version_id: UUID) -> ModuleVersion | None:
    """A version of any state with its steps."""
    query = sa.select(ModuleVersion).where(ModuleVersion.id == version_id)
    return db.session.scalar(query.options(joinedload(ModuleVersion.module), selectinload(ModuleVersion.steps)))


def versions_in_the_making(group_id: UUID) -> list[ModuleVersion]:
    """Drafts and versions in review of one group."""
    query = (
        sa.select(ModuleVersion)
        .join(Module)
        .where(
            Module.group_id == group_id,
            ModuleVersion.state.in_([VersionState.DRAFT, VersionState.REVIEW, VersionState.APPROVED]),
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


def module_page(after: UUID | None, limit: int) -> list[ModuleCard]:
    """Published modules in key order; one more than ``limit`` when there is more."""
    query = (
        sa.select(ModuleVersion, WorkingGroup, _STEPS, _LIVE)
        .join(Module, Module.published_version_id == ModuleVersion.id)
        .join(WorkingGroup, WorkingGroup.id == Module.group_id)
        .options(contains_eager(ModuleVersion.module), selectinload(ModuleVersion.steps))
        .order_by(Module.id)
        .limit(limit + 1)
    )
    if after is not None:
        query = query.where(Module.id > after)
    return [
        ModuleCard(version.module, version, group, steps, live)
        for version, group, steps, live in db.session.execute(query)
    ]


def credited(slugs: Collection[str]) -> dict[str, str]:
    """Names of the bodies that a module credits, by slug."""
    query = sa.select(Organisation.slug, Organisation.name).where(Organisation.slug.in_(slugs))
    return {row.slug: row.name for row in db.session.execute(query)} if slugs else {}


def media_file(slug: str, number: int, path: str) -> UUID | None:
    """The stored file of a picture of a shown version."""
    query = (
        sa.select(ModuleMedia.file_id)
        .join(ModuleVersion, ModuleVersion.id == ModuleMedia.version_id)
        .join(Module, Module.id == ModuleVersion.module_id)
        .where(
            Module.slug == slug,
            ModuleVersion.number == number,
            ModuleMedia.path == path,
            ModuleVersion.state.in_(SHOWN),
        )
    )
    return db.session.scalar(query)


def module_folder(slug: str, number: int | None = None) -> ModuleFolder | None:
    """A version as a module folder: this number, else the published one, else the newest. None when there is none."""
    query = sa.select(ModuleVersion).join(Module, Module.id == ModuleVersion.module_id).where(Module.slug == slug)
    if number is not None:
        query = query.where(ModuleVersion.number == number)
    else:
        query = query.order_by((ModuleVersion.id == Module.published_version_id).desc().nulls_last())
    query = query.order_by(ModuleVersion.number.desc()).limit(1).options(selectinload(ModuleVersion.steps))
    version = db.session.scalar(query)
    if version is None:
        return None
    topic = db.session.scalars(sa.select(WorkingGroup.slug).join(Module).where(Module.slug == slug)).one()
    manifest = Manifest.model_validate(_manifest_values(version, slug, topic))
    media = db.session.execute(sa.select(ModuleMedia.path, ModuleMedia.file_id).filter_by(version_id=version.id))
    return ModuleFolder(
        manifest,
        {step.key: {code: step.body[code] for code in manifest.languages} for step in version.steps},
        {row.path.removeprefix("media/"): files.read(row.file_id) for row in media},
    )


def _manifest_values(version: ModuleVersion, slug: str, topic: str) -> dict[str, Any]:
    same = (
        "title",
        "summary",
        "gain",
        "languages",
        "minutes",
        "eqf_level",
        "licence",
        "method",
        "completed",
        "credits",
    )
    return {
        **{name: getattr(version, name) for name in same},
        "slug": slug,
        "topic": topic,
        "skills": [{name: skill[name] for name in ("uri", "level")} for skill in version.skills],
        "requirements": version.requirements or None,
        "entry": version.entry_questions,
        "steps": [_step_values(step) for step in version.steps],
    }


def _step_values(step: ModuleStep) -> dict[str, Any]:
    same = ("key", "kind", "minutes", "required", "title", "completion")
    return {
        **{name: getattr(step, name) for name in same},
        "fallback": step.live.get("fallback"),
        "drives": step.live.get("drives", []),
        "exercise": step.exercises,
    }
