"""Tables of training, one module per matter. Other floors import them from here."""

from __future__ import annotations

from lift.training.models.certificates import Certificate
from lift.training.models.learning import Answer, Briefing, HelpRequest, StepProgress
from lift.training.models.money import AidGrant, Voucher
from lift.training.models.seats import Enrolment, Pool, PoolLedger
from lift.training.models.sessions import PilotSession, SessionPart, SessionTrainer
from lift.training.models.watches import Watch
from lift.training.models.worth import CheckAnswer, Feedback

__all__ = [
    "AidGrant",
    "Answer",
    "Briefing",
    "Certificate",
    "CheckAnswer",
    "Enrolment",
    "Feedback",
    "HelpRequest",
    "PilotSession",
    "Pool",
    "PoolLedger",
    "SessionPart",
    "SessionTrainer",
    "StepProgress",
    "Voucher",
    "Watch",
]
