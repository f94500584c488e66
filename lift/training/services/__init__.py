"""The verbs of training, by subject. Other floors import them from here."""

from __future__ import annotations

from lift.training.services.certificates import issue_certificate, revoke_certificate
from lift.training.services.clocks import warn_clocks
from lift.training.services.deciding import decide_cancel, decide_due, decide_go, resize_pool
from lift.training.services.displaced import TELL_DISPLACED
from lift.training.services.enrolment import Enrolled, ask_for_seat, enrol
from lift.training.services.holder import HOLDER
from lift.training.services.longer import extend_part
from lift.training.services.notices import tell_offer
from lift.training.services.places import (
    accept_offer,
    answer_aid,
    decline_offer,
    name_seat,
    say_no,
    say_yes,
    substitute,
    withdraw,
)
from lift.training.services.promotion import promote_waiting, sweep
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
    "TELL_DISPLACED",
    "Enrolled",
    "PartDraft",
    "PoolDraft",
    "SessionDraft",
    "accept_offer",
    "answer_aid",
    "answer_check",
    "ask_for_seat",
    "cancel_session",
    "decide_cancel",
    "decide_due",
    "decide_go",
    "decline_offer",
    "enrol",
    "extend_part",
    "follow_clock",
    "give_feedback",
    "issue_certificate",
    "name_seat",
    "offer_update",
    "open_session",
    "promote_waiting",
    "resize_pool",
    "revoke_certificate",
    "say_no",
    "say_yes",
    "stop_recalled_step",
    "substitute",
    "sweep",
    "take_version",
    "tell_offer",
    "warn_clocks",
    "withdraw",
]
