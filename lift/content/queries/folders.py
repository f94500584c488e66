"""A version as a module folder, and what the format finds wrong with it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from pydantic import ValidationError
from sqlalchemy.orm import selectinload

from lift.content.enums import VersionState
from lift.content.folder import Fault, Manifest, ModuleFolder, module_faults
from lift.content.folder.faults import faults_of
from lift.content.folder.files import MANIFEST
from lift.content.models import Module, ModuleMedia, ModuleStep, ModuleVersion
from lift.core import files
from lift.core.db import db
from lift.network.models import WorkingGroup

SHOWN = (VersionState.PUBLISHED, VersionState.RETIRED)


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


def any_media_file(version_id: UUID, path: str) -> UUID | None:
    """The stored file of a picture of any version; the caller asks who may see it."""
    return db.session.scalar(sa.select(ModuleMedia.file_id).filter_by(version_id=version_id, path=path))


def media_names(version_id: UUID) -> list[str]:
    """Names of the pictures of a version, without their folder."""
    query = sa.select(ModuleMedia.path).filter_by(version_id=version_id).order_by(ModuleMedia.path)
    return [path.removeprefix("media/") for path in db.session.scalars(query)]


def module_folder(slug: str, number: int | None = None) -> ModuleFolder | None:
    """A version as a module folder: this number, else the published one, else the newest. None when there is none.

    Raises ValidationError for a draft that is not whole.
    """
    query = sa.select(ModuleVersion).join(Module, Module.id == ModuleVersion.module_id).where(Module.slug == slug)
    if number is not None:
        query = query.where(ModuleVersion.number == number)
    else:
        query = query.order_by((ModuleVersion.id == Module.published_version_id).desc().nulls_last())
    query = query.order_by(ModuleVersion.number.desc()).limit(1).options(selectinload(ModuleVersion.steps))
    version = db.session.scalar(query)
    return folder_of(version) if version else None


def folder_of(version: ModuleVersion) -> ModuleFolder:
    """The version's folder. Raises ValidationError when it is not whole."""
    names = sa.select(Module.slug, WorkingGroup.slug).join(WorkingGroup, WorkingGroup.id == Module.group_id)
    slug, topic = db.session.execute(names.where(Module.id == version.module_id)).one()
    manifest = Manifest.model_validate(manifest_values(version, version.steps, slug, topic))
    return ModuleFolder(manifest, _bodies(version, manifest), _pictures(version.id))


def version_faults(version: ModuleVersion) -> list[Fault]:
    """All that the format of module folders finds wrong with a version, as an import of it would."""
    try:
        return module_faults(folder_of(version))
    except ValidationError as error:
        return faults_of(MANIFEST, error)


def _bodies(version: ModuleVersion, manifest: Manifest) -> dict[str, Any]:
    return {
        step.key: {code: step.body[code] for code in manifest.languages if step.body.get(code)}
        for step in version.steps
    }


def _pictures(version_id: UUID) -> dict[str, bytes]:
    media = db.session.execute(sa.select(ModuleMedia.path, ModuleMedia.file_id).filter_by(version_id=version_id))
    return {row.path.removeprefix("media/"): files.read(row.file_id) for row in media}


def manifest_values(version: ModuleVersion, steps: Sequence[ModuleStep], slug: str, topic: str) -> dict[str, Any]:
    """What module.toml of the version would say."""
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
        "steps": [_step_values(step) for step in steps],
    }


def _step_values(step: ModuleStep) -> dict[str, Any]:
    same = ("key", "kind", "minutes", "required", "title", "completion")
    return {
        **{name: getattr(step, name) for name in same},
        "fallback": step.live.get("fallback"),
        "drives": step.live.get("drives", []),
        "exercise": step.exercises,
    }
