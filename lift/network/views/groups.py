"""Working groups: what they work on, who is in them, what came out."""

from __future__ import annotations

from collections import Counter
from typing import Any
from uuid import UUID

from flask import render_template, url_for

from lift.content import queries as content
from lift.content import texts as content_texts
from lift.core.actor import Actor, Role, Scope
from lift.core.errors import require_found
from lift.network import queries, texts
from lift.network.enums import GroupStanding
from lift.network.models import WorkingGroup
from lift.network.views.blueprint import bp
from lift.web.current import current_actor
from lift.web.guard import public
from lift.web.i18n import say

OWN = (Role.LEAD, Role.AUTHOR, Role.REVIEWER)


@bp.get("/groups")
@public
def groups() -> str:
    """All groups; one's own first."""
    mine = own_groups(current_actor())
    published = Counter(card.group.id for card in content.published_modules())
    cards = [_card(group, published[group.id], group.id in mine) for group in queries.working_groups()]
    return render_template(
        "network/groups.html", mine=[c for c in cards if c["mine"]], others=[c for c in cards if not c["mine"]]
    )


@bp.get("/groups/<slug>")
@public
def group(slug: str) -> str:
    """One group; for its people also what is in the making."""
    found = require_found(queries.working_group(slug))
    inside = is_inside(current_actor(), found.id)
    return render_template(
        "network/group.html", group=found, basis=say(texts.BASES[found.basis]), members=_members(found), inside=inside,
        outcomes=_outcomes(found), modules=content.published_modules(group_id=found.id),
        making=content.reviews_in_the_making(found.id) if inside else [], lead=_lead(found) if inside else "",
        states=content_texts.STATES, tones=content_texts.TONES, decisions=content_texts.DECISIONS,
    )  # fmt: skip


def own_groups(actor: Actor) -> frozenset[UUID]:
    """Groups in which the actor leads, writes or reviews."""
    return frozenset().union(*(actor.scope_ids(role, Scope.WORKING_GROUP) for role in OWN))


def is_inside(actor: Actor, group_id: UUID) -> bool:
    """The group's people: lead, authors, reviewers."""
    return any(actor.has(role, Scope.WORKING_GROUP, group_id) for role in OWN)


def _card(group: WorkingGroup, modules: int, mine: bool) -> dict[str, Any]:
    return {
        "title": group.title,
        "topic": group.topic,
        "url": url_for("network.group", slug=group.slug),
        "named": group.basis == "seed",
        "members": len(group.members),
        "outcomes": len(group.outcomes),
        "modules": modules,
        "mine": mine,
    }


def _members(group: WorkingGroup) -> list[dict[str, Any]]:
    bodies = queries.names_of([m.organisation_id for m in group.members])
    order = list(GroupStanding)
    ranked = sorted(group.members, key=lambda m: (order.index(m.standing), bodies[m.organisation_id].name))
    return [
        {"name": bodies[m.organisation_id].name, "mark": bodies[m.organisation_id].initials,
         "standing": say(texts.STANDINGS[m.standing]), "leads": m.standing is GroupStanding.LEAD,
         "url": url_for("network.partner", slug=bodies[m.organisation_id].slug)}
        for m in ranked
    ]  # fmt: skip


def _outcomes(group: WorkingGroup) -> list[dict[str, Any]]:
    names = queries.short_names({slug for outcome in group.outcomes for slug in outcome.contributors})
    return [
        {"title": o.title, "kind": say(texts.OUTCOME_KINDS[o.kind]), "state": say(texts.OUTCOME_STATES[o.state]),
         "tone": texts.OUTCOME_TONES[o.state], "licence": o.licence, "link": o.link,
         "by": ", ".join(names.get(slug, slug) for slug in o.contributors)}
        for o in group.outcomes
    ]  # fmt: skip


def _lead(group: WorkingGroup) -> str:
    """The lead's name, for the group's people."""
    return queries.person_name(group.lead_person_id) if group.lead_person_id else ""
