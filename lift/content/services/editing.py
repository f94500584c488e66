"""A draft is written: steps and what stands beside them. Who saves over somebody else's words is told, with both texts."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from lift.content import texts
from lift.content.enums import StepKind
from lift.content.esco import skill_labels
from lift.content.folder.files import PICTURE_BYTES
from lift.content.folder.svg import picture_faults
from lift.content.models import ModuleMedia, ModuleStep, ModuleVersion
from lift.content.policy import fingerprint
from lift.content.services.pasted import without_html
from lift.content.services.versions import draft_for, step_of, steps_of
from lift.core import audit, files
from lift.core.actor import Actor
from lift.core.db import db, transaction
from lift.core.errors import Conflict, Invalid, Problem, Refused, require_found
from lift.core.i18n import Text

MOST_STEPS = 20


@dataclass(frozen=True)
class StepText:
    """A step as its author typed it, in one language."""

    language: str
    title: str
    body: str
    kind: StepKind
    minutes: int
    required: bool
    completion: dict[str, Any]
    exercises: list[Any] = field(default_factory=list)
    drives: tuple[str, ...] = ()


@dataclass(frozen=True)
class Saved:
    """The step as it is kept now, and what was dropped of the text that came."""

    step: ModuleStep
    dropped: tuple[str, ...] = ()


def save_step(version_id: UUID, key: str, typed: StepText, revision: int, *, actor: Actor) -> Saved:
    """Keep a step. Conflict when it was changed since ``revision``; the same text again changes nothing."""
    with transaction():
        version = draft_for(version_id, actor)
        step = step_of(version, key)
        if not typed.title.strip():
            raise Invalid(Problem("A1", Text(texts.NO_TITLE), owner="content", field="title"))
        body, dropped = without_html(typed.body.replace("\r\n", "\n"))
        wanted = _columns(step, replace(typed, body=body))
        if all(getattr(step, name) == value for name, value in wanted.items()):
            return Saved(step, dropped)
        if step.revision != revision:
            raise Conflict(Problem("A1", Text(texts.CHANGED_MEANWHILE, {"who": Text(texts.SOMEBODY)}), owner="content"))
        for name, value in wanted.items():
            setattr(step, name, value)
        if typed.language != version.languages[0]:
            step.translated = {**step.translated, typed.language: fingerprint(step, version.languages[0])}
        step.revision += 1
        _sum_minutes(version)
        audit.record(actor, "content.save_step", "module_version", version.id, after={"step": key})
        return Saved(step, dropped)


def add_step(version_id: UUID, kind: StepKind, *, actor: Actor, after: str | None = None) -> ModuleStep:
    """One more step, after another one or at the end."""
    with transaction() as session:
        version = draft_for(version_id, actor)
        steps = steps_of(version)
        if len(steps) >= MOST_STEPS:
            raise Refused(Problem("A1", Text(texts.TOO_MANY_STEPS), owner="content"))
        taken = {s.key for s in steps}
        key = next(k for n in range(1, MOST_STEPS + 2) if (k := f"{kind.value}-{n}") not in taken)
        live: dict[str, Any] = {"drives": [], "fallback": "twin" if kind is StepKind.LIVE else None}
        new = ModuleStep(
            version_id=version.id, position=len(steps) + 1, key=key, kind=kind, minutes=5, live=live,
            title=dict.fromkeys(version.languages, ""), body=dict.fromkeys(version.languages, ""),
            completion={"rule": "view"} if kind in (StepKind.READ, StepKind.WATCH) else {"rule": "answer"},
        )  # fmt: skip
        session.add(new)
        session.flush()
        if after is not None:
            order = [s.key for s in steps]
            order.insert(order.index(after) + 1 if after in order else len(order), key)
            _reorder(version, order)
        _sum_minutes(version)
        audit.record(actor, "content.add_step", "module_version", version.id, after={"step": key})
        return new


def remove_step(version_id: UUID, key: str, *, actor: Actor) -> None:
    """Take a step out of the draft; earlier versions keep it."""
    with transaction() as session:
        version = draft_for(version_id, actor)
        step = step_of(version, key)
        order = [s.key for s in steps_of(version) if s.key != key]
        if not order:
            raise Refused(Problem("A1", Text(texts.LAST_STEP), owner="content"))
        session.delete(step)
        session.flush()
        _reorder(version, order)
        _sum_minutes(version)
        audit.record(actor, "content.remove_step", "module_version", version.id, before={"step": key})


def move_step(version_id: UUID, key: str, by: int, *, actor: Actor) -> None:
    """One place up (-1) or down (1); at the end of the list nothing happens."""
    with transaction():
        version = draft_for(version_id, actor)
        order = [s.key for s in steps_of(version)]
        at = order.index(step_of(version, key).key)
        order.insert(min(max(at + by, 0), len(order) - 1), order.pop(at))
        _reorder(version, order)
        audit.record(actor, "content.move_step", "module_version", version.id, after={"step": key})


def put_back_step(version_id: UUID, key: str, number: int, *, actor: Actor) -> ModuleStep:
    """The step as it stood in another version of the module: undo by version."""
    with transaction() as session:
        version = draft_for(version_id, actor)
        step = step_of(version, key)
        query = sa.select(ModuleStep).join(ModuleVersion).where(ModuleStep.key == key)
        past = require_found(session.scalar(query.where(ModuleVersion.module_id == version.module_id,
                                                        ModuleVersion.number == number)))  # fmt: skip
        for name in ("kind", "minutes", "required", "title", "body", "completion", "exercises", "live", "translated"):
            setattr(step, name, getattr(past, name))
        step.revision += 1
        _sum_minutes(version)
        audit.record(actor, "content.put_back_step", "module_version", version.id, after={"step": key, "from": number})
        return step


@dataclass(frozen=True)
class Head:
    """What stands beside the steps; texts for one language."""

    language: str
    title: str
    summary: str
    gain: str
    licence: str
    eqf_level: int | None
    method: str | None
    languages: tuple[str, ...]
    skills: tuple[tuple[str, str], ...]  # (address, level)
    credits: dict[str, int]
    requirements: dict[str, Any]
    entry_questions: list[Any]
    what_changed: str = ""


def save_head(version_id: UUID, head: Head, revision: int, *, actor: Actor) -> ModuleVersion:
    """Keep what stands beside the steps. Conflict when it was changed since ``revision``."""
    with transaction():
        version = draft_for(version_id, actor)
        if version.revision != revision:
            raise Conflict(Problem("A1", Text(texts.HEAD_CHANGED_MEANWHILE), owner="content"))
        for name in ("title", "summary", "gain"):
            kept = {code: text for code, text in getattr(version, name).items() if code in head.languages}
            setattr(version, name, {**kept, head.language: getattr(head, name).strip()})
        version.languages = list(head.languages)
        version.licence, version.eqf_level, version.method = head.licence, head.eqf_level, head.method
        version.skills = [{"uri": u, "label": skill_labels().get(u, ""), "level": level} for u, level in head.skills]
        version.credits, version.requirements = dict(head.credits), dict(head.requirements)
        version.entry_questions, version.what_changed = list(head.entry_questions), head.what_changed.strip()
        version.revision += 1
        audit.record(actor, "content.save_head", "module_version", version.id)
        return version


def confirm_translation(version_id: UUID, key: str, language: str, *, actor: Actor) -> ModuleStep:
    """The text in this language still says what the source says (A11)."""
    with transaction():
        version = draft_for(version_id, actor)
        step = step_of(version, key)
        step.translated = {**step.translated, language: fingerprint(step, version.languages[0])}
        audit.record(actor, "content.confirm_translation", "module_version", version.id, after={"step": key})
        return step


def add_picture(version_id: UUID, name: str, content: bytes, *, actor: Actor) -> ModuleMedia:
    """A picture for the draft's steps; one of the same name is replaced. Raises Invalid for what is no plain SVG."""
    with transaction() as session:
        version = draft_for(version_id, actor)
        if len(content) > PICTURE_BYTES:
            raise _wrong(Text(texts.PICTURE_TOO_LARGE, {"kb": PICTURE_BYTES // 1000}))
        if b"<svg" not in content[:2000]:
            raise _wrong(Text(texts.PICTURE_NOT_SVG))
        for fault in picture_faults(name, content):
            raise _wrong(Text(texts.PICTURE_FAULT, {"text": fault.text, "way": fault.way_out}))
        path = f"media/{name}"
        session.execute(sa.delete(ModuleMedia).filter_by(version_id=version.id, path=path))
        row = ModuleMedia(
            version_id=version.id, path=path, file_id=files.put(content, name=name, media_type="image/svg+xml").id
        )
        session.add(row)
        session.flush()
        audit.record(actor, "content.add_picture", "module_version", version.id, after={"picture": name})
        return row


def _wrong(text: Text) -> Invalid:
    return Invalid(Problem("A13", text, owner="content", field="picture"))


def _columns(step: ModuleStep, typed: StepText) -> dict[str, Any]:
    live: dict[str, Any] = {"drives": list(typed.drives), "fallback": "twin" if typed.kind is StepKind.LIVE else None}
    return {
        "title": {**step.title, typed.language: typed.title.strip()},
        "body": {**step.body, typed.language: typed.body},
        "kind": typed.kind, "minutes": typed.minutes, "required": typed.required,
        "completion": typed.completion, "exercises": typed.exercises, "live": live,
    }  # fmt: skip


def _reorder(version: ModuleVersion, order: list[str]) -> None:
    """Positions are unique: out of the way first, then into their places."""
    for start in (1000, 1):
        for place, key in enumerate(order, start=start):
            change = sa.update(ModuleStep).where(ModuleStep.version_id == version.id, ModuleStep.key == key)
            db.session.execute(change.values(position=place), execution_options={"synchronize_session": False})
    db.session.expire_all()


def _sum_minutes(version: ModuleVersion) -> None:
    db.session.flush()
    version.minutes = sum(step.minutes for step in steps_of(version))
