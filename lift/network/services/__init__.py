"""The verbs of the network: partners and their states, facts with sources, working groups and what they make."""

from __future__ import annotations

from lift.network.services.groups import form_group, name_lead, record_meeting
from lift.network.services.outcomes import (
    OutcomeDraft,
    change_outcome,
    move_outcome,
    record_outcome,
)
from lift.network.services.papers import Upload
from lift.network.services.partners import enter_partner, move_partner, state_fact
from lift.network.services.requests import (
    ANNOUNCE_REQUEST,
    TELL_ANSWER,
    answer_request,
    ask_to_join,
    tell_answer,
    tell_request,
)

__all__ = [
    "ANNOUNCE_REQUEST",
    "TELL_ANSWER",
    "OutcomeDraft",
    "Upload",
    "answer_request",
    "ask_to_join",
    "change_outcome",
    "enter_partner",
    "form_group",
    "move_outcome",
    "move_partner",
    "name_lead",
    "record_meeting",
    "record_outcome",
    "state_fact",
    "tell_answer",
    "tell_request",
]
