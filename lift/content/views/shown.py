"""What the pages of a version share: who may see it, its tabs, its texts as HTML, refusals."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import url_for

from lift.content import queries, texts
from lift.content.models import ModuleStep, ModuleVersion
from lift.content.permissions import can_author, can_publish, can_see_version
from lift.core.errors import LiftError, require_found
from lift.network import queries as network
from lift.web.current import current_actor
from lift.web.i18n import gettext as _
from lift.web.i18n import language, say
from lift.web.i18n import texts as pick

Page = str | tuple[str, int]


def version_for(slug: str, number: int) -> ModuleVersion:
    """The version, or 404 for whom it is not: the group's people and its reviewers see it; labs what was published."""
    version = require_found(queries.version_of(slug, number))
    may = can_see_version(current_actor(), version.module.group_id, version)
    return require_found(version if may else None)


def step_named(version: ModuleVersion, key: str) -> ModuleStep:
    """One of its steps, or 404."""
    return require_found(next((s for s in version.steps if s.key == key), None))


def head_of(version: ModuleVersion, here: str) -> dict[str, Any]:
    """What every page of a version shows around its own: breadcrumb, state, tabs, what the reader may.

    ``to(endpoint, …)`` is an address of this version.
    """
    actor, group_id = current_actor(), version.module.group_id
    at: dict[str, Any] = {"slug": version.module.slug, "number": version.number}
    pages = (
        ("content.edit", _("Write")),
        ("training.preview", _("Try it as a learner")),
        ("content.review", _("Review")),
        ("content.publish", _("Publish")),
    )
    group = network.working_group_by_id(group_id)
    return {
        "version": version, "group": group, "state": say(texts.STATES[version.state]),
        "to": lambda endpoint, **more: url_for(endpoint, **at, **more),
        "tone": texts.TONES[version.state], "tabs": [(label, url_for(name, **at), name == here) for name, label in pages],
        "writes": can_author(actor, group_id), "leads": can_publish(actor, group_id),
    }  # fmt: skip


def chosen_language(version: ModuleVersion, asked: str | None) -> str:
    """The language asked for, else the reader's, else the version's first."""
    wanted = [asked, language(), *version.languages]
    return next(code for code in wanted if code in version.languages)


def media_of(version: ModuleVersion) -> Callable[[str], str]:
    """Where the pictures of a version of any state are shown."""

    def address(path: str) -> str:
        name = path.removeprefix("media/")
        return url_for("content.draft_media", slug=version.module.slug, number=version.number, path=name)

    return address


def step_rows(version: ModuleVersion, endpoint: str, now: str, **more: Any) -> list[dict[str, Any]]:
    """The steps as the list at the side shows them."""
    return [
        {"title": pick(s.title) or _("No title yet"), "kind": say(texts.KINDS[s.kind]), "minutes": s.minutes,
         "state": "now" if s.key == now else "todo", "key": s.key,
         "url": url_for(endpoint, slug=version.module.slug, number=version.number, step=s.key, **more)}
        for s in version.steps
    ]  # fmt: skip


def told(refused: LiftError) -> dict[str, Any]:
    """What a page shows of a refusal; one that is no answer to what was typed goes on to the error page."""
    if not refused.problems or refused.status in (403, 404):
        raise refused
    return {"problems": refused.problems, "status": refused.status}
