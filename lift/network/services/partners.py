"""Partners move through their states; the network's public facts are stated with their sources."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from lift.core import audit, clock
from lift.core.actor import Actor
from lift.core.db import db, transaction
from lift.core.errors import NotFound, Problem, refuse_if, require
from lift.core.i18n import Text
from lift.core.locks import lock_rows
from lift.network import texts
from lift.network.enums import PartnerState
from lift.network.models import NetworkFact, Partner, PartnerChange
from lift.network.permissions import can_move_partner
from lift.network.policy import move_problems
from lift.people import queries as people

NOT_YOURS = Problem("V4", Text(texts.NOT_YOURS_TO_MOVE), owner="network")


def enter_partner(
    organisation_id: UUID, *, actor: Actor, state: PartnerState = PartnerState.APPLIED, reason: str = "entered",
    since: datetime | None = None, **values: Any,
) -> Partner:  # fmt: skip
    """Enter an organisation into the pipeline; ``values`` are Partner's columns (role, agreement, source).

    ``since`` is when it came into this state, where that lies before today: records from before LIFT.
    """
    with transaction() as session:
        organisation = people.organisation(organisation_id)
        require(can_move_partner(actor, organisation.kind), NOT_YOURS)
        partner = Partner(organisation_id=organisation_id, state=state, **values)
        session.add(partner)
        session.flush()
        session.add(
            PartnerChange(
                organisation_id=organisation_id, state=state, at=since or clock.now(), by=actor.person_id, reason=reason
            )
        )
        audit.record(actor, "network.enter_partner", "partner", organisation_id, after={"state": state.value})
        return partner


def move_partner(organisation_id: UUID, state: PartnerState, reason: str, *, actor: Actor) -> Partner:
    """One step of the pipeline (N1). Raises Forbidden for the wrong office, Refused for a step that does not exist."""
    with transaction() as session:
        rows = lock_rows(Partner, [organisation_id])
        if not rows:
            raise NotFound
        partner = rows[0]
        require(can_move_partner(actor, people.organisation(organisation_id).kind), NOT_YOURS)
        refuse_if(move_problems(partner.state, state, reason))
        before, partner.state = partner.state, state
        session.add(PartnerChange(organisation_id=organisation_id, state=state, by=actor.person_id, reason=reason))
        audit.record(actor, "network.move_partner", "partner", organisation_id,
                     before={"state": before.value}, after={"state": state.value}, reason=reason)  # fmt: skip
        return partner


def state_fact(
    key: str, text: dict[str, str], source: str, value: dict[str, Any] | None = None, *, actor: Actor
) -> None:
    """A public statement about the network with its source; stating it again replaces the text."""
    with transaction() as session:
        fact = session.scalar(sa.select(NetworkFact).filter_by(key=key))
        if fact is None:
            session.add(NetworkFact(key=key, text=text, source=source, value=value or {}))
        else:
            fact.text, fact.source, fact.value = text, source, value or {}
        db.session.flush()
        audit.record(actor, "network.state_fact", "network_fact", key)
