"""Published modules: the public list, one module, pages of the API."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from lift.content.enums import StepKind
from lift.content.models import Module, ModuleStep, ModuleVersion
from lift.core.db import db
from lift.network.models import WorkingGroup
from lift.people.models import Organisation

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
