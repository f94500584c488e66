"""The verbs of training, by subject. Other floors import them from here."""

from __future__ import annotations

from lift.training.services.certificates import issue_certificate, revoke_certificate
from lift.training.services.enrolment import Enrolled, accept_offer, enrol, name_seat, promote_waiting, sweep, withdraw
from lift.training.services.holder import HOLDER
from lift.training.services.longer import extend_part
from lift.training.services.notices import tell_offer
from lift.training.services.recalls import stop_recalled_step
from lift.training.services.sessions import (
    PartDraft,
    PoolDraft,
    SessionDraft,
    cancel_session,
    follow_clock,
    open_session,
)
from lift.training.services.versions import OFFER_UPDATE, offer_update, take_version
from lift.training.services.worth import answer_check, give_feedback

__all__ = [
    "HOLDER",
    "OFFER_UPDATE",
    "Enrolled",
    "PartDraft",
    "PoolDraft",
    "SessionDraft",
    "accept_offer",
    "answer_check",
    "cancel_session",
    "enrol",
    "extend_part",
    "follow_clock",
    "give_feedback",
    "issue_certificate",
    "name_seat",
    "offer_update",
    "open_session",
    "promote_waiting",
    "revoke_certificate",
    "stop_recalled_step",
    "sweep",
    "take_version",
    "tell_offer",
    "withdraw",
]
