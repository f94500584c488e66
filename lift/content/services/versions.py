"""What the verbs on versions share: locked with their module, editable only as a draft, written down who wrote."""

from __future__ import annotations

from uuid import UUID

import sqlalchemy as sa

from lift.content import texts
from lift.content.enums import VersionState
from lift.content.models import Module, ModuleStep, ModuleVersion
from lift.content.permissions import can_author
from lift.core.actor import Actor
from lift.core.db import db
from lift.core.errors import Conflict, NotFound, Problem, require, require_found
from lift.core.i18n import Text
from lift.core.locks import lock_rows

NOT_AUTHOR = Problem("A1", Text(texts.NOT_AUTHOR), owner="content")
NOT_LEAD = Problem("R4", Text(texts.NOT_LEAD), owner="content")


def locked_version(version_id: UUID) -> tuple[ModuleVersion, Module]:
    """The version, locked with fresh values, and its module."""
    rows = lock_rows(ModuleVersion, [version_id])
    if not rows:
        raise NotFound
    return rows[0], db.session.get_one(Module, rows[0].module_id)


def draft_for(version_id: UUID, actor: Actor) -> ModuleVersion:
    """A draft that the actor may change; from now on they are one of its authors."""
    version, module = locked_version(version_id)
    require(can_author(actor, module.group_id), NOT_AUTHOR)
    if version.state is not VersionState.DRAFT:
        raise Conflict(Problem("A1", Text(texts.NO_RIGHT_TO_EDIT), owner="content"))
    if actor.person_id is not None and actor.person_id not in version.author_ids:
        version.author_ids = [*version.author_ids, actor.person_id]
    return version


def step_of(version: ModuleVersion, key: str) -> ModuleStep:
    """A step of a version by its key, with fresh values."""
    query = sa.select(ModuleStep).filter_by(version_id=version.id, key=key)
    return require_found(db.session.scalar(query, execution_options={"populate_existing": True}))


def steps_of(version: ModuleVersion) -> list[ModuleStep]:
    """All steps in order, with fresh values."""
    query = sa.select(ModuleStep).filter_by(version_id=version.id).order_by(ModuleStep.position)
    return list(db.session.scalars(query, execution_options={"populate_existing": True}))
