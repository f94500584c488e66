"""Belonging to an organisation: its beginning, and its end in one step (RULES R6, R9)."""

from __future__ import annotations

from uuid import UUID, uuid4

import sqlalchemy as sa

from lift.core import audit, clock, events, registry
from lift.core.actor import Actor
from lift.core.db import transaction
from lift.core.errors import Problem, Refused, require_found
from lift.core.locks import lock_rows
from lift.people import policy, queries, texts
from lift.people.models import Membership, Organisation, Person, RoleGrant
from lift.people.services import cards, tokens
from lift.people.services.doors import colleague_of


def join(actor: Actor, person_id: UUID, organisation_id: UUID) -> Membership:
    """Belong to an organisation from today; joining twice changes nothing. Callers decide who may."""
    with transaction() as session:
        lock_rows(Person, [person_id])
        live = queries.live_membership(person_id, organisation_id)
        if live is not None:
            return live
        row = Membership(person_id=person_id, organisation_id=organisation_id, began_on=clock.now().date())
        session.add(row)
        session.flush()
        audit.record(actor, "people.joined", "person", person_id, after={"organisation": organisation_id})
        return row


def end_membership(actor: Actor, organisation_id: UUID, person_id: UUID) -> None:
    """The person leaves: roles, tokens, open bookings and seats end in one step (RULES R9); certificates stay theirs.

    People may leave by themselves. The last owner or administrator cannot leave without a successor (RULES R6).
    """
    with transaction() as session:
        colleague_of(actor, organisation_id, person_id)
        lock_rows(Organisation, [organisation_id])  # two last administrators do not leave at once
        if queries.admins_of(organisation_id) == {person_id}:
            raise Refused(Problem("R6", texts.LAST_OWNER, owner=policy.OWNER))
        now = clock.now()
        grants = sa.update(RoleGrant).where(
            RoleGrant.person_id == person_id,
            RoleGrant.organisation_id == organisation_id,
            sa.or_(RoleGrant.ends_at.is_(None), RoleGrant.ends_at > now),
        )
        session.execute(grants.values(ends_at=now).execution_options(synchronize_session=False))
        tokens.revoke_all(actor, person_id, organisation_id)
        live = require_found(queries.live_membership(person_id, organisation_id))
        live.ended_on = now.date()
        session.flush()
        for holder in registry.holders().values():
            holder.release(person_id, organisation_id)
        if not queries.memberships_of(person_id):  # who stays elsewhere keeps the card
            cards.revoke_live_card(actor, person_id)
        require_found(queries.account_of(person_id)).fs_uniquifier = uuid4().hex  # every cookie of theirs dies
        audit.record(actor, "people.left", "person", person_id, before={"organisation": organisation_id})
        events.announce("people.signed_out", person_id=person_id)
