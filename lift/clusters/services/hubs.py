"""The verbs of hubs: open a hub, load the profile of a source as it stands, write a signed text."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select

from lift.clusters import texts
from lift.clusters.models import EuIdentity, Hub, HubText
from lift.clusters.permissions import can_write_hub
from lift.core import audit, clock
from lift.core.actor import Actor
from lift.core.db import transaction
from lift.core.errors import Invalid, Problem, Refused, require, require_found
from lift.core.i18n import Text

LONGEST_TEXT = 4_000


def open_hub(organisation_id: UUID, slug: str, *, actor: Actor, **values: Any) -> Hub:
    """A cluster's page; ``values`` are Hub's columns (tagline, regions, profile with its source)."""
    with transaction() as session:
        hub = Hub(organisation_id=organisation_id, slug=slug, **values)
        session.add(hub)
        session.flush()
        audit.record(actor, "clusters.open_hub", "hub", hub.id)
        return hub


def name_pic(organisation_id: UUID, pic: int, *, source: str, actor: Actor) -> EuIdentity:
    """Say which id (PIC) the published EU-project data gives this body, and who says so; an earlier one is replaced.

    Raises Forbidden for other clusters, Refused when another organisation has the id.
    """
    with transaction() as session:
        require(can_write_hub(actor, organisation_id), Problem("C7", Text(texts.NOT_YOUR_HUB), owner="clusters"))
        if session.scalar(
            select(EuIdentity).where(EuIdentity.pic == pic, EuIdentity.organisation_id != organisation_id)
        ):
            raise Refused(Problem("C7", Text(texts.PIC_TAKEN), owner="network", field="pic"))
        row = session.merge(EuIdentity(organisation_id=organisation_id, pic=pic, source=source))
        session.flush()
        audit.record(actor, "clusters.name_pic", "organisation", organisation_id, after={"pic": pic})
        return row


def write_text(
    hub_id: UUID, kind: str, text: dict[str, str], *, actor: Actor, author_id: UUID | None, author_name: str,
    written_on: date | None = None,
) -> HubText:  # fmt: skip
    """A paragraph that a person signs. Raises Forbidden for other clusters, Invalid for an empty or endless text."""
    with transaction() as session:
        hub = require_found(session.get(Hub, hub_id))
        require(can_write_hub(actor, hub.organisation_id), Problem("C9", Text(texts.NOT_YOUR_HUB), owner="clusters"))
        problems = text_problems(text)
        if problems:
            raise Invalid(problems)
        row = HubText(hub_id=hub_id, kind=kind, text=text, author_id=author_id, author_name=author_name,
                      written_on=written_on or clock.now().date())  # fmt: skip
        session.add(row)
        session.flush()
        audit.record(actor, "clusters.write_text", "hub", hub_id, after={"kind": kind})
        return row


def text_problems(text: dict[str, str]) -> list[Problem]:
    """Neither empty nor endless."""
    if not any(part.strip() for part in text.values()):
        return [Problem("C9", Text(texts.NOTHING_WRITTEN), owner="clusters", field="text")]
    if any(len(part) > LONGEST_TEXT for part in text.values()):
        return [
            Problem(
                "C9", Text(texts.TOO_LONG, {"most": LONGEST_TEXT}), owner="clusters", field="text", passes=LONGEST_TEXT
            )
        ]
    return []
