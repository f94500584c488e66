"""Drafts come from module folders: read, checked, written as one version with its steps and media."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from lift.content import texts
from lift.content.enums import StepKind, VersionState
from lift.content.esco import skill_labels
from lift.content.folder import ModuleFolder, Step
from lift.content.models import Module, ModuleMedia, ModuleStep, ModuleVersion
from lift.content.permissions import can_author
from lift.content.policy import fingerprint
from lift.core import audit, files
from lift.core.actor import Actor
from lift.core.db import db, savepoint, transaction
from lift.core.errors import Conflict, Problem, Refused, require
from lift.core.i18n import Text
from lift.network import queries as network


def import_folder(folder: ModuleFolder, *, actor: Actor) -> ModuleVersion:
    """A new draft of the module that the folder names; the module itself is made on first import.

    Raises Forbidden for people outside the group, Conflict when a draft is open, Refused for an unknown topic.
    """
    manifest = folder.manifest
    with transaction():
        group_id = network.group_id(manifest.topic)
        if group_id is None:
            raise Refused(
                Problem("A15", Text(texts.NO_GROUP, {"topic": manifest.topic}), owner="network", field="topic")
            )
        require(can_author(actor, group_id), Problem("A1", Text(texts.NOT_AUTHOR), owner="content"))
        module = _module(manifest.slug, group_id)
        version = _version(module, folder, actor)
        _add_steps(version, folder)
        _add_media(version, folder)
        audit.record(actor, "content.import", "module_version", version.id, after={"number": version.number})
        return version


def _module(slug: str, group_id: object) -> Module:
    module = db.session.scalar(sa.select(Module).where(Module.slug == slug).with_for_update(key_share=True))
    if module is None:
        module = Module(slug=slug, group_id=group_id)
        db.session.add(module)
        db.session.flush()
    if module.group_id != group_id:
        raise Conflict(Problem("A1", Text(texts.OTHER_GROUP, {"slug": slug}), owner="content", field="slug"))
    return module


def _version(module: Module, folder: ModuleFolder, actor: Actor) -> ModuleVersion:
    manifest = folder.manifest
    last = db.session.scalar(sa.select(sa.func.max(ModuleVersion.number)).where(ModuleVersion.module_id == module.id))
    version = ModuleVersion(
        module_id=module.id,
        number=(last or 0) + 1,
        state=VersionState.DRAFT,
        title=dict(manifest.title),
        summary=dict(manifest.summary),
        gain=dict(manifest.gain),
        languages=list(manifest.languages),
        minutes=manifest.minutes,
        eqf_level=manifest.eqf_level,
        licence=manifest.licence,
        method=manifest.method,
        skills=[{**s.model_dump(mode="json"), "label": skill_labels().get(s.uri, "")} for s in manifest.skills],
        requirements=manifest.requirements.model_dump(mode="json") if manifest.requirements else {},
        completed=manifest.completed.model_dump(mode="json"),
        credits=dict(manifest.credits),
        entry_questions=[q.model_dump(mode="json") for q in manifest.entry],
        created_by=actor.person_id,
        organisation_id=actor.organisation_id,
        author_ids=[actor.person_id] if actor.person_id else [],
    )
    try:
        with savepoint() as part:
            part.add(version)
    except IntegrityError as error:
        raise Conflict(Problem("A1", Text(texts.DRAFT_EXISTS), owner="content")) from error
    return version


def _add_steps(version: ModuleVersion, folder: ModuleFolder) -> None:
    for position, step in enumerate(folder.manifest.steps, start=1):
        db.session.add(
            _step(version, position, step, {str(code): text for code, text in folder.texts[step.key].items()})
        )
    db.session.flush()


def _step(version: ModuleVersion, position: int, step: Step, body: dict[str, str]) -> ModuleStep:
    made = ModuleStep(
        version_id=version.id,
        position=position,
        key=step.key,
        kind=StepKind(step.kind),
        minutes=step.minutes,
        required=step.required,
        title=dict(step.title),
        body=body,
        completion=step.completion.model_dump(mode="json"),
        exercises=[e.model_dump(mode="json") for e in step.exercise],
        live={"drives": list(step.drives), "fallback": step.fallback},
    )
    made.translated = dict.fromkeys(version.languages[1:], fingerprint(made, version.languages[0]))
    return made


def _add_media(version: ModuleVersion, folder: ModuleFolder) -> None:
    for name, content in folder.media.items():
        stored = files.put(content, name=name, media_type="image/svg+xml")
        db.session.add(ModuleMedia(version_id=version.id, path=f"media/{name}", file_id=stored.id))
    db.session.flush()
