"""Modules with versions and steps: straight rows."""

from __future__ import annotations

from itertools import count
from typing import Any

from lift.content.enums import StepKind, VersionState
from lift.content.models import Module, ModuleStep, ModuleVersion
from lift.core import clock
from lift.core.db import db
from lift.network.models import WorkingGroup

_numbers = count(1)


def make_group(slug: str | None = None, **values: Any) -> WorkingGroup:
    """A working group, flushed."""
    slug = slug or f"group-{next(_numbers)}"
    values.setdefault("basis", "proposal")
    row = WorkingGroup(slug=slug, title={"en": slug.title(), "it": slug.title()}, **values)
    db.session.add(row)
    db.session.flush()
    return row


def make_version(*kinds: StepKind, group: WorkingGroup | None = None, state: VersionState = VersionState.PUBLISHED,
                 title: str | None = None, **values: Any) -> ModuleVersion:  # fmt: skip
    """A module's first version with one step per kind (default: one to read), flushed, published unless told otherwise.

    ``values`` are the version's further columns.
    """
    number = next(_numbers)
    name = title or f"Module {number}"
    module = Module(slug=f"module-{number}", group_id=(group or make_group()).id)
    db.session.add(module)
    db.session.flush()
    version = ModuleVersion(
        module_id=module.id, number=1, state=VersionState.DRAFT, title={"en": name, "it": name}, summary={"en": "What it is"},
        **{"languages": ["en"], "minutes": 60, "licence": "CC-BY-4.0", **values},
    )  # fmt: skip
    db.session.add(version)
    db.session.flush()
    for position, kind in enumerate(kinds or (StepKind.READ,), start=1):
        db.session.add(
            ModuleStep(
                version_id=version.id, position=position, key=f"step-{position}", kind=kind, minutes=5,
                title={"en": f"Step {position}"}, body={"en": "Text."}, completion={"rule": "view"},
            )
        )  # fmt: skip
    db.session.flush()
    if state is not VersionState.DRAFT:
        version.state = state
        if state is VersionState.PUBLISHED:
            version.published_at, module.published_version_id = clock.now(), version.id
        db.session.flush()
    return version
