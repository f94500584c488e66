"""From an outcome to a draft in one act (A15), and from a version to the next draft of it (A1)."""

from __future__ import annotations

import re
import unicodedata
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from lift.content import texts
from lift.content.enums import StepKind, VersionState
from lift.content.esco import skill_labels
from lift.content.models import Module, ModuleMedia, ModuleStep, ModuleVersion
from lift.content.permissions import can_author
from lift.content.policy import equal_shares, fitting_skills
from lift.content.services.versions import NOT_AUTHOR, locked_version, steps_of
from lift.core import audit
from lift.core.actor import Actor
from lift.core.db import db, savepoint, transaction
from lift.core.errors import Conflict, Problem, Refused, require, require_found
from lift.core.i18n import Text
from lift.network import queries as network
from lift.network import services as groups
from lift.network.enums import OutcomeState

FIRST_MINUTES = 10
COPIED = ("title", "summary", "gain", "languages", "minutes", "eqf_level", "licence", "skills", "requirements", "method",
          "completed", "credits", "entry_questions")  # fmt: skip
COPIED_STEP = ("position", "key", "kind", "minutes", "required", "title", "body", "completion", "exercises", "live",
               "translated")  # fmt: skip


def make_module(outcome_id: UUID, *, actor: Actor) -> ModuleVersion:
    """A draft with lineage, credit to the contributors, licence, topic and proposed skills. Refused before acceptance."""
    with transaction() as session:
        outcome = require_found(network.outcome(outcome_id))
        require(can_author(actor, outcome.group_id), NOT_AUTHOR)
        if outcome.state is not OutcomeState.ACCEPTED:
            raise Refused(Problem("A15", Text(texts.NO_OUTCOME), owner="network"))
        groups.move_outcome(outcome.id, OutcomeState.IN_THE_MAKING, actor=actor)
        module = Module(slug=_free_slug(outcome.title), group_id=outcome.group_id, outcome_id=outcome.id)
        session.add(module)
        session.flush()
        said = " ".join([*outcome.title.values(), *outcome.gain.values(), *outcome.group.title.values(),
                         *outcome.group.topic.values()])  # fmt: skip
        version = _draft(
            module, 1, actor, title=dict(outcome.title), summary=dict(outcome.gain), gain=dict(outcome.gain),
            languages=sorted(outcome.title, key=lambda code: code != "en"), minutes=FIRST_MINUTES, eqf_level=4,
            licence=outcome.licence or "", credits=equal_shares(outcome.contributors), completed={"minutes_percent": 80},
            skills=[{"uri": uri, "label": skill_labels()[uri], "level": "guided"}
                    for uri in fitting_skills(said, skill_labels())],
        )  # fmt: skip
        session.add(_first_step(version))
        session.flush()
        audit.record(actor, "content.make_module", "module_version", version.id, after={"outcome": outcome.id})
        return version


def open_draft(version_id: UUID, *, actor: Actor) -> ModuleVersion:
    """The next draft, a copy of this version. One that is still under review is replaced by it; a published one stays."""
    with transaction() as session:
        source, module = locked_version(version_id)
        require(can_author(actor, module.group_id), NOT_AUTHOR)
        if source.state is VersionState.DRAFT:
            raise Conflict(Problem("A1", Text(texts.DRAFT_IS_OPEN), owner="content"))
        last = session.scalar(sa.select(sa.func.max(ModuleVersion.number)).filter_by(module_id=module.id)) or 0
        version = _draft(module, last + 1, actor, **{name: getattr(source, name) for name in COPIED})
        if source.organisation_id is not None:
            version.organisation_id = source.organisation_id
        for step in steps_of(source):
            copied = {name: getattr(step, name) for name in COPIED_STEP}
            session.add(ModuleStep(version_id=version.id, **copied))
        for row in session.scalars(sa.select(ModuleMedia).filter_by(version_id=source.id)):
            session.add(ModuleMedia(version_id=version.id, path=row.path, file_id=row.file_id))
        if source.state in (VersionState.REVIEW, VersionState.APPROVED):
            source.state = VersionState.REPLACED
            version.author_ids = list(dict.fromkeys([*source.author_ids, *version.author_ids]))
        session.flush()
        audit.record(actor, "content.open_draft", "module_version", version.id, after={"number": version.number})
        return version


def _draft(module: Module, number: int, actor: Actor, **values: Any) -> ModuleVersion:
    version = ModuleVersion(
        module_id=module.id, number=number, state=VersionState.DRAFT, created_by=actor.person_id,
        organisation_id=actor.organisation_id, author_ids=[actor.person_id] if actor.person_id else [], **values,
    )  # fmt: skip
    try:
        with savepoint() as part:
            part.add(version)
    except IntegrityError as error:
        raise Conflict(Problem("A1", Text(texts.DRAFT_IS_OPEN), owner="content")) from error
    return version


def _first_step(version: ModuleVersion) -> ModuleStep:
    """A page to write on; its title is the module's."""
    return ModuleStep(
        version_id=version.id, position=1, key="first-step", kind=StepKind.READ, minutes=FIRST_MINUTES,
        title=dict(version.title), body=dict.fromkeys(version.languages, ""), completion={"rule": "view"},
    )  # fmt: skip


def _free_slug(title: dict[str, str]) -> str:
    """An address made of the title that no module has yet."""
    words = unicodedata.normalize("NFKD", title.get("en") or next(iter(title.values()), "")).encode("ascii", "ignore")
    stem = re.sub(r"[^a-z0-9]+", "-", words.decode().lower()).strip("-")[:50].strip("-") or "module"
    taken = set(db.session.scalars(sa.select(Module.slug).where(Module.slug.like(f"{stem}%"))))
    return next(slug for n in range(len(taken) + 1) if (slug := f"{stem}-{n + 1}" if n else stem) not in taken)
