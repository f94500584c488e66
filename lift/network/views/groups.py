"""Working groups: what they work on, who is in them, what came out."""

from __future__ import annotations

from collections import Counter
from typing import Any
from uuid import UUID

from flask import render_template, url_for

from lift.content import queries as content
from lift.core.actor import Actor, Role, Scope
from lift.network import queries
from lift.network.models import WorkingGroup
from lift.network.views.blueprint import bp
from lift.web.current import current_actor
from lift.web.guard import public

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


def own_groups(actor: Actor) -> frozenset[UUID]:
    """Groups in which the actor leads, writes or reviews."""
    return frozenset().union(*(actor.scope_ids(role, Scope.WORKING_GROUP) for role in OWN))


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
