"""Outcomes: proposed by the group's people, accepted by its lead when whole (A15), made into modules (N12)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from lift.core import audit
from lift.core.actor import Actor
from lift.core.db import transaction
from lift.core.errors import refuse_if, require, require_found
from lift.core.locks import lock_rows
from lift.network.enums import OutcomeKind, OutcomeState
from lift.network.models import Outcome, WorkingGroup
from lift.network.permissions import can_lead_group, can_work_in_group
from lift.network.policy import outcome_gaps, outcome_problems
from lift.network.services.groups import NOT_INSIDE, NOT_LEAD
from lift.network.services.papers import Upload, kept_file

FREE = (OutcomeState.IN_THE_MAKING, OutcomeState.PUBLISHED)
"""States that content reaches by making and publishing a module, not by the lead's word."""


@dataclass(frozen=True)
class OutcomeDraft:
    """What an outcome says of itself; texts by language."""

    title: dict[str, str]
    kind: OutcomeKind
    link: str | None = None
    licence: str | None = None
    gain: dict[str, str] | None = None
    contributors: tuple[str, ...] = ()
    file: Upload | None = None


def record_outcome(
    group_id: UUID, draft: OutcomeDraft, *, actor: Actor, state: OutcomeState = OutcomeState.PROPOSED
) -> Outcome:
    """Something the group made. A state other than *proposed* is the lead's (records from before LIFT), and asks it whole."""
    with transaction() as session:
        require_found(session.get(WorkingGroup, group_id))
        require(can_work_in_group(actor, group_id), NOT_INSIDE)
        outcome = Outcome(group_id=group_id, state=state)
        _write(outcome, draft)
        if state is not OutcomeState.PROPOSED:
            require(can_lead_group(actor, group_id), NOT_LEAD)
            refuse_if(outcome_gaps(outcome))
        session.add(outcome)
        session.flush()
        audit.record(actor, "network.record_outcome", "outcome", outcome.id, after={"state": state.value})
        return outcome


def change_outcome(outcome_id: UUID, draft: OutcomeDraft, *, actor: Actor) -> Outcome:
    """Complete or correct it; what was accepted stays whole."""
    with transaction():
        outcome = require_found(next(iter(lock_rows(Outcome, [outcome_id])), None))
        require(can_work_in_group(actor, outcome.group_id), NOT_INSIDE)
        _write(outcome, draft)
        refuse_if(outcome_gaps(outcome) if outcome.state is not OutcomeState.PROPOSED else [])
        audit.record(actor, "network.change_outcome", "outcome", outcome.id)
        return outcome


def move_outcome(outcome_id: UUID, state: OutcomeState, *, actor: Actor) -> Outcome:
    """Accept or retire it (the lead); content moves it on when a module is made of it or published (its authors)."""
    with transaction():
        outcome = require_found(next(iter(lock_rows(Outcome, [outcome_id])), None))
        may = can_work_in_group if state in FREE else can_lead_group
        require(may(actor, outcome.group_id), NOT_LEAD)
        if outcome.state is state:
            return outcome
        refuse_if(outcome_problems(outcome, state))
        before, outcome.state = outcome.state, state
        audit.record(actor, "network.move_outcome", "outcome", outcome.id,
                     before={"state": before.value}, after={"state": state.value})  # fmt: skip
        return outcome


def _write(outcome: Outcome, draft: OutcomeDraft) -> None:
    values: dict[str, Any] = {
        "title": {**(outcome.title or {}), **draft.title}, "kind": draft.kind, "link": draft.link,
        "licence": draft.licence, "gain": {**(outcome.gain or {}), **(draft.gain or {})},
        "contributors": list(draft.contributors),
    }  # fmt: skip
    for name, value in values.items():
        setattr(outcome, name, value)
    if draft.file is not None:
        outcome.file_id = kept_file(draft.file).id
